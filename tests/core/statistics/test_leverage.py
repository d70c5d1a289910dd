"""Leverage as it is, the moves that it stands, and the sizes that a loss allows."""

from decimal import Decimal
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.margin import Leg, Line
from hedgewatch.core.model import Tier, Unknown
from hedgewatch.core.statistics.leverage import effective_leverage, size_by_risk, size_that_stands
from tests.core.statistics.series import known
from tests.support.published.leverage import adverse_move

CENT = (1.0, Decimal("0.1"), 0.0)


def test_effective_leverage_is_value_over_equity_and_infinite_without_any() -> None:
    assert effective_leverage(200_000.0, 50_000.0) == 4.0
    assert effective_leverage(-200_000.0, 50_000.0) == -4.0
    assert effective_leverage(200_000.0, 0.0) == inf
    assert effective_leverage(-1.0, -5.0) == -inf
    assert effective_leverage(0.0, 0.0) == 0.0


@given(st.floats(1.0, 60.0), st.floats(0.001, 0.015), st.sampled_from(["long", "short"]))
def test_the_adverse_move_leads_to_the_price_that_the_solver_finds(
    leverage: float, rate: float, side: str
) -> None:
    long = side == "long"
    move = known(adverse_move(leverage, rate, long=long))
    leg = Leg(1.0 if long else -1.0, 100.0, [Tier(0.0, rate, 0.0)])
    low, high = Line(leg).interval(100.0 / leverage)
    expected = 100.0 * (1.0 - move) if long else 100.0 * (1.0 + move)
    if move < 1.0 - 1e-6 or not long:
        assert (low if long else high) == pytest.approx(expected)


def test_a_hundredfold_long_at_one_percent_is_liquidatable_at_entry() -> None:
    assert adverse_move(100.0, 0.01, long=True) == pytest.approx(0.0)
    assert known(adverse_move(100.0, 0.02, long=False)) < 0.0
    assert isinstance(adverse_move(0.0, 0.01, long=True), Unknown)
    assert isinstance(adverse_move(10.0, 1.0, long=True), Unknown)


def test_two_percent_of_risk_buys_whole_steps_and_never_more() -> None:
    assert size_by_risk(50_000.0, 0.01, 100.0, 90.0, CENT) == 50.0
    assert size_by_risk(50_000.0, 0.02, 100.0, 90.0, (1.0, Decimal(3), 1.0)) == 90.0
    assert size_by_risk(0.3, 1.0, 2.0, 1.0, CENT) == 0.3  # floor(0.3 / 0.1) is 2 in floats
    assert size_by_risk(-5.0, 0.02, 100.0, 90.0, CENT) == 0.0
    assert isinstance(size_by_risk(50_000.0, 0.01, 100.0, 100.0, CENT), Unknown)
    assert isinstance(size_by_risk(float("nan"), 0.01, 100.0, 90.0, CENT), Unknown)


@given(st.floats(1.0, 1e6), st.floats(0.001, 0.05), st.floats(0.5, 99.0))
def test_the_size_never_loses_more_than_the_risk(equity: float, risk: float, stop: float) -> None:
    size = known(size_by_risk(equity, risk, 100.0, stop, CENT))
    assert size * (100.0 - stop) <= risk * equity * (1 + 1e-12)


@given(
    st.integers(1, 10**6),
    st.sampled_from(["1", "0.1", "0.001", "3", "0.025"]),
    st.sampled_from([0.0, 1e-12, -1e-12, 3e-7, -3e-7, 0.3, 0.5]),
)
def test_the_size_is_the_one_that_decimals_give_also_a_hair_from_a_whole_step(
    steps: int, text: str, beside: float
) -> None:
    step, loss = Decimal(text), 100.0 - 99.3
    equity = (steps + beside) * float(step) * loss / 0.02
    exact = Decimal(repr(0.02 * equity)) / Decimal(repr(loss)) / step
    size = known(size_by_risk(equity, 0.02, 100.0, 99.3, (1.0, step, 0.0)))
    assert size == float(int(exact) * step)


@given(st.floats(10.0, 1e6), st.floats(0.5, 50.0), st.sampled_from([-1.0, 1.0]))
def test_the_size_that_stands_has_its_line_at_the_stop(
    spare: float, move: float, side: float
) -> None:
    tiers = [Tier(0.0, 0.01, 0.0), Tier(10_000.0, 0.05, 400.0), Tier(90_000.0, 0.2, 13_900.0)]
    stop = 100.0 + side * move
    required = [(tier.rate, tier.deduction) for tier in tiers]
    size = size_that_stands(spare, move, stop, required)
    low, high = Line(Leg(-side * size, 100.0, tiers)).interval(spare)
    assert (high if side > 0.0 else low) == pytest.approx(stop)


def test_no_more_are_sized_by_risk_than_stand_until_the_stop() -> None:
    assert size_by_risk(50_000.0, 0.01, 100.0, 90.0, CENT, 12.37) == 12.3
    assert size_by_risk(50_000.0, 0.01, 100.0, 90.0, CENT, 80.0) == 50.0
    assert size_by_risk(50_000.0, 0.01, 100.0, 90.0, CENT, -3.0) == 0.0
