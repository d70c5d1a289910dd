"""Many assets against many contracts: each side is one basket with one return."""

from math import sqrt

import pytest

from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.bars import BARS_A_YEAR
from hedgewatch.core.statistics.basket import (
    held_ratio,
    residual_share,
    residual_volatility,
    side_return,
    yearly,
)
from hedgewatch.core.statistics.moments import Covariance
from tests.core.statistics.series import known, noise


def test_a_side_gains_by_the_weights_of_its_values() -> None:
    assert side_return([(300.0, 0.01), (100.0, -0.01)]) == pytest.approx(0.005)
    assert side_return([(-300.0, 0.01), (-100.0, -0.01)]) == pytest.approx(0.005)
    assert side_return([(100.0, 0.01), (-40.0, 0.02)]) == pytest.approx((1.0 - 0.8) / 60.0)


def test_a_single_leg_is_its_own_return_even_when_nothing_is_held() -> None:
    assert side_return([(0.0, 0.02)]) == 0.02


def test_a_side_of_which_one_leg_is_silent_has_no_return() -> None:
    assert side_return([(300.0, 0.01), (100.0, None)]) is None
    assert side_return([(300.0, 0.01), (-300.0, 0.02)]) is None
    assert side_return([(0.0, 0.01), (0.0, 0.02)]) is None
    assert side_return([]) is None


def _hedged() -> Covariance:
    moments = Covariance(1440.0)
    for common, own in zip(noise(3_000, seed=8), noise(3_000, seed=9), strict=True):
        moments.add(common + own, common)
    return moments


def test_half_of_the_variance_is_the_altcoins_own_and_no_index_takes_it_away() -> None:
    moments = _hedged()
    assert known(moments.beta) == pytest.approx(1.0, abs=0.08)
    assert known(residual_share(moments, 1_000.0, -1_000.0)) == pytest.approx(0.5, abs=0.05)
    assert known(residual_share(moments, 1_000.0, 0.0)) == pytest.approx(1.0)
    assert known(residual_share(moments, 1_000.0, 1_000.0)) == pytest.approx(2.5, abs=0.15)


def test_the_residual_is_told_as_a_volatility_of_a_year() -> None:
    moments = _hedged()
    naked = known(residual_volatility(moments, 1_000.0, 0.0))
    assert naked == pytest.approx(sqrt(2.0) * 0.001 * sqrt(BARS_A_YEAR), rel=0.03)
    held = known(residual_volatility(moments, 1_000.0, -1_000.0))
    assert held / naked == pytest.approx(sqrt(0.5), abs=0.03)


def test_without_anything_owned_there_is_no_ratio_in_value() -> None:
    reason = Unknown("nothing is owned", 0.0)
    assert held_ratio(0.0, -5.0) == reason
    assert (
        residual_share(_hedged(), 0.0, -5.0) == residual_volatility(_hedged(), 0.0, 1.0) == reason
    )
    assert held_ratio(200.0, -100.0) == 0.5
    young = Covariance(60.0)
    assert residual_share(young, 1.0, -1.0) == yearly(young.beta)
