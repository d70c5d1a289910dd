"""One number a bar, of the last 1,500 bars: what estimates are made of, kept so that a bar that was
missed can be put in its place later.
"""

from array import array
from collections.abc import Iterator
from math import isnan, nan

KEPT = 1500
"""Bars that are kept: a day and an hour. Eight bytes each, and never more of them."""


class Window:
    """Numbers by bar. A bar without one holds none; it is never a zero.

    `newest` is the last bar that has a place, filled or not; a window only ever moves on.
    """

    __slots__ = ("_numbers", "newest")

    def __init__(self) -> None:
        self._numbers = array("d", [nan]) * KEPT
        self.newest = 0

    def __getitem__(self, bar: int) -> float | None:
        if not self.newest - KEPT < bar <= self.newest:
            return None
        number = self._numbers[bar % KEPT]
        return None if isnan(number) else number

    def __setitem__(self, bar: int, number: float) -> None:
        """Put it in; a bar that has no place (any more) is let go."""
        if self.newest - KEPT < bar <= self.newest:
            self._numbers[bar % KEPT] = number

    def move_to(self, bar: int) -> None:
        """Make room up to this bar; what is older than the window is forgotten."""
        for new in range(max(self.newest + 1, bar - KEPT + 1), bar + 1):
            self._numbers[new % KEPT] = nan
        self.newest = max(self.newest, bar)

    def leaving(self, bar: int) -> range:
        """The bars that `move_to(bar)` would forget, oldest first."""
        return range(max(self.newest - KEPT + 1, 1), min(bar - KEPT, self.newest) + 1)

    def bars(self) -> Iterator[int]:
        """All that have a place, oldest first."""
        return iter(range(max(self.newest - KEPT + 1, 1), self.newest + 1))
