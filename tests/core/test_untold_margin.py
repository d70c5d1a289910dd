"""A margin that nobody here computes: what is held is known, what it needs the venue says."""

from dataclasses import replace

import pytest

from hedgewatch.core.events import AccountRead
from hedgewatch.core.margin.regimes import REGIMES, UNKNOWN, Regime
from hedgewatch.core.model import Scope, Unknown
from hedgewatch.core.rules import Rule
from hedgewatch.core.stress import curve_of
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    VENUE,
    Said,
    balance,
    desk,
    heard,
    held,
    mark,
    market,
    read,
    rule,
    tiered,
    with_its_own,
)
from tests.support.stories import ALTS, Story, reason

SHORT = with_its_own(held(AIX, -200.0), price=1_200.0)
OWN = balance(50_000.0, equity=40_000.0, maintenance=36_000.0)
NEAR = rule("Near", Scope.POSITION, "venue_liquidation_distance < 10%")
HIGH = rule("High", Scope.POOL, "venue_margin_ratio > 80%")
DANGER = rule("Danger", Scope.POOL, "margin_ratio > 80% or shock_up < 10%")


NEVER_OURS = replace(UNKNOWN, unknown="nobody computes it", never_ours=True)
TOLD_WHOLE = replace(UNKNOWN, unknown="a simulation of the venue's own", told_whole=True)
SAFE_AGAIN = rule(
    "Margin",
    Scope.POOL,
    "margin_ratio > 80% or not margin_by_venue and shock_up < 10%",
    clear="margin_ratio < 70% and (margin_by_venue or shock_up > 12%)",
    summary="{margin_ratio:.0%}; {liquidation_in_words}",
)


def saying(
    equity: float | None,
    regime: Regime = TOLD_WHOLE,
    *,
    needed: float = 36_000.0,
    listed: bool = True,
) -> Said:
    """A reading in which the venue says what it is worth, and that it needs so much."""
    own = balance(50_000.0, equity=equity, maintenance=needed)
    account = read(*([SHORT] if listed else []), wallet=None, balances=[own])

    def reading(now: float) -> AccountRead:
        said = account(now)
        assert isinstance(said, AccountRead)
        return replace(said, cross_regime=regime)

    return reading


def watched(regime: Regime = NEVER_OURS, *rules: Rule) -> Story:
    story = Story(*(rules or (NEAR, HIGH, DANGER)), on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), saying(40_000.0, regime), ALTS, mark(AIX, 1_000.0))
    return story


def test_no_size_is_advised_by_a_margin_that_is_not_computed_here_and_it_is_said_why() -> None:
    for regime in (TOLD_WHOLE, NEVER_OURS):
        assert reason(watched(regime).position().risk_sized_contracts) == regime.unknown


def test_its_price_its_notional_and_its_profit_are_known_and_its_margin_is_not() -> None:
    story = watched()
    story.at(1.0, mark(AIX, 1_050.0))
    position, pool = story.position(), story.pool()
    assert (position.mark_price, position.notional) == (1_050.0, 210_000.0)
    assert position.unrealized_pnl == pytest.approx(-10_000.0)
    for number in (position.liquidation_distance, position.liquidation_price, pool.margin_ratio):
        assert reason(number) == "nobody computes it"
    assert pool.venue_margin_ratio == pytest.approx(0.9)
    assert story.account().account_blind is False


def test_its_own_line_and_its_own_ratio_alarm_and_ours_that_is_unknown_does_not() -> None:
    story = watched()
    assert story.firing() == {"High"}
    story.at(1.0, mark(AIX, 1_100.0))
    assert story.firing() == {"High", "Near"}
    assert story.position().venue_liquidation_distance == pytest.approx(100.0 / 1_100.0)


def test_in_the_dark_nothing_of_it_is_known() -> None:
    story = watched()
    story.advance(20.0)
    for number in (story.position().mark_price, story.position().notional):
        assert isinstance(number, Unknown)
    assert story.account().account_blind is True


def test_a_venue_that_should_be_computed_and_cannot_be_blinds_the_account() -> None:
    story = Story(on=desk())
    reading = read(SHORT, wallet=None, balances=[OWN], regime="nobody heard of")
    story.at(0.0, market(AIX), market(ALT), reading, ALTS, mark(AIX, 1_000.0))
    story.at(1.0, mark(AIX, 1_050.0))
    assert story.account().account_blind is True
    assert story.account().blind_reason == "the venue's margin rules are not known"


def test_a_hedge_with_a_leg_there_is_judged_like_any_other() -> None:
    story = watched()
    story.at(1.0, ALTS, mark(AIX, 1_000.0))
    assert story.hedge().hedge_ratio == pytest.approx(1.0)


