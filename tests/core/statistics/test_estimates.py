"""What a market and a hedge remember: two windows side by side, read without work."""

from math import sqrt

import pytest

from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.bars import BARS_A_YEAR
from hedgewatch.core.statistics.estimates import HedgeBar, HedgeEstimates, MarketEstimates
from hedgewatch.core.statistics.window import KEPT
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
    assert moved([0.001] * 7).volatility == Unknown("7 of 30 minutes seen", 0.0)
    assert isinstance(moved([0.001] * 30).volatility, float)


def test_a_bar_of_which_one_side_is_missing_is_no_bar_of_the_hedge() -> None:
    hedge = HedgeEstimates()
    for bar, change in enumerate(noise(29, seed=10), start=1):
        hedge.close(bar, HedgeBar(change, change))
    hedge.close(30, HedgeBar(0.5, None))
    hedge.close(31, HedgeBar(None, 0.5))
    assert hedge.beta == Unknown("29 of 30 minutes seen", 0.0)
    hedge.close(32, HedgeBar(0.001, 0.001))
    assert hedge.beta == pytest.approx(1.0)
    assert (hedge.correlation, hedge.recent, hedge.effectiveness) == pytest.approx((1.0, 1.0, 1.0))
    assert hedge.shift == Unknown("30 of 174 minutes seen", 0.0)


def test_a_hedge_that_is_filled_in_later_is_the_one_that_was_watched_all_along() -> None:
    """Over more bars than are kept, calendar spread and all; the gap lies in the window."""
    count = KEPT + 400
    returns = zip(noise(count, seed=1), noise(count, seed=2), noise(count, seed=3), strict=True)
    bars = {bar: HedgeBar(x, x + y, z) for bar, (x, y, z) in enumerate(returns, start=1)}
    watched, filled = HedgeEstimates(), HedgeEstimates()
    for bar, sample in bars.items():
        watched.close(bar, sample)
        gone = count - 100 < bar < count - 20
        filled.close(bar, HedgeBar(None, None) if gone else sample)
    assert filled.beta != watched.beta
    filled.fill(count, bars.__getitem__)
    for name in ("beta", "correlation", "recent", "effectiveness", "shift"):
        assert known(getattr(filled, name)) == known(getattr(watched, name))
    assert filled.calendar.score(0.01, 0.0) == watched.calendar.score(0.01, 0.0)
    assert filled.moments.bars == count


def test_what_was_sampled_live_is_not_asked_of_the_histories_again() -> None:
    hedge, asked = HedgeEstimates(), []
    hedge.close(7, HedgeBar(0.001, 0.001))

    def remembered(bar: int) -> HedgeBar:
        asked.append(bar)
        return HedgeBar(0.002, 0.002)

    hedge.fill(9, remembered)
    assert (7 in asked, 8 in asked, 9 in asked, hedge.incomplete) == (False, True, True, False)
    assert hedge.moments.x_total == pytest.approx(0.001**2 + 8 * 0.002**2, rel=0.02)
