"""Venues that ask margin of the larger side only: of an underlying (Kraken), of a hedge (Gate).

The surplus is then the least of its choices, one side a group, and concave like each of them:
the safe interval of any choice contains the true one. So an edge is found by taking the side that
is larger there, solving, and looking again, until nothing changes: ever inwards, and finite.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import copysign, inf, isinf

from hedgewatch.core.margin.surplus import Surplus, View, line_of

Group = tuple[Sequence[View], Sequence[View]]
"""What the longs ask and what the shorts ask, as views of negative terms."""


@dataclass(frozen=True, slots=True)
class Netted:
    """A surplus less the larger side of each group."""

    rest: Surplus
    groups: Sequence[Group]

    def at(self, y: float) -> float:
        return self._chosen(y).at(y)

    def interval(self) -> tuple[float, float]:
        """As `Surplus.interval`."""
        if not self.groups:
            return self.rest.interval()
        return self.rest.within(self._edge(up=False), self._edge(up=True))

    def _edge(self, *, up: bool) -> float:
        root = inf if up else -inf
        while True:
            found = self._chosen(root).edge(up=up)
            if isinf(found):
                return found
            if found >= root if up else found <= root:
                return root
            root = found

    def _chosen(self, y: float) -> Surplus:
        """The surplus with the sides that are the larger ones at `y`."""
        views = list(self.rest.views)
        for longs, shorts in self.groups:
            views.extend(longs if _least(longs, y) <= _least(shorts, y) else shorts)
        return replace(self.rest, views=views)


def _least(side: Sequence[View], y: float) -> tuple[float, float]:
    """What orders two sides at `y`, the larger requirement first; far out the slope decides."""
    level, slope = line_of(side, y)
    return (copysign(1.0, y) * slope, level) if isinf(y) else (level + slope * y, 0.0)