def test_where_the_venue_tells_of_all_of_it_its_numbers_stand_in_and_nobody_is_blind() -> None:
    story = watched(TOLD_WHOLE)
    story.at(1.0, mark(AIX, 1_050.0))
    pool, position = story.pool(), story.position()
    assert pool.margin_by_venue
    assert (pool.equity, pool.maintenance_margin) == (40_000.0, 36_000.0)
    assert pool.margin_ratio == pytest.approx(0.9)
    assert pool.headroom == pytest.approx(4_000.0)
    assert story.account().account_blind is False
    assert position.liquidation_by_venue
    for number in (pool.shock_up, pool.shock_nearest, position.liquidation_distance):
        assert reason(number) == "a simulation of the venue's own"


def test_what_stands_in_is_no_second_source_that_agrees() -> None:
    story = watched(TOLD_WHOLE)
    story.at(1.0, saying(40_000.0))
    pool = story.pool()
    for number in (pool.equity_disagreement, pool.margin_ratio_disagreement):
        assert reason(number) == "a simulation of the venue's own"


def test_a_rule_on_the_margin_ratio_judges_it_says_whose_number_it_is_and_ends_without_a_line() -> (
    None
):
    story = watched(TOLD_WHOLE, SAFE_AGAIN)
    assert story.firing() == {"Margin"}
    assert story.record("Margin").annotations["summary"] == (
        f"90%; {VENUE}'s own number of 0 s ago, which move liquidates is not computed here"
    )
    story.at(2.0, saying(120_000.0), mark(AIX, 1_000.0), ALTS)
    story.at(3.0, saying(120_000.0), mark(AIX, 1_000.0), ALTS)
    assert story.firing() == set()


def test_what_to_do_is_what_the_ratio_asks_for_at_the_least() -> None:
    """Half of what it is worth has to be enough for 36,000: 72,000 - 40,000."""
    assert watched(TOLD_WHOLE).pool().remedy == (
        "put at least 32,000.00 USDT into main/USDT, or close a part:"
        " how much makes it safe is not computed here"
    )


def test_numbers_that_the_venue_told_long_ago_stand_for_nothing() -> None:
    story = watched(TOLD_WHOLE)
    story.advance(29.0, heard(), mark(AIX, 1_000.0), ALTS)
    assert story.pool().margin_ratio == pytest.approx(0.9)
    story.advance(31.0, heard(), mark(AIX, 1_000.0), ALTS)
    assert reason(story.pool().margin_ratio) == "a simulation of the venue's own"
    assert story.account().account_blind is True
    assert story.account().blind_seconds == pytest.approx(31.0)
    story.at(32.0, saying(50_000.0), mark(AIX, 1_000.0))
    assert story.pool().margin_ratio == pytest.approx(0.72)
    assert story.account().account_blind is False


def test_a_venue_that_does_not_tell_a_ratio_leaves_the_account_blind() -> None:
    story = watched(TOLD_WHOLE)
    story.at(1.0, saying(None), mark(AIX, 1_000.0))
    assert isinstance(story.pool().margin_ratio, Unknown)
    assert story.account().account_blind is True


@pytest.mark.parametrize(
    ("equity", "needed"), [(40_000.0, 0.0), (0.0, 0.0), (-9.0, 0.0), (40_000.0, -5.0)]
)
def test_a_position_that_is_said_to_need_nothing_is_no_safe_one(
    equity: float, needed: float
) -> None:
    story = watched(TOLD_WHOLE, SAFE_AGAIN)
    for seconds in (8.0, 16.0, 24.0, 32.0):
        story.at(seconds, saying(equity, needed=needed))
        story.advance(seconds + 7.0, mark(AIX, 1_000.0), ALTS)
    assert reason(story.pool().margin_ratio) == "a simulation of the venue's own"
    assert story.account().account_blind is True
    assert story.firing() == {"Margin"}


def test_of_a_reading_that_leaves_a_position_out_no_number_stands_in() -> None:
    story = watched(TOLD_WHOLE, SAFE_AGAIN)
    story.at(8.0, saying(40_000.0, needed=100.0, listed=False), mark(AIX, 1_000.0), ALTS)
    assert story.pool().margin_ratio == pytest.approx(0.9)
    story.advance(20.0, mark(AIX, 1_000.0), ALTS)
    assert story.pool().venue_numbers_age_seconds == pytest.approx(20.0)
    assert story.firing() == {"Margin"}


def test_once_it_is_computed_again_the_numbers_are_ours() -> None:
    story = watched(TOLD_WHOLE)
    story.at(1.0, saying(40_000.0, REGIMES["binance-usdm-cross"]), tiered(AIX), mark(AIX, 1e3))
    pool = story.pool()
    assert not pool.margin_by_venue
    assert pool.margin_ratio != pytest.approx(0.9)
    assert isinstance(pool.shock_up, float)


def test_nothing_is_stressed_by_numbers_that_nobody_here_can_move() -> None:
    story = watched(TOLD_WHOLE)
    assert curve_of(story.pool()) == []
