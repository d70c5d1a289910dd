"""One venue blind of two (row 37): the drift is unknown, its worst case is not."""

from dataclasses import replace
from math import inf, sqrt

import pytest

from hedgewatch.core.model import LegPlan, Scope, Unknown
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    accepted,
    desk,
    hedge,
    held,
    lost,
    mark,
    market,
    read,
    refused,
    rule,
    tiered,
)
from tests.support.stories import ALTS, CALM, Story, known, short_of_aix
from tests.support.venues import BTC_COIN, OWNED, over_four_venues, prices, readings

YEAR = 365.0 * 86_400.0


def _without_okx(story: Story, seconds: float) -> Story:
    told = [one for one in (*prices(), *readings()) if "okx" not in repr(one(0.0))]
    story.advance(seconds, *told)
    return story


def test_while_one_venue_is_silent_the_drift_is_unknown_and_its_worst_case_is_told() -> None:
    story = over_four_venues()
    assert story.hedge("btc").hedge_drift_worst == story.hedge("btc").hedge_drift
    drift = known(story.hedge("btc").hedge_drift)
    _without_okx(story, 60.0)
    row = story.hedge("btc")
    assert isinstance(row.hedge_drift, Unknown)
    assert row.blind_legs == 1.0
    assert row.hedge_drift_worst == pytest.approx(drift)  # coins do not depend on a price


def test_the_alert_says_which_venue_is_silent_and_why() -> None:
    blind = rule("HedgeBlind", Scope.HEDGE, "blind_legs > 0", summary="{blind_reason}")
    story = _without_okx(over_four_venues(blind), 60.0)
    assert story.firing() == {"HedgeBlind"}
    said = story.record("HedgeBlind").annotations["summary"]
    assert said == "okx (okx): the price of BTC/USDT:USDT is stale"


def test_a_position_that_may_be_liquidated_in_the_dark_counts_as_gone() -> None:
    story = over_four_venues()
    position = story.account("okx").positions["BTC/USDT:USDT", "net"]
    position.last_distance = 0.001
    _without_okx(story, 120.0)
    assert known(position.liquidation_distance_worst) <= 0.0
    assert story.hedge("btc").hedge_drift_worst == pytest.approx(1.0 / 2.6 - 1.0)


def test_in_value_the_worst_case_widens_with_the_root_of_the_age() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.advance(60.0, ALTS, read(held(AIX, -200.0)))
    row = story.hedge()
    assert isinstance(row.hedge_drift, Unknown)
    age = story.now - story.market(AIX).seen_at
    before = abs(known(row.hedge_drift_worst))
    assert before == pytest.approx(4.0 * sqrt(age / YEAR))
    story.advance(240.0, ALTS, read(held(AIX, -200.0)))
    assert abs(known(row.hedge_drift_worst)) == pytest.approx(2.0 * before, rel=0.02)


def test_a_face_value_whose_price_nobody_sees_is_more_or_fewer_coins() -> None:
    plan = hedge(OWNED[2], LegPlan(account="coins", symbol=BTC_COIN), name="btc")
    story = over_four_venues(on=replace(over_four_venues().desk, hedges=(plan,)))
    drift = known(story.hedge("btc").hedge_drift)
    story.advance(120.0, *prices()[:3], *readings())
    worst = known(story.hedge("btc").hedge_drift_worst)
    assert worst > drift


def test_a_refused_account_is_as_dark_as_a_silent_one() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.at(1.0, refused("the key was withdrawn"), CALM, ALTS)
    assert story.hedge().blind_legs == 1.0
    assert story.hedge().blind_reason == "main (binanceusdm): the key was withdrawn"
    assert story.hedge().hedge_drift_worst == 0.0
    story.at(2.0, accepted(), read(held(AIX, -200.0)), CALM, ALTS)
    assert story.hedge().blind_legs == 0.0
    assert story.hedge().hedge_drift_worst == story.hedge().hedge_drift


def test_before_all_of_it_was_read_the_worst_case_is_unknown_too() -> None:
    story = Story(on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), CALM, ALTS)
    story.advance(20.0, CALM, ALTS)
    assert story.hedge().blind_legs == 1.0
    assert isinstance(story.hedge().hedge_drift_worst, Unknown)


def test_a_holding_that_may_be_nothing_leaves_no_bound() -> None:
    story = short_of_aix(on=desk(BASKET, holdings={"ALT": 0.0}))
    story.at(1.0, lost())
    story.advance(30.0, ALTS, read(held(AIX, -200.0)))
    assert story.hedge().hedge_drift_worst == inf


def test_a_price_that_comes_back_ends_the_dark() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.advance(30.0, ALTS, read(held(AIX, -200.0)))
    assert story.hedge().blind_legs == 1.0
    story.advance(31.0, ALTS, mark(AIX, 1_000.0), read(held(AIX, -200.0)))
    assert story.hedge().blind_legs == 0.0
    assert story.hedge().hedge_drift_worst == 0.0
