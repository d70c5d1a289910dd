"""Reaching the liquidation price: published figures, limits, and a simulation as witness."""

from math import exp, inf, log, nan, sqrt
from random import Random
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.barrier import (
    DAY,
    YEAR,
    either_touched,
    log_distance,
    sigma_distance,
    time_to_touch,
    touch_probability,
    worst_distance,
)
from tests.core.statistics.series import known

DISTANCE = log(100.0 / 80.0)
WEEK = 7.0 * DAY
distances = st.floats(1e-4, 5.0)
volatilities = st.floats(0.05, 5.0)
drifts = st.floats(-20.0, 20.0)


def test_the_probability_for_80_percent_volatility_over_a_week_is_the_published_one() -> None:
    falling = 0.8**2 / 2.0
    assert touch_probability(DISTANCE, 0.8, WEEK) == pytest.approx(0.04399, abs=5e-6)
    assert touch_probability(DISTANCE, 0.8, WEEK, towards=falling) == pytest.approx(
        0.04913, abs=5e-6
    )
    seen = touch_probability(DISTANCE, 0.8, WEEK, towards=falling, step=WEEK / 2_000)
    assert seen == pytest.approx(0.04766, abs=5e-6)


def test_a_simulated_price_touches_as_often_as_the_discrete_formula_says() -> None:
    random, steps, paths, sigma = Random(7), 50, 4_000, 0.8
    spread = sigma * sqrt(WEEK / YEAR / steps)
    touched = 0
    for _ in range(paths):
        level = 0.0
        for _ in range(steps):
            level += random.gauss(0.0, spread)
            if level <= -0.15:
                touched += 1
                break
    expected = known(touch_probability(0.15, sigma, WEEK, step=WEEK / steps))
    assert touched / paths == pytest.approx(expected, abs=0.02)


@given(distances, volatilities, drifts)
def test_a_probability_is_one_and_grows_with_time_volatility_and_nearness(
    distance: float, sigma: float, towards: float
) -> None:
    here = known(touch_probability(distance, sigma, towards=towards))
    assert 0.0 <= here <= 1.0
    assert known(touch_probability(distance, sigma, 2 * DAY, towards=towards)) >= here - 1e-9
    assert known(touch_probability(distance * 1.1, sigma, towards=towards)) <= here + 1e-9
    assert known(touch_probability(distance, sigma, towards=towards + 1.0)) >= here - 1e-9
    assert known(touch_probability(distance, sigma * 1.1)) >= known(
        touch_probability(distance, sigma)
    )
    assert known(touch_probability(distance, sigma, step=60.0)) <= known(
        touch_probability(distance, sigma)
    )


@given(distances, volatilities)
def test_without_drift_it_is_twice_the_tail_beyond_the_sigma_distance(
    distance: float, sigma: float
) -> None:
    far = known(sigma_distance(distance, sigma))
    assert known(touch_probability(distance, sigma)) == pytest.approx(
        2.0 * NormalDist().cdf(-far), rel=1e-6, abs=1e-12
    )


@pytest.mark.parametrize("towards", [24.0, 25.0, 26.0, 200.0])
def test_no_drift_however_strong_makes_the_formula_overflow_or_jump(towards: float) -> None:
    sigma, horizon = 0.05, YEAR
    probability = known(touch_probability(20.0, sigma, horizon, towards=towards))
    assert probability == pytest.approx(1.0)
    nearby = known(touch_probability(20.0, sigma, horizon, towards=20.0))
    assert nearby == pytest.approx(0.5, abs=0.01)


def test_both_branches_of_the_reflected_tail_meet() -> None:
    sigma = 1.0
    for towards in (12.49, 12.51):  # 25 sigmas lie between
        both = known(touch_probability(12.5, sigma, YEAR, towards=towards))
        assert both == pytest.approx(0.5 + 0.4 / 25.0, abs=0.01)
    below, above = (
        known(touch_probability(12.5, sigma, YEAR, towards=12.5 + dx)) for dx in (-1e-9, 1e-9)
    )
    assert below == pytest.approx(above, rel=1e-7)


