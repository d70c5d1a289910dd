"""Closing against one reading of an order book: worked out once, kept within bounds."""

import pytest

from hedgewatch.core.events import LiquidityRead
from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.closing import Closing, ClosingCosts

BIDS = ((99.9, 10.0), (99.8, 20.0), (90.0, 100.0))
ASKS = ((100.1, 10.0), (100.2, 20.0), (110.0, 100.0))


def reading(
    volume: float | None = 1_000.0, bids: tuple[tuple[float, float], ...] = BIDS
) -> LiquidityRead:
    return LiquidityRead("binanceusdm", "AIX/USDT:USDT", bids, ASKS, 0.0, volume)


def closing(held: float, book: LiquidityRead | None = None) -> Closing:
    found = ClosingCosts(book or reading()).of(held)
    assert isinstance(found, Closing)
    return found


def test_a_long_sells_into_the_bids_and_a_short_buys_from_the_asks() -> None:
    assert closing(15.0).cost == pytest.approx(10 * 0.1 + 5 * 0.2)
    assert closing(15.0).depth == pytest.approx(10 * 99.9 + 20 * 99.8)
    assert closing(-15.0).cost == pytest.approx(10 * 0.1 + 5 * 0.2)
    assert closing(-15.0).depth == pytest.approx(10 * 100.1 + 20 * 100.2)
    assert closing(-15.0).slippage == pytest.approx(2.0 / 1_500.0)


def test_a_tenth_of_a_days_trade_closes_a_tenth_of_it_in_a_day() -> None:
    assert closing(-100.0).seconds == pytest.approx(86_400.0)
    assert closing(-100.0, reading(None)).seconds == Unknown(
        "the volume of the day was not told", 0.0
    )
    assert isinstance(closing(-100.0, reading(0.0)).seconds, Unknown)


def test_what_the_visible_book_cannot_take_has_a_share_and_no_cost() -> None:
    large = closing(260.0)
    assert large.share == 0.5
    assert large.cost == large.slippage == Unknown("the order book shows 50% of the size only", 0.0)


def test_nothing_held_costs_nothing_and_takes_no_time() -> None:
    nothing = closing(0.0)
    assert (nothing.cost, nothing.share, nothing.seconds) == (0.0, 1.0, 0.0)


def test_a_one_sided_book_says_nothing_at_all() -> None:
    assert ClosingCosts(reading(bids=())).of(1.0) == Unknown("the order book is empty", 0.0)


def test_the_same_holding_is_worked_out_once_and_old_ones_are_let_go() -> None:
    costs = ClosingCosts(reading())
    first = costs.of(15.0)
    assert costs.of(15.0) is first
    for size in range(1, 100):
        costs.of(100.0 + size)
    again = costs.of(15.0)
    assert again is not first
    assert again == first
