"""What a market and a hedge remember: two windows side by side, read without work."""

from math import sqrt

import pytest

from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.bars import BARS_A_YEAR
from hedgewatch.core.statistics.estimates import HedgeBar, HedgeEstimates, MarketEstimates
from tests.core.statistics.series import known, noise


def moved(sigmas: list[float]) -> MarketEstimates:
    """A market that went up and down by these fractions, a bar each."""
    market, price = MarketEstimates(), 100.0
    for bar, sigma in enumerate([0.0, *sigmas], start=1):
        price *= 1.0 + (sigma if bar % 2 else -sigma)
        market.close(bar, price, 60.0 * bar)
    return market


def test_a_steady_market_has_one_volatility_in_both_windows() -> None:
    assert known(moved([0.001] * 200).volatility) == pytest.approx(
        0.001 * sqrt(BARS_A_YEAR), rel=1e-3
    )


def test_an_outbreak_shows_within_half_an_hour_although_the_day_was_calm() -> None:
    calm, wild = 0.0005, 0.005
    told = known(moved([calm] * 1_000 + [wild] * 30).volatility)
    assert told == pytest.approx(wild * sqrt(BARS_A_YEAR * 0.5), rel=0.02)


def test_what_calmed_down_an_hour_ago_is_remembered_for_the_day() -> None:
    told = known(moved([0.005] * 300 + [0.0001] * 120).volatility)
    assert told > 0.004 * sqrt(BARS_A_YEAR)


def test_before_thirty_bars_a_market_tells_how_many_it_saw() -> None:
    assert moved([0.001] * 7).volatility == Unknown("7 of 30 bars seen", 0.0)
    assert isinstance(moved([0.001] * 30).volatility, float)


def test_a_bar_of_which_one_side_is_missing_is_no_bar_of_the_hedge() -> None:
    hedge = HedgeEstimates()
    for bar, change in enumerate(noise(29, seed=10), start=1):
        hedge.close(bar, HedgeBar(change, change))
    hedge.close(30, HedgeBar(0.5, None))
    hedge.close(31, HedgeBar(None, 0.5))
    assert hedge.beta == Unknown("29 of 30 bars seen", 0.0)
    hedge.close(32, HedgeBar(0.001, 0.001))
    assert hedge.beta == pytest.approx(1.0)
    assert (hedge.correlation, hedge.recent, hedge.effectiveness) == pytest.approx((1.0, 1.0, 1.0))
    assert hedge.shift == Unknown("30 of 174 bars seen", 0.0)
