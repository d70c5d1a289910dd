"""Getting out: what the visible book costs, and nothing beyond it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.liquidity import (
    depth,
    fill,
    hours_to_unwind,
    middle,
    slippage,
    spread,
    unwind_cost,
)
from tests.core.statistics.series import known

BIDS = ((99.0, 10.0), (98.0, 20.0), (90.0, 100.0))
ASKS = ((101.0, 10.0), (102.0, 20.0), (110.0, 100.0))


def test_the_spread_is_a_ratio_of_the_middle() -> None:
    assert middle(BIDS, ASKS) == 100.0
    assert spread(99.0, 101.0) == pytest.approx(0.02)


def test_depth_is_the_money_that_rests_within_the_width() -> None:
    assert depth(ASKS, 100.0, 0.02) == pytest.approx(101 * 10 + 102 * 20)
    assert depth(BIDS, 100.0, 0.015) == pytest.approx(990.0)


def test_depth_beyond_what_the_venue_shows_is_unknown_and_not_less() -> None:
    assert depth(ASKS, 100.0, 0.10) == Unknown("the order book is shown to 10.00% only", 0.0)
    assert isinstance(depth((), 100.0, 0.01), Unknown)


def test_buying_through_the_book_costs_its_average_price_against_the_middle() -> None:
    paid = 10 * 101 + 15 * 102
    assert unwind_cost(ASKS, 25.0, 100.0) == pytest.approx(paid - 2_500.0)
    assert unwind_cost(ASKS, 25.0, 100.0, 0.0005) == pytest.approx(paid * 1.0005 - 2_500.0)
    assert slippage(ASKS, 25.0, 100.0) == pytest.approx(paid / 25 / 100 - 1)
    assert slippage(BIDS, 25.0, 100.0) == pytest.approx(1 - (990 + 15 * 98) / 2_500)


def test_what_is_more_than_the_visible_book_is_never_extrapolated() -> None:
    assert unwind_cost(ASKS, 260.0, 100.0) == Unknown(
        "the order book shows 50% of the size only", 0.0
    )
    assert isinstance(slippage(ASKS, 131.0, 100.0), Unknown)
    assert fill(ASKS, 260.0).filled == 130.0


def test_nothing_costs_nothing_even_in_an_empty_book() -> None:
    assert unwind_cost((), 0.0, 100.0) == slippage((), 0.0, 100.0) == 0.0
    assert isinstance(unwind_cost((), 1.0, 100.0), Unknown)


@pytest.mark.parametrize(
    ("bid", "ask"), [(101.0, 99.0), (0.0, 1.0), (float("nan"), 1.0), (1.0, float("inf"))]
)
def test_a_book_that_is_none_has_neither_middle_nor_spread(bid: float, ask: float) -> None:
    assert isinstance(spread(bid, ask), Unknown)
    assert isinstance(middle(((bid, 1.0),), ((ask, 1.0),)), Unknown)
    assert isinstance(middle((), ASKS), Unknown)


@given(st.floats(0.001, 129.0), st.floats(1.0, 1.5))
def test_a_larger_size_never_costs_less_for_each_coin(size: float, more: float) -> None:
    larger = min(130.0, size * more)
    assert known(slippage(ASKS, larger, 100.0)) >= known(slippage(ASKS, size, 100.0)) - 1e-12


def test_a_tenth_of_the_days_volume_takes_a_day_to_trade_a_tenth_of_it() -> None:
    assert hours_to_unwind(100.0, 1_000.0) == pytest.approx(24.0)
    assert hours_to_unwind(100.0, 1_000.0, 0.2) == pytest.approx(12.0)
    assert isinstance(hours_to_unwind(100.0, 0.0), Unknown)
