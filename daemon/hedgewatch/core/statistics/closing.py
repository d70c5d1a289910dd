"""What it costs to close positions against one reading of an order book, worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics import liquidity
from hedgewatch.core.statistics.known import combine, quotient, unknown
from hedgewatch.core.statistics.liquidity import Level

DEPTH_WIDTH = 0.005
"""Depth is counted within half a percent of the middle."""

PARTICIPATION = 0.1
"""The share of what a market trades that one may take without moving it much."""

_MOST_KEPT = 64
"""An inverse holding is other base units at every price: not all that was ever asked is kept."""

_NO_VOLUME = unknown("the volume of the day was not told")


class OrderBook(Protocol):
    """One reading of an order book, best levels first, with what the day traded so far known."""

    @property
    def bids(self) -> Sequence[Level]: ...
    @property
    def asks(self) -> Sequence[Level]: ...
    @property
    def day_volume(self) -> float | None: ...
    @property
    def venue_time(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Closing:
    """Of one holding: money near the middle on the side it would take, money lost by closing it at
    once (fees aside) and as a fraction, how much of it the visible book takes, and how long a
    tenth of the day's trade takes to do it.
    """

    depth: Known
    cost: Known
    slippage: Known
    share: Known
    seconds: Known


class ClosingCosts:
    """Everything asked of one reading. Holdings are in base units, short negative."""

    __slots__ = ("_made", "book", "middle")

    def __init__(self, book: OrderBook) -> None:
        self.book = book
        self.middle = liquidity.middle(book.bids, book.asks)
        self._made: dict[float, Closing] = {}

    def of(self, held: float) -> Closing | Unknown:
        """The costs of closing that much, selling into the bids or buying from the asks."""
        closing = self._made.get(held)
        if closing is not None:
            return closing
        if isinstance(self.middle, Unknown):
            return self.middle
        if len(self._made) >= _MOST_KEPT:
            self._made.clear()
        closing = self._made[held] = self._closing(held, self.middle)
        return closing

    def _closing(self, held: float, mid: float) -> Closing:
        levels, size = (self.book.bids if held > 0.0 else self.book.asks), abs(held)
        cost = liquidity.unwind_cost(levels, size, mid)
        told = not isinstance(cost, Unknown)
        share = 1.0 if told else liquidity.fill(levels, size).filled / size
        return Closing(
            depth=liquidity.depth(levels, mid, DEPTH_WIDTH),
            cost=cost,
            slippage=combine(lambda money: quotient(money, size * mid, "nothing held"), cost),
            share=share,
            seconds=self._seconds(size),
        )

    def _seconds(self, size: float) -> Known:
        volume = self.book.day_volume
        if volume is None:
            return _NO_VOLUME
        hours = liquidity.hours_to_unwind(size, volume, PARTICIPATION)
        return combine(lambda value: value * 3600.0, hours)
