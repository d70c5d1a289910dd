"""The bar clock: returns from one fixed moment to the next, or none.

Raw ticks of two markets come at different times, which pulls their correlation towards 0 (Epps);
on bars of a minute it is measurable. A stale price is no return of zero, and the return over a gap
is not that of one bar: both are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import TypeGuard

from hedgewatch.core.statistics.window import Window

BAR = 60.0
"""Seconds of a bar."""

BARS_A_YEAR = 365.0 * 86400.0 / BAR


def bar_of(now: float) -> int:
    """The number of the bar that a moment lies in."""
    return int(now // BAR)


class Bars:
    """The price of one market at the ends of its last bars."""

    __slots__ = ("_closes", "_venue_time")

    def __init__(self) -> None:
        self._closes = Window()
        self._venue_time = 0.0

    def close(self, bar: int, price: float | None, venue_time: float) -> float | None:
        """Take the price at the end of `bar`, None when in doubt; the return of that bar, if any.

        A price of the same venue time as at the end before is that same price still.
        """
        if bar <= self._closes.newest:
            return None
        self._closes.move_to(bar)
        if is_price(price) and venue_time > 0.0 and venue_time != self._venue_time:
            self._closes[bar] = price
            self._venue_time = venue_time
        return self.start_and_return(bar)[1]

    def fill(self, told: Mapping[int, float], last: int, *, aligned: bool = True) -> bool:
        """Put prices that the venue told of later where there is none, up to the bar `last`, which
        is over; whether there were any.

        Those of a clock that is not `aligned` with ours make no return with what we sampled.
        """
        closes = self._closes
        closes.move_to(last)
        missed = {
            bar: price
            for bar, price in told.items()
            if bar <= last and closes[bar] is None and is_price(price)
        }
        if not aligned:
            ours = {bar for bar in closes.bars() if closes[bar] is not None} | {last + 1}
            missed = {bar: p for bar, p in missed.items() if ours.isdisjoint((bar - 1, bar + 1))}
        for bar, price in missed.items():
            closes[bar] = price
        return bool(missed)

    def start_and_return(self, bar: int) -> tuple[float, float] | tuple[None, None]:
        """The price that a bar started from and its return, where both of its ends are known."""
        before, price = self._closes[bar - 1], self._closes[bar]
        if before is None or price is None:
            return None, None
        return before, price / before - 1.0

    def price(self, bar: int) -> float | None:
        """The price at the end of a bar."""
        return self._closes[bar]

    def leaving(self, bar: int) -> Iterator[float]:
        """The returns that need a price which is forgotten when `bar` closes, oldest first."""
        return self._returns(self._closes.leaving(bar), step=1)

    def returns(self) -> Iterator[float]:
        """All that are known, oldest first."""
        return self._returns(self._closes.bars(), step=0)

    def _returns(self, bars: Iterable[int], step: int) -> Iterator[float]:
        for bar in bars:
            change = self.start_and_return(bar + step)[1]
            if change is not None:
                yield change


def is_price(price: float | None) -> TypeGuard[float]:
    """Whether it is a number that something can be bought for."""
    return price is not None and isfinite(price) and price > 0.0
