"""Where a pool is safe under rules that jump or bend: exact at every breakpoint.

For requirements that no marginal table describes: whole-position rates that step with the
notional (a line may sit on the step itself), square-root rates, rates that grow with the size of
an inverse position. Between breakpoints such a surplus is concave; straight and quadratic
stretches are solved in closed form, one with a square root by bisection to adjacent floats.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from hedgewatch.core.margin.curve import Curve
from hedgewatch.core.margin.edges import EMPTY, FLAT
from hedgewatch.core.margin.stretch import Shape, safe_part


@dataclass(frozen=True, slots=True)
class Scan:
    """constant + carry·y + Σ curves at scale·y, for y > 0: a price, 1/price, or 1 + shock."""

    constant: float
    curves: Sequence[Curve]
    scales: Sequence[float]
    carry: float = 0.0

    def interval(self, now: float) -> tuple[float, float]:
        """The connected safe interval that contains `now`, or when it is unsafe the nearest;
        ∓inf on an open side, EMPTY when no y is safe. An edge at a step is the step itself.
        """
        found = self.intervals()
        if not found:
            return EMPTY
        low, high = min(found, key=lambda part: max(part[0] - now, now - part[1], 0.0))
        return low or -inf, high

    def intervals(self) -> list[tuple[float, float]]:
        """Every connected safe interval, ascending, from 0 to inf."""
        found: list[tuple[float, float]] = []
        for low, high in self._stretches():
            part = safe_part(self._shape(low), low, high)
            if part == EMPTY:
                continue
            if found and found[-1][1] == part[0]:
                found[-1] = found[-1][0], part[1]
            else:
                found.append(part)
        return found

    def at(self, y: float) -> float:
        """The surplus at `y`; at a step, that of its upper side."""
        return self._shape(y).at(y)

    def _stretches(self) -> list[tuple[float, float]]:
        breaks = {0.0}
        for curve, scale in zip(self.curves, self.scales, strict=True):
            breaks.update(start / scale for start in curve.starts)
        return list(pairwise([*sorted(breaks), inf]))

    def _shape(self, y: float) -> Shape:
        """The sum of all at `y`, as a shape of y."""
        constant, linear, square, root = self.constant, self.carry, 0.0, 0.0
        gross = abs(self.carry)
        for curve, scale in zip(self.curves, self.scales, strict=True):
            piece = bisect_right([start / scale for start in curve.starts], y) - 1
            shape = curve.shapes[max(piece, 0)]
            constant += shape.constant
            linear += shape.linear * scale
            square += shape.square * scale * scale
            root += shape.root * scale**1.5
            gross += curve.gross * scale
        return Shape(constant, linear if abs(linear) > FLAT * gross else 0.0, square, root)
