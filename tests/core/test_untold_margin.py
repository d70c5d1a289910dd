"""A venue whose margin nobody here computes: what is held is known, what it needs is not."""

from dataclasses import replace

import pytest

from hedgewatch.core.events import AccountRead
from hedgewatch.core.margin.regimes import UNKNOWN
from hedgewatch.core.model import Scope, Unknown
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    balance,
    desk,
    held,
    mark,
    market,
    read,
    rule,
    with_its_own,
)
from tests.support.stories import ALTS, Story, reason

SHORT = with_its_own(held(AIX, -200.0), price=1_200.0)
OWN = balance(50_000.0, equity=40_000.0, maintenance=36_000.0)
NEAR = rule("Near", Scope.POSITION, "venue_liquidation_distance < 10%")
HIGH = rule("High", Scope.POOL, "venue_margin_ratio > 80%")
DANGER = rule("Danger", Scope.POOL, "margin_ratio > 80% or shock_up < 10%")


def watched() -> Story:
    story = Story(NEAR, HIGH, DANGER, on=desk(BASKET))
    regime = replace(UNKNOWN, unknown="nobody computes it", never_ours=True)
    account = read(SHORT, wallet=None, balances=[OWN])

    def reading(now: float) -> AccountRead:
        said = account(now)
        assert isinstance(said, AccountRead)
        return replace(said, cross_regime=regime)

    story.at(0.0, market(AIX), market(ALT), reading, ALTS, mark(AIX, 1_000.0))
    return story


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
