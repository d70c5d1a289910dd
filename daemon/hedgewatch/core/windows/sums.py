"""Mean and deviation of the samples of a window, kept as running sums."""

from collections.abc import Sequence
from math import inf, isfinite, nan, sqrt

_ROUNDING = 1e-9
"""Of the squares about the pivot: a variance below this part of them is rounding."""

_FAR = 1e6
"""A square so many times larger than all that stay takes their digits with it when it leaves."""


class Sums:
    """Sums about a pivot, a sample of the window, so that a price of 60,000 keeps its last cents.

    `worn` says that they must be renewed. Infinite samples are counted apart, for what once
    entered a sum must leave it.
    """

    __slots__ = ("_count", "_first", "_infinite", "_pivot", "_second", "worn")

    def __init__(self, values: Sequence[float]) -> None:
        self.renew(values)

    def renew(self, values: Sequence[float]) -> None:
        """Sum anew about the newest of the samples: what rounding left behind goes."""
        self._count, self._first, self._second = 0, 0.0, 0.0
        self._infinite = {inf: 0, -inf: 0}
        self._pivot = next((value for value in reversed(values) if isfinite(value)), nan)
        self.worn = False
        for value in values:
            self.enter(value)

    def enter(self, value: float) -> None:
        """A new sample; infinite ones are only counted."""
        if not isfinite(value):
            self._infinite[value] += 1
            return
        if self._pivot != self._pivot:  # NaN: it is the first
            self._pivot = value
        move = value - self._pivot
        self._count += 1
        self._first += move
        self._second += move * move

    def leave(self, value: float) -> None:
        """A sample is too old now."""
        if not isfinite(value):
            self._infinite[value] -= 1
            return
        square = (value - self._pivot) * (value - self._pivot)
        self._count -= 1
        self._first -= value - self._pivot
        self._second -= square
        swamped = not square <= _FAR * self._second
        self.worn |= swamped or (self._second > 0.0 and self._variance() <= self._rounding())

    @property
    def mean(self) -> float:
        """NaN when there is none: no sample, or some of either infinity."""
        above, below = self._infinite[inf], self._infinite[-inf]
        if above or below:
            return nan if above and below else inf if above else -inf
        return self._pivot + self._first / self._count if self._count else nan

    @property
    def deviation(self) -> float:
        """The standard deviation of the samples; NaN when they never moved, or one is infinite."""
        if not self._count or any(self._infinite.values()):
            return nan
        variance = self._variance()
        return sqrt(variance) if variance > self._rounding() else nan

    def _variance(self) -> float:
        if not self._count:
            return nan
        mean = self._first / self._count
        return self._second / self._count - mean * mean

    def _rounding(self) -> float:
        """What of the variance may be rounding alone."""
        return _ROUNDING * self._second / self._count if self._count else nan
