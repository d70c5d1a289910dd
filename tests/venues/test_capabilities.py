from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml

from hedgewatch.venues.capabilities import capability, mark_ways
from hedgewatch.venues.capability import Capability
from hedgewatch.venues.dialects import DIALECTS
from hedgewatch.venues.dialects.generic_reading import untold_regime
from hedgewatch.venues.dialects.generic_streams import has
from hedgewatch.venues.known import FULL, KNOWN
from hedgewatch.venues.marks import WITHOUT_MARKS
from hedgewatch.venues.settings import VENUES

ROOT = Path(__file__).resolve().parents[2]


@cache
def found() -> Mapping[str, Capability]:
    return {venue: capability(known) for venue, known in KNOWN.items()}


def test_every_venue_with_swaps_or_futures_is_there_and_those_unwatched_say_why() -> None:
    assert {venue for venue, each in found().items() if not each.why} == set(VENUES)


def test_what_is_full_has_a_dialect_and_everything_else_that_is_watched_is_generic() -> None:
    assert {venue for venue, each in found().items() if each.depth == "full"} == set(DIALECTS)
    assert set(DIALECTS) == FULL
    assert {each.depth for each in found().values()} == {"full", "generic", "none"}


@pytest.mark.parametrize("venue", sorted(set(VENUES) - set(DIALECTS)))
def test_what_is_said_to_stream_is_what_ccxt_claims(venue: str) -> None:
    claims, told = has(venue), found()[venue]
    assert ("hints" in told.positions or "streamed" in told.positions) == bool(
        claims.get("watchPositions")
    )
    assert ("hints" in told.balances) == bool(claims.get("watchBalance"))
    assert (told.marks == "unknown") == (venue in WITHOUT_MARKS)
    assert ("polled" in told.marks) == bool(mark_ways(venue))


def test_a_venue_is_described_as_its_dialect_does_it() -> None:
    assert (found()["gate"].margin, found()["gate"].key) == ("venue's own", "not verifiable")
    assert (found()["dydx"].key, found()["dydx"].login) == ("none needed", "address")
    assert (found()["binanceusdm"].margin, found()["binanceusdm"].positions) == (
        "computed",
        "streamed + read",
    )
    assert found()["binance"].positions == "none"  # a spot account has no positions
    assert (found()["toobit"].line, found()["dydx"].line) == ("venue's own", "unknown")
    assert found()["deribit"].own_of == "a currency without cross collateral"
    assert "isolated wallets" in found()["btse"].unseen[0]
    assert "signs trades" in capability(KNOWN["paradex"]).why


@pytest.mark.parametrize("whole", [True, False])
def test_wherever_nobody_here_computes_a_margin_the_venues_own_is_judged(*, whole: bool) -> None:
    regime = untold_regime("gate", whole=whole)
    assert regime.unknown
    assert regime.told_whole


def test_no_rule_keeps_a_list_of_the_venues_whose_own_numbers_it_judges() -> None:
    told = yaml.safe_load((ROOT / "rules" / "venue.yaml").read_text(encoding="utf-8"))
    assert not [rule["alert"] for rule in told["groups"][0]["rules"] if "where" in rule]


def test_what_a_venue_does_not_tell_is_unknown_and_never_none() -> None:
    for each in found().values():
        words = {each.marks, each.quotes, each.funding, each.tiers, each.margin, each.line}
        assert ("none" in words) == (each.depth == "none" or each.venue == "binance"), each.venue
