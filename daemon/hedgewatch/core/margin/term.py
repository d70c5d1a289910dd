"""A concave function made of straight pieces: what every part of a surplus is to the solver."""

from bisect import bisect_right
from collections.abc import Sequence
from math import inf


class Term:
    """`levels[k]` + `slopes[k]` · z for z from `starts[k]` to `ends[k]`, pieces ascending in z.

    Concave: no slope exceeds the one before. Beyond its first start the first piece goes on.
    `gross` is the size of its slopes before they offset each other.
    """

    __slots__ = ("_reciprocal", "ends", "gross", "levels", "slopes", "starts")

    def __init__(
        self,
        starts: Sequence[float],
        levels: Sequence[float],
        slopes: Sequence[float],
        gross: float | None = None,
    ) -> None:
        self.starts = tuple(starts)
        self.ends = (*self.starts[1:], inf)
        self.levels = tuple(levels)
        self.slopes = tuple(slopes)
        self.gross = max(map(abs, slopes)) if gross is None else gross
        self._reciprocal: Term | None = None

    def piece_at(self, z: float, hint: int = 0) -> int:
        """The piece at `z`, walked from `hint` because a tick moves it by one at most."""
        while z >= self.ends[hint]:
            hint += 1
        while hint and z < self.starts[hint]:
            hint -= 1
        return hint

    def line_at(self, z: float) -> tuple[float, float]:
        """Level and slope of the piece at `z`, looked up from nothing."""
        piece = bisect_right(self.starts, z, 1) - 1  # the first one goes on below its start
        return self.levels[piece], self.slopes[piece]

    def outermost(self, *, up: bool) -> tuple[float, float]:
        """Level and slope of the last piece, or of the first."""
        return (self.levels[-1], self.slopes[-1]) if up else (self.levels[0], self.slopes[0])

    def reciprocal(self) -> "Term":
        """The same for u = 1/z, divided by z: level · u + slope, which is straight in u.

        Made once: an inverse market asks for it at every tick.
        """
        if self._reciprocal is None:
            starts = [1.0 / end if end else inf for end in reversed(self.ends)]
            self._reciprocal = Term(starts, self.slopes[::-1], self.levels[::-1])
        return self._reciprocal
