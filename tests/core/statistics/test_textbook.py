"""The textbooks' own numbers, recomputed."""

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.model import Unknown
from tests.support.published.textbook import (
    beta_contracts,
    contracts,
    contracts_tailed,
    days_to_tolerance,
    hedge_from_series,
    minimum_variance_ratio,
)

FUEL = [
    0.029, 0.020, -0.044, 0.008, 0.026, -0.019, -0.010, -0.007, 0.043, 0.011, -0.036, -0.018,
    0.009, -0.032, 0.023,
]  # fmt: skip
HEATING_OIL = [
    0.021, 0.035, -0.046, 0.001, 0.044, -0.029, -0.026, -0.029, 0.048, -0.006, -0.036, -0.011,
    0.019, -0.027, 0.029,
]  # fmt: skip


def test_hulls_airline_hedges_jet_fuel_as_his_table_says() -> None:
    hedge = hedge_from_series(FUEL, HEATING_OIL)
    assert hedge is not None
    assert hedge.sigma_futures == pytest.approx(0.0313, abs=5e-5)
    assert hedge.sigma_spot == pytest.approx(0.0263, abs=5e-5)
    assert hedge.rho == pytest.approx(0.928, abs=5e-4)
    assert hedge.ratio == pytest.approx(0.778, abs=5e-4)


def test_hulls_airline_buys_thirty_seven_contracts_and_thirty_six_when_tailed() -> None:
    assert contracts(0.78, 2_000_000, 42_000) == pytest.approx(37.14, abs=0.005)
    assert contracts_tailed(0.78, 2_000_000, 1.94, 42_000, 1.99) == pytest.approx(36.21, abs=0.005)


def test_hulls_index_portfolio_is_hedged_with_thirty_contracts() -> None:
    assert beta_contracts(5_050_000, 1.5, 1_010, 250) == pytest.approx(30.0)


def test_a_ratio_from_summary_numbers_is_correlation_times_relative_volatility() -> None:
    ratio = minimum_variance_ratio(0.93, 0.02, 0.03)
    assert ratio == pytest.approx(0.62)
    assert contracts(0.62, 1_000_000, 42_000) == pytest.approx(14.76, abs=0.005)


@pytest.mark.parametrize(("decay", "days"), [(0.94, 74), (0.97, 151), (0.85, 28)])
def test_the_days_of_riskmetrics_table_come_out_when_rounded(decay: float, days: int) -> None:
    exact = days_to_tolerance(decay, 0.01)
    assert isinstance(exact, float)
    assert round(exact) == days


def test_what_has_no_answer_is_unknown_and_says_why() -> None:
    still = hedge_from_series([0.1, 0.2, 0.3], [0.0, 0.0, 0.0])
    assert still is not None
    assert still.ratio == Unknown("the futures do not move", 0.0)
    assert hedge_from_series([0.1], [0.1]) is None
    assert hedge_from_series([0.1, 0.2], [0.1]) is None
    assert hedge_from_series([0.1, float("nan")], [0.1, 0.2]) is None
    assert isinstance(contracts(1.0, 1.0, 0.0), Unknown)
    assert isinstance(days_to_tolerance(1.0, 0.01), Unknown)


changes = st.lists(st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)), min_size=2, max_size=50)


@given(changes)
def test_a_correlation_from_any_series_is_never_beyond_one(
    pairs: list[tuple[float, float]],
) -> None:
    hedge = hedge_from_series([spot for spot, _ in pairs], [futures for _, futures in pairs])
    assert hedge is not None
    for value in (hedge.rho, hedge.ratio):
        assert isinstance(value, Unknown) or not isnan(value)
    assert isinstance(hedge.rho, Unknown) or abs(hedge.rho) <= 1.0
