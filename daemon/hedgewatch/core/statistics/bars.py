"""The bar clock: returns from one fixed moment to the next, or none.

Raw ticks of two markets come at different times, which pulls their correlation towards 0 (Epps);
on bars of a minute it is measurable. A stale price is no return of zero, and the return over a gap
is not that of one bar: both are left out.
"""

from math import isfinite

BAR = 60.0
"""Seconds of a bar."""

BARS_A_YEAR = 365.0 * 86400.0 / BAR


def bar_of(now: float) -> int:
    """The number of the bar that a moment lies in."""
    return int(now // BAR)


class Bars:
    """The price of one market at the ends of bars. `change` is the return of the last bar.

    `before` is the price that this return started from; both are None when the bar told nothing.
    """

    __slots__ = ("_bar", "_price", "_venue_time", "before", "change")

    def __init__(self) -> None:
        self._bar = 0
        self._price: float | None = None
        self._venue_time = 0.0
        self.change: float | None = None
        self.before: float | None = None

    def close(self, bar: int, price: float | None, venue_time: float) -> float | None:
        """Take the price at the end of `bar`, None when in doubt; the return of that bar, if any.

        A price of the same venue time as at the end before is that same price still.
        """
        before = self._price if bar == self._bar + 1 else None
        fresh = (
            price is not None
            and isfinite(price)
            and price > 0.0
            and venue_time > 0.0
            and venue_time != self._venue_time
        )
        self._bar = bar
        self._price = price if fresh else None
        if fresh:
            self._venue_time = venue_time
        self.change = self.before = None
        if before is not None and self._price is not None:
            self.before = before
            self.change = self._price / before - 1.0
        return self.change