def test_no_liquidation_price_is_infinitely_far_and_is_never_touched() -> None:
    for none in (inf, -inf, 0.0):
        assert log_distance(100.0, none) == inf
    assert sigma_distance(inf, 0.8) == inf
    assert touch_probability(inf, 0.8) == 0.0
    assert time_to_touch(inf, 0.8) == inf


def test_a_price_at_its_barrier_has_touched_it() -> None:
    assert log_distance(100.0, 100.0) == 0.0
    assert sigma_distance(0.0, 0.8) == 0.0
    assert touch_probability(0.0, 0.8) == 1.0
    assert time_to_touch(0.0, 0.8) == 0.0


def test_a_third_down_is_a_longer_way_than_a_third_up_in_sigmas() -> None:
    down, up = known(log_distance(90.0, 60.0)), known(log_distance(90.0, 120.0))
    assert down == pytest.approx(-log(60 / 90))
    assert up == pytest.approx(log(120 / 90))
    assert known(sigma_distance(down, sqrt(365.0))) == pytest.approx(down)


@pytest.mark.parametrize("broken", [nan, inf, 0.0, -1.0])
def test_without_a_volatility_or_a_price_nothing_is_known(broken: float) -> None:
    assert isinstance(sigma_distance(0.1, broken), Unknown)
    assert isinstance(touch_probability(0.1, broken), Unknown)
    assert isinstance(time_to_touch(0.1, broken), Unknown)
    assert isinstance(log_distance(broken, 80.0), Unknown)
    assert isinstance(log_distance(100.0, nan), Unknown)


def test_the_median_time_is_the_horizon_at_which_the_probability_is_one_half() -> None:
    median = known(time_to_touch(DISTANCE, 0.8))
    assert median == pytest.approx(YEAR * (DISTANCE / (0.6745 * 0.8)) ** 2, rel=1e-4)
    assert known(touch_probability(DISTANCE, 0.8, median)) == pytest.approx(0.5)
    unlucky = known(time_to_touch(DISTANCE, 0.8, 0.05))
    assert unlucky == pytest.approx(YEAR * (DISTANCE / (1.96 * 0.8)) ** 2, rel=1e-4)
    assert known(touch_probability(DISTANCE, 0.8, unlucky)) == pytest.approx(0.05)
    assert isinstance(time_to_touch(DISTANCE, 0.8, 1.0), Unknown)


def test_two_barriers_are_never_more_certain_than_certain() -> None:
    assert either_touched(0.1, 0.2) == pytest.approx(0.3)
    assert either_touched(0.8, 0.9) == 1.0


def test_in_the_dark_four_sigmas_are_lost_with_the_root_of_the_time() -> None:
    assert worst_distance(0.30, 1.0, 0.0) == 0.30
    assert worst_distance(0.30, 1.0, YEAR / 10_000) == pytest.approx(0.30 - 0.04)
    assert worst_distance(0.30, 0.5, YEAR / 10_000) == pytest.approx(0.30 - 0.02)
    assert worst_distance(0.30, 1.0, -5.0) == 0.30
    assert worst_distance(inf, 1.0, 60.0) == inf


def test_the_reflection_formula_holds_for_a_lower_barrier_as_printed() -> None:
    sigma, years, drift = 0.8, WEEK / YEAR, 0.3
    b, v = log(80.0 / 100.0), drift - sigma**2 / 2.0
    phi, spread = NormalDist().cdf, sigma * sqrt(years)
    printed = phi((b - v * years) / spread) + exp(2 * v * b / sigma**2) * phi(
        (b + v * years) / spread
    )
    assert known(touch_probability(-b, sigma, WEEK, towards=-v)) == pytest.approx(printed)
