"""Estimates bar by bar: equal to the same sums done at once, silent until they mean something."""

from math import isfinite, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.moments import (
    WARM,
    Covariance,
    Variance,
    correlation_shift,
    decay_of,
)
from tests.core.statistics.series import known, noise
from tests.support.published.textbook import days_to_tolerance

returns = st.floats(-0.2, 0.2)
pairs = st.lists(st.tuples(returns, returns), min_size=WARM, max_size=80)


def fed(series: list[tuple[float, float]], half_life: float = 60.0) -> Covariance:
    moments = Covariance(half_life)
    for x, y in series:
        moments.add(x, y)
    return moments


def test_nothing_is_told_before_thirty_bars_and_the_reason_counts_them() -> None:
    moments, variance = Covariance(60.0), Variance(60.0)
    for _ in range(12):
        moments.add(0.01, 0.02)
        variance.add(0.01)
    for estimate in (
        moments.beta,
        moments.correlation,
        moments.effectiveness,
        moments.effectiveness_at(1.0),
        moments.residual_variance(1.0),
        variance.value,
        correlation_shift(moments, moments),
    ):
        assert estimate == Unknown("12 of 30 minutes seen", 0.0)


@given(pairs)
def test_each_moment_equals_the_weighted_sum_done_at_once(
    series: list[tuple[float, float]],
) -> None:
    moments, variance = fed(series), Variance(60.0)
    for x, _ in series:
        variance.add(x)
    weights = [decay_of(60.0) ** age for age in range(len(series) - 1, -1, -1)]
    by_hand = sum(w * x * x for w, (x, _) in zip(weights, series, strict=True)) / sum(weights)
    assert known(variance.value) == pytest.approx(by_hand, rel=1e-9, abs=1e-15)
    ratio = 0.7
    left = sum(w * (x - ratio * y) ** 2 for w, (x, y) in zip(weights, series, strict=True))
    assert known(moments.residual_variance(ratio)) == pytest.approx(
        left / sum(weights), rel=1e-9, abs=1e-15
    )
    assert moments.effective == pytest.approx(sum(weights) ** 2 / sum(w * w for w in weights))


def test_a_constant_variance_is_told_without_bias_from_the_first_bar_that_is_told() -> None:
    variance = Variance(600.0)
    for _ in range(WARM):
        variance.add(0.01)
    assert known(variance.value) == pytest.approx(0.0001)


def test_the_effective_sample_tends_to_the_published_limit() -> None:
    moments = Covariance(60.0)
    for _ in range(5_000):
        moments.add(0.0, 0.0)
    decay = moments.decay
    assert moments.effective == pytest.approx((1 + decay) / (1 - decay))
    assert known(days_to_tolerance(decay, 0.5)) == pytest.approx(60.0)


def test_a_half_life_that_could_never_warm_up_is_refused() -> None:
    with pytest.raises(ValueError, match="never warms up"):
        Variance(5.0)


@given(pairs)
def test_whatever_comes_the_correlation_stays_within_one_and_nothing_is_infinite(
    series: list[tuple[float, float]],
) -> None:
    moments = fed(series)
    for estimate in (moments.beta, moments.correlation, moments.effectiveness):
        assert isinstance(estimate, Unknown) or isfinite(estimate)
    assert isinstance(moments.correlation, Unknown) or abs(moments.correlation) <= 1.0


@given(pairs, st.floats(-3.0, 3.0))
def test_no_ratio_leaves_less_than_the_minimum_variance_one(
    series: list[tuple[float, float]], other: float
) -> None:
    moments = fed(series)
    if isinstance(moments.beta, Unknown):
        return
    best = known(moments.residual_variance(moments.beta))
    assert best <= known(moments.residual_variance(other)) + 1e-12


@given(pairs)
def test_at_the_best_ratio_the_effectiveness_is_the_correlation_squared(
    series: list[tuple[float, float]],
) -> None:
    moments = fed(series)
    if isinstance(moments.beta, Unknown) or isinstance(moments.correlation, Unknown):
        return
    squared = known(moments.effectiveness)
    assert known(moments.effectiveness_at(moments.beta)) == pytest.approx(squared, abs=1e-6)


@given(st.floats(-2.0, 2.0).filter(lambda beta: abs(beta) > 0.01))
def test_an_exposure_that_is_its_cover_times_beta_is_found_out(beta: float) -> None:
    cover = noise(200, seed=1)
    moments = fed([(beta * change, change) for change in cover])
    assert known(moments.beta) == pytest.approx(beta)
    assert known(moments.correlation) == pytest.approx(1.0 if beta > 0.0 else -1.0)
    assert known(moments.effectiveness_at(beta)) == pytest.approx(1.0, abs=1e-9)


def test_the_held_ratio_may_be_worse_than_no_hedge_at_all() -> None:
    moments = fed([(change, change) for change in noise(100, seed=2)])
    assert known(moments.effectiveness_at(0.0)) == pytest.approx(0.0)
    assert known(moments.effectiveness_at(0.5)) == pytest.approx(0.75)
    assert known(moments.effectiveness_at(-1.0)) == pytest.approx(-3.0)


def test_a_pegged_cover_has_no_beta_and_says_so() -> None:
    moments = fed([(change, 0.0) for change in noise(50, seed=3)])
    assert moments.beta == Unknown("the cover does not move", 0.0)
    assert moments.correlation == Unknown("a side does not move", 0.0)
    assert known(moments.effectiveness_at(1.0)) == pytest.approx(0.0)


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), float("-inf")])
def test_a_return_that_is_no_number_leaves_the_estimate_as_it_was(broken: float) -> None:
    moments, variance = fed([(0.01, 0.02)] * WARM), Variance(60.0)
    variance.add(0.01)
    before = moments.beta, moments.bars
    moments.add(broken, 0.01)
    moments.add(0.01, broken)
    variance.add(broken)
    assert (moments.beta, moments.bars, variance.bars) == (*before, 1)


def _regimes(before: int, after: int) -> tuple[Covariance, Covariance]:
    fast, slow = Covariance(30.0), Covariance(1440.0)
    cover, other = noise(before + after, seed=4), noise(before + after, seed=5)
    for bar in range(before + after):
        exposure = cover[bar] + 0.2 * other[bar] if bar < before else other[bar]
        fast.add(exposure, cover[bar])
        slow.add(exposure, cover[bar])
    return fast, slow


def test_a_broken_correlation_shows_within_two_half_lives_of_the_fast_window() -> None:
    assert abs(known(correlation_shift(*_regimes(1_000, 0)))) < 3.0
    assert known(correlation_shift(*_regimes(1_000, 60))) < -5.0


def test_the_shift_is_unknown_while_both_windows_say_the_same() -> None:
    reason = correlation_shift(*_regimes(100, 0))
    assert reason == Unknown("100 of 174 minutes seen", 0.0)
    assert isinstance(correlation_shift(*_regimes(174, 0)), float)


def test_the_score_is_fishers_with_the_effective_samples() -> None:
    fast, slow = _regimes(400, 20)
    rho_fast, rho_slow = known(fast.correlation), known(slow.correlation)
    assert fast.effective < slow.effective / 2.0
    shift = 0.5 * log((1 + rho_fast) / (1 - rho_fast)) - 0.5 * log((1 + rho_slow) / (1 - rho_slow))
    error = sqrt(1 / (fast.effective - 3) + 1 / (slow.effective - 3))
    assert known(correlation_shift(fast, slow)) == pytest.approx(shift / error)
