"""Where a sum of concave functions is not negative, however they are mixed.

The general way, for pools of several currencies and markets that do not move alike; made anew
for each question and remembering nothing, where `Edges` is the way of every tick.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from hedgewatch.core.margin.edges import EMPTY, FLAT
from hedgewatch.core.margin.term import Term


class View(NamedTuple):
    """A term seen through what moves it: weight · term(offset + scale · y), weight ≥ 0."""

    term: Term
    weight: float
    offset: float
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Surplus:
    """constant + carry · y + Σ views, asked about for y between `low` and `high`.

    `gross` is the slope that its parts would make together if none offset another.
    """

    constant: float
    carry: float
    gross: float
    views: Sequence[View]
    low: float = 0.0
    high: float = inf

    def at(self, y: float) -> float:
        level, slope = self.line_at(y)
        return level + slope * y

    def line_at(self, y: float) -> tuple[float, float]:
        """The line that the surplus is at `y`, which may be −inf or +inf: its outermost one."""
        line = line_of(self.views, y)
        return self.constant + line[0], self.carry + line[1]

    def interval(self) -> tuple[float, float]:
        """The safe (low, high): −inf or +inf on a side without an edge, or EMPTY."""
        return self.within(self.edge(up=False), self.edge(up=True))

    def within(self, low: float, high: float) -> tuple[float, float]:
        """An edge that lies beyond what is asked about is none."""
        if low > high or low >= self.high or high <= self.low:
            return EMPTY
        return (low if low > self.low else -inf), (high if high < self.high else inf)

    def edge(self, *, up: bool) -> float:
        """Newton from the outermost lines inwards: each step lands on or outside the edge, and
        there are no more of them than pieces. On the wrong side of infinity when none is safe.
        """
        outwards = 1.0 if up else -1.0
        root = outwards * inf
        level, slope = self.line_at(root)
        flat = FLAT * self.gross
        if slope * outwards >= -flat:
            nowhere = up and slope <= flat and level < 0.0
            return -inf if nowhere else root
        while slope * outwards < 0.0:
            found = -level / slope
            if found * outwards >= root * outwards:
                return root
            root = found
            level, slope = self.line_at(root)
        return -outwards * inf


def line_of(views: Sequence[View], y: float) -> tuple[float, float]:
    """Level and slope in y of the sum of some views, at `y`.

    `Term.line_at` is written out: nothing else is done as often.
    """
    total = total_slope = 0.0
    for term, weight, offset, scale in views:
        piece = bisect_right(term.starts, offset + scale * y if scale else offset, 1) - 1
        slope = term.slopes[piece]
        total += weight * (term.levels[piece] + slope * offset)
        total_slope += weight * slope * scale
    return total, total_slope
