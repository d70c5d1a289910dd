"""What people are told of a key, whatever came of the look at it."""

from dataclasses import replace
from math import inf
from typing import get_args

import pytest

from hedgewatch.cli.keys import key_in_words
from hedgewatch.venues.guides import guide_to
from hedgewatch.venues.key_seen import KeySeen, Verdict
from hedgewatch.venues.permissions import KeyRights
from hedgewatch.venues.settings import ADDRESS_VENUES, VENUES

NOW = 1_800_000_000.0
DAY = 86_400.0


def seen(
    verdict: Verdict,
    rights: KeyRights | None = None,
    *,
    accepted: bool = False,
    by_address: bool = False,
) -> KeySeen:
    return KeySeen(
        account="a",
        venue="bybit",
        verdict=verdict,
        rights=rights,
        accepted=accepted,
        by_address=by_address,
    )


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_only_a_key_that_reads_or_that_its_owner_answers_for_is_well(verdict: Verdict) -> None:
    assert seen(verdict).is_well == (verdict == "reads")
    assert seen(verdict, accepted=True).is_well == (verdict in {"reads", "unverified"})


@pytest.mark.parametrize("verdict", sorted(set(get_args(Verdict)) - {"reads"}))
def test_whoever_is_told_that_a_key_is_not_well_is_told_what_to_do(verdict: Verdict) -> None:
    assert seen(verdict, KeyRights(powers=("Trade",))).to_do(NOW)


@pytest.mark.parametrize(
    ("ends", "line"),
    [
        (NOW + 90 * DAY, "  until  2027-04-15, in 90 days\n"),
        (NOW + 5 * DAY, "make a new one before it ends. bybit.com, profile"),
        (NOW - DAY, "  until  2027-01-14: IT IS OVER\n"),
        (inf, "  until  it has no end\n"),
        (None, "  until  the venue does not say\n"),
    ],
)
def test_the_end_of_a_key_is_said_as_a_day_and_from_here(ends: float | None, line: str) -> None:
    rights = KeyRights(powers=(), expires_at=ends, bound_to_address=False)
    assert line in key_in_words(seen("reads", rights), NOW) + "\n"


def test_a_key_that_works_from_everywhere_is_to_be_bound_but_on_paper() -> None:
    loose = seen("reads", KeyRights(powers=(), bound_to_address=False))
    assert loose.to_do(NOW) == guide_to(loose.venue).bound
    assert replace(loose, is_here=True).to_do(NOW) == ""


def test_an_account_that_is_read_by_its_address_has_no_key_to_speak_of() -> None:
    assert key_in_words(seen("reads", KeyRights(powers=()), by_address=True), NOW) == (
        "a (bybit): well\n  may    read by address: there is no key"
    )


@pytest.mark.parametrize("venue", VENUES)
def test_each_venue_has_words_on_how_a_key_that_only_reads_is_made(venue: str) -> None:
    told = guide_to(venue).text
    assert "no key is needed" in told.lower() if venue in ADDRESS_VENUES else "read" in told.lower()
