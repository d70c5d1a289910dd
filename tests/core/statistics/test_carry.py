"""Basis, roll and funding: the figures by hand, with their signs and their units."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.calendar import Level, calendar_spread
from hedgewatch.core.statistics.carry import (
    annualised,
    funding_payment,
    funding_per_day,
    roll_cost,
    seconds_to_expiry,
    time_to_liquidation_by_funding,
)
from tests.core.statistics.series import known, noise

DAY, HOUR = 86_400.0, 3_600.0


def test_two_percent_over_ninety_days_is_eight_a_year() -> None:
    assert annualised(0.02, 90 * DAY) == pytest.approx(0.02 * 365 / 90)


def test_the_last_hour_does_not_blow_the_annualised_basis_up() -> None:
    assert annualised(0.001, 60.0) == annualised(0.001, HOUR)


def test_at_expiry_the_annualised_basis_is_unknown_and_says_why() -> None:
    assert annualised(0.001, 0.0) == Unknown("the contract has expired", 0.0)
    assert seconds_to_expiry(1_000.0, 2_000.0) == 0.0
    assert seconds_to_expiry(90 * DAY, 0.0) == 90 * DAY


def test_rolling_a_short_up_the_curve_earns_the_difference_less_costs() -> None:
    assert roll_cost(-10.0, 100.0, 101.5, 0.0) == pytest.approx(-15.0)
    assert roll_cost(10.0, 100.0, 101.5, 0.0) == pytest.approx(15.0)
    costs = 10.0 * (0.0005 * 201.5 + 0.2 / 2)
    assert roll_cost(-10.0, 100.0, 101.5, 0.0005, 0.2) == pytest.approx(costs - 15.0)


def test_a_long_pays_positive_funding_and_a_short_is_paid() -> None:
    assert funding_payment(200_000.0, 0.0001) == pytest.approx(-20.0)
    assert funding_payment(-200_000.0, 0.0001) == pytest.approx(20.0)
    assert funding_payment(-200_000.0, -0.0003) == pytest.approx(-60.0)


@pytest.mark.parametrize("hours", [1, 2, 4, 8])
def test_each_market_counts_by_its_own_funding_interval(hours: int) -> None:
    interval = hours * HOUR
    assert funding_per_day(-200_000.0, 0.0001, interval) == pytest.approx(20.0 * 24 / hours)


def test_a_market_without_a_funding_interval_pays_nothing_that_is_known() -> None:
    assert isinstance(funding_per_day(1.0, 0.0001, 0.0), Unknown)


def test_funding_alone_eats_the_headroom_in_that_time_or_never() -> None:
    assert time_to_liquidation_by_funding(6_000.0, -60.0) == pytest.approx(100 * DAY)
    assert time_to_liquidation_by_funding(6_000.0, 60.0) == inf
    assert time_to_liquidation_by_funding(6_000.0, 0.0) == inf
    assert time_to_liquidation_by_funding(-1.0, 60.0) == 0.0


def test_a_calendar_spread_is_scored_against_its_own_past_with_a_tick_as_least_deviation() -> None:
    spread, calm = Level(600.0), Level(600.0)
    for change in noise(600, seed=6):
        spread.add(0.015 + change)
        calm.add(0.015)
    assert known(spread.score(0.015 + 0.003, 1e-6)) == pytest.approx(3.0, rel=0.15)
    assert known(calm.score(0.016, 0.0001)) == pytest.approx(10.0)
    assert calm.score(0.016, 0.0) == Unknown("the spread does not move", 0.0)
    assert known(calendar_spread(100.0, 101.5)) == pytest.approx(0.015)


def test_a_young_or_broken_spread_has_no_score() -> None:
    level = Level(600.0)
    for _ in range(29):
        level.add(0.01)
    level.add(float("nan"))
    assert level.score(0.01, 0.001) == Unknown("29 of 30 minutes seen", 0.0)
    level.add(0.01)
    assert level.score(0.01, 0.001) == pytest.approx(0.0)
    assert level.score(float("nan"), 0.001) == Unknown("no spread", 0.0)


@given(st.lists(st.floats(-1.0, 1.0), min_size=30, max_size=60), st.floats(-1e6, 1e6))
def test_the_score_does_not_depend_on_where_the_level_lies(
    levels: list[float], offset: float
) -> None:
    here, there = Level(60.0), Level(60.0)
    for level in levels:
        here.add(level)
        there.add(level + offset)
    assert known(there.score(0.5 + offset, 0.01)) == pytest.approx(
        known(here.score(0.5, 0.01)), rel=1e-5, abs=1e-5
    )
