"""What is told of once: changed tiers, ranks, lost feeds, pegs, and the limits of the owner."""

from dataclasses import replace
from math import inf

import pytest

from hedgewatch.core.events import CollateralPriced, CollateralReading, KeyRead
from hedgewatch.core.model import AccountPlan, Desk, LegPlan, PricePlan, Scope, Unknown
from tests.support.builders import (
    AIX,
    TIERS,
    VENUE,
    accepted,
    desk,
    hedge,
    held,
    lost,
    mark,
    market,
    quote,
    read,
    restored,
    rule,
    tiered,
    tiers,
    with_its_own,
)
from tests.support.stories import CALM, Story, known, short_of_aix

STRICTER = tiers((0.0, 0.02), (100_000.0, 0.05), (1_000_000.0, 0.10))


def test_the_first_reading_of_tiers_and_the_same_again_are_no_change() -> None:
    story = short_of_aix()
    story.at(1.0, tiered(AIX, TIERS), CALM)
    assert story.position().tier_change_age_seconds == inf
    assert isinstance(story.position().liquidation_distance_before_tiers, Unknown)


def test_a_change_of_tiers_keeps_the_distance_of_before_beside_that_of_after() -> None:
    story = short_of_aix()
    before = known(story.position().liquidation_distance)
    story.at(5.0, tiered(AIX, STRICTER), CALM)
    story.at(65.0, mark(AIX, 1_000.0))
    assert story.position().liquidation_distance_before_tiers == before
    assert known(story.position().liquidation_distance) < before - 0.02
    assert story.position().tier_change_age_seconds == pytest.approx(60.0)


def test_tiers_of_a_market_that_is_not_held_change_nothing() -> None:
    story = Story(on=desk(prices={}))
    story.at(0.0, market(AIX), tiered(AIX), mark(AIX, 1_000.0), read())
    story.at(1.0, tiered(AIX, STRICTER))
    story.at(2.0, read(held(AIX, -10.0)), mark(AIX, 1_000.0))
    assert story.position().tier_change_age_seconds == inf


def test_a_rank_is_the_last_that_a_whole_reading_told() -> None:
    story = short_of_aix()
    assert isinstance(story.position().adl_rank, Unknown)
    story.at(1.0, read(with_its_own(held(AIX, -200.0), rank=3.0)), CALM)
    assert story.position().adl_rank == 3.0


def test_losses_of_a_feed_are_those_of_the_last_hour_and_a_feed_that_stays_lost_is_one() -> None:
    story = short_of_aix()
    story.at(0.0, restored())
    for second in (10.0, 20.0, 30.0):
        story.at(second, lost(), lost(), restored())
    assert story.feed("mark").losses_in_hour == 3.0
    story.advance(3_615.0, every=5.0)
    assert story.feed("mark").losses_in_hour == 2.0


def test_a_limit_of_leverage_is_that_of_its_account_and_changes_with_a_reload() -> None:
    above = rule("Above", Scope.POOL, "effective_leverage > leverage_limit")
    story = short_of_aix(above)
    assert isinstance(story.pool().leverage_limit, Unknown)
    assert story.firing() == set()
    limited = AccountPlan(name="main", venue=VENUE, leverage_limit=3.0)
    story.reload(above, on=Desk(instance="test", accounts=(limited,)))
    assert story.pool().leverage_limit == 3.0
    assert story.firing() == {"Above"}


def test_the_worst_peg_is_that_of_a_coin_that_is_held_and_only_while_it_is_priced() -> None:
    story = short_of_aix()
    assert isinstance(story.engine.book.totals.worst_peg, Unknown)
    tether = CollateralReading(asset="USDT", price=0.97)
    not_held = CollateralReading(asset="USDC", price=0.5)
    story.at(1.0, CollateralPriced("main", (tether, not_held), story.now))
    story.advance(2.0, CALM)
    totals = story.engine.book.totals
    assert known(totals.worst_peg) == pytest.approx(-0.03)
    assert totals.peg_coin == "USDT"
    story.advance(40.0, CALM)
    assert isinstance(totals.worst_peg, Unknown)


def test_a_watched_pair_of_two_stable_coins_prices_one_in_the_other() -> None:
    spot = AccountPlan(name="spot", venue="binance")
    prices = {"USDC": PricePlan(account="spot", symbol="USDC/USDT")}
    plans = replace(desk(holdings={"USDC": 10_000.0}), accounts=(spot,), prices=prices)
    owned = LegPlan(wallet="cold", asset="USDC")
    story = Story(on=replace(plans, hedges=(hedge(owned, owned),)))
    story.at(0.0, accepted("spot"), market("USDC/USDT"), read(wallet=None, account="spot"))
    story.advance(2.0, quote("USDC/USDT", 0.9799, 0.9801))
    totals = story.engine.book.totals
    assert known(totals.worst_peg) == pytest.approx(-0.02)
    assert totals.peg_coin == "USDC in USDT"


def test_the_end_of_a_key_comes_nearer_and_one_that_the_venue_does_not_tell_is_unknown() -> None:
    story = short_of_aix(rule("KeyExpires", Scope.ACCOUNT, "key_expires_seconds < 14d"))
    account = story.engine.book.accounts["main"]
    assert isinstance(account.key_expires_seconds, Unknown)
    ends_at = story.now + 14 * 86_400.0 + 30.0
    story.at(1.0, KeyRead(account="main", expires_at=ends_at, bound_to_address=False))
    assert account.key_bound_to_address is False
    assert story.firing() == set()
    story.advance(31.0, CALM)
    assert story.firing() == {"KeyExpires"}
    story.at(32.0, KeyRead(account="main", expires_at=inf, bound_to_address=True))
    story.advance(34.0, read(held(AIX, -200.0)), CALM)
    assert story.firing() == set()
    assert known(account.key_expires_seconds) == inf
    story.at(35.0, KeyRead(account="main", verified=False))
    assert isinstance(account.key_expires_seconds, Unknown)
    assert isinstance(account.key_bound_to_address, Unknown)
