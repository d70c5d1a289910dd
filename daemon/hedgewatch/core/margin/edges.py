"""Where a pool of one currency stops being safe, found from the pieces of the last answer.

This is the way of every tick. Written for `y` > 0, which is a price (scale 1) or 1 + shock
(scale = the price): term `i` adds `level[k] + slope[k]·scale·y`, where `k` is its piece there.
What else there is to add is a constant, and `carry`·y (coins that back an inverse market).
"""

from collections.abc import Sequence
from math import inf
from operator import mul

from hedgewatch.core.margin.leg import Leg
from hedgewatch.core.margin.term import Term

EMPTY = (inf, -inf)
"""The safe interval of a pool that no price can save."""

FLAT = 1e-9
"""A slope below this fraction of the gross size is a hedge so even that no root means anything."""


class _Side:
    """The pieces that one edge was last found in, and the line that they make.

    `outwards` is 1 of the upper edge and −1 of the lower, so that both are sought alike.
    """

    __slots__ = ("ends", "level", "outermost", "outwards", "pieces", "slopes", "starts", "terms")

    def __init__(self, terms: Sequence[Term], *, up: bool) -> None:
        self.terms = terms
        self.outwards = 1.0 if up else -1.0
        self.outermost = [len(term.starts) - 1 if up else 0 for term in terms]
        self.settle(self.outermost)

    def settle(self, pieces: list[int]) -> None:
        """Take the line of these pieces."""
        chosen = tuple(zip(self.terms, pieces, strict=True))
        self.pieces = pieces
        self.level = sum(term.levels[piece] for term, piece in chosen)
        self.slopes = tuple(term.slopes[piece] for term, piece in chosen)
        self.starts = tuple(term.starts[piece] for term, piece in chosen)
        self.ends = tuple(term.ends[piece] for term, piece in chosen)

    def contains(self, root: float, scales: Sequence[float]) -> bool:
        """Whether every term is within its piece at `root`."""
        for start, scale, end in zip(self.starts, scales, self.ends, strict=True):
            if not start <= scale * root < end:
                return False
        return True

    def step(self, root: float, scales: Sequence[float]) -> bool:
        """Move to the pieces at `root`, inwards only, so that rounding cannot make it circle."""
        inwards = min if self.outwards > 0.0 else max
        pieces = [
            inwards(piece, term.piece_at(scale * root, piece))
            for term, scale, piece in zip(self.terms, scales, self.pieces, strict=True)
        ]
        if pieces == self.pieces:
            return False
        self.settle(pieces)
        return True


class Edges:
    """Finds the safe interval of some terms, remembering the pieces of its last answer.

    The remembered pieces are tried first: a root within the pieces that made it is the root.
    """

    __slots__ = ("_down", "_gross", "_up")

    def __init__(self, terms: Sequence[Term]) -> None:
        self._down = _Side(tuple(terms), up=False)
        self._up = _Side(tuple(terms), up=True)
        self._gross = tuple(term.gross for term in terms)

    def interval(
        self, constant: float, scales: Sequence[float], carry: float = 0.0
    ) -> tuple[float, float]:
        """Where constant + carry·y + Σ terms ≥ 0: (low, high), ∓inf on an open side, or EMPTY."""
        flat = FLAT * (abs(carry) + sum(map(mul, self._gross, scales)))
        high = _edge(self._up, (constant, carry, flat), scales)
        if high == -inf:
            return EMPTY
        return _edge(self._down, (constant, carry, flat), scales), high


_Rest = tuple[float, float, float]
"""Beside the terms: a constant, a carry, and the slope that counts as none."""


def _edge(side: _Side, rest: _Rest, scales: Sequence[float]) -> float:
    constant, carry, flat = rest
    slope: float = carry + sum(map(mul, side.slopes, scales))
    if slope * side.outwards < -flat:
        root = -(constant + side.level) / slope
        if root > 0.0 and side.contains(root, scales):
            return root
    return _newton(side, rest, scales, slope)


def _newton(side: _Side, rest: _Rest, scales: Sequence[float], slope: float) -> float:
    """From the outermost lines inwards; each step lands on or outside the root. `slope` is that of
    the lines of now.

    An edge at +inf says on the upper side that there is none, on the lower that nothing is safe.
    """
    constant, carry, flat = rest
    if side.pieces != side.outermost:
        side.settle(side.outermost)
        slope = carry + sum(map(mul, side.slopes, scales))
    if slope * side.outwards >= -flat:
        even = abs(slope) <= flat
        return -inf if even and constant + side.level < 0.0 else side.outwards * inf
    while slope * side.outwards < 0.0:
        root = -(constant + side.level) / slope
        if root <= 0.0:
            return -inf
        if not side.step(root, scales):
            return root
        slope = carry + sum(map(mul, side.slopes, scales))
    return -side.outwards * inf


class Line:
    """The same for one leg alone, which is what most markets of most pools are.

    A long has a lower edge only and a short an upper one: its one line is remembered. For legs
    that are `plain`: linear, with a requirement that grows slower than the price.
    """

    __slots__ = (
        "_edges",
        "_end",
        "_level",
        "_long",
        "_lowest",
        "_piece",
        "_slope",
        "_start",
        "leg",
    )

    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self._long = leg.quantity > 0.0
        self._edges = Edges((leg,))
        self._lowest = leg.levels[0]
        self._settle(0)

    def _settle(self, piece: int) -> None:
        leg = self.leg
        self._piece = piece
        self._level, self._slope = leg.levels[piece], leg.slopes[piece]
        self._start, self._end = leg.starts[piece], leg.ends[piece]

    def interval(self, constant: float) -> tuple[float, float]:
        """As `Edges.interval`, in prices."""
        if self._long and constant + self._lowest >= 0.0:
            return _EVERYWHERE  # the pool stands even when the price is nothing
        root = -(constant + self._level) / self._slope
        if root > 0.0 and self._start <= root < self._end:
            return (root, inf) if self._long else (-inf, root)
        low, high = interval = self._edges.interval(constant, _ONE)
        edge = low if self._long else high
        if 0.0 < edge < inf:
            self._settle(self.leg.piece_at(edge, self._piece))
        return interval


_ONE = (1.0,)
_EVERYWHERE = (-inf, inf)
