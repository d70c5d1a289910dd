from pathlib import Path

import pytest

from hedgewatch.venues import known, survey
from hedgewatch.venues.known import BY_ADDRESS, KNOWN
from hedgewatch.venues.settings import CREDENTIALS, VENUES


def test_the_list_of_venues_is_that_of_the_ccxt_installed() -> None:
    written = Path(known.__file__).with_name("known.json").read_text(encoding="utf-8")
    assert written == survey.text(), "make fix writes it anew"


def test_no_venue_that_can_be_watched_wants_a_part_of_a_login_that_we_cannot_give() -> None:
    for venue in VENUES:
        assert set(KNOWN[venue].login) <= set(CREDENTIALS), venue
        assert KNOWN[venue].login or venue in BY_ADDRESS, venue


@pytest.mark.parametrize("venue", sorted(BY_ADDRESS))
def test_what_is_read_by_address_alone_exists(venue: str) -> None:
    assert KNOWN[venue].positions
