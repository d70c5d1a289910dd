"""The truth table of a condition, as one integer: a bit for each cell of a grid.

Along each quantity there is a cell wherever a comparison may change its answer, and one between.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import inf, isclose, prod

from hedgewatch.core.expression.evaluation import OPERATORS
from hedgewatch.core.expression.sense.formula import (
    All,
    Bound,
    Formula,
    Not,
    Some,
    Sure,
    Variable,
    Whether,
)
from hedgewatch.core.expression.sense.ranges import Range, Ranges, bounds

MOST_CELLS = 16_384
"""A larger grid is not made: of such a condition nothing is claimed."""

_SAME = 1e-9
"""Thresholds closer than this part of them are one: they differ by rounding."""


class Grid:
    """A grid for all of these formulas; `whole` has the bit of every cell, 0 of a grid that would
    be too large.
    """

    def __init__(self, formulas: Iterable[Formula], ranges: Ranges) -> None:
        thresholds: dict[Variable, list[float]] = {}
        for formula in formulas:
            for atom in _atoms(formula):
                threshold = (atom.threshold,) if isinstance(atom, Bound) else ()
                thresholds.setdefault(_variable(atom), []).extend(threshold)
        self._axes: dict[Variable, _Axis] = {}
        stride = 1
        for variable, held in thresholds.items():
            within = (0.0, 1.0) if isinstance(variable, str) else bounds(variable, ranges)
            self._axes[variable] = axis = _Axis(within, held, stride)
            stride *= len(axis.values)
        cells = prod(len(axis.values) for axis in self._axes.values())
        self.whole = (1 << cells) - 1 if cells <= MOST_CELLS else 0

    def table(self, formula: Formula) -> int:
        """The bits of the cells in which the formula is true."""
        found = 0
        match formula:
            case Sure(truth=truth):
                found = self.whole if truth else 0
            case Bound() | Whether():
                found = self._atom(formula)
            case Not(inner=inner):
                found = self.whole ^ self.table(inner)
            case All(parts=parts):
                found = self.whole
                for part in parts:
                    found &= self.table(part)
            case Some(parts=parts):
                for part in parts:
                    found |= self.table(part)
        return found

    def _atom(self, atom: Bound | Whether) -> int:
        axis = self._axes[_variable(atom)]
        if isinstance(atom, Whether):
            truths = [value > 0.5 for value in axis.values]  # noqa: PLR2004 (0 or 1)
        else:
            compare, mark = OPERATORS[atom.operator], axis.mark_of[atom.threshold]
            truths = [bool(compare(value, mark)) for value in axis.values]
        block = (1 << axis.stride) - 1
        once = sum(block << axis.stride * index for index, true in enumerate(truths) if true)
        return once * (self.whole // ((1 << axis.stride * len(truths)) - 1))


class _Axis:
    """The values to try of one quantity, and the value that stands for each of its thresholds. A
    value changes with every `stride` cells.
    """

    __slots__ = ("mark_of", "stride", "values")

    def __init__(self, within: Range, thresholds: Sequence[float], stride: int) -> None:
        low, high = within
        self.stride = stride
        self.mark_of: dict[float, float] = {}
        marks: list[float] = []
        for held in sorted({*thresholds, *(end for end in within if abs(end) < inf)}):
            if not marks or not isclose(held, marks[-1], rel_tol=_SAME, abs_tol=1e-300):
                marks.append(held)
            self.mark_of[held] = marks[-1]
        between = [one + (other - one) / 2.0 for one, other in pairwise(marks)]
        ends = (
            [marks[0] - abs(marks[0]) - 1.0, marks[-1] + abs(marks[-1]) + 1.0] if marks else [0.0]
        )
        least, most = self.mark_of.get(low, low), self.mark_of.get(high, high)
        self.values = [held for held in (*ends, *marks, *between) if least <= held <= most]


def _atoms(formula: Formula) -> Iterator[Bound | Whether]:
    match formula:
        case Bound() | Whether():
            yield formula
        case Not(inner=inner):
            yield from _atoms(inner)
        case All(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from _atoms(part)
        case Sure():
            return


def _variable(atom: Bound | Whether) -> Variable:
    return atom.quantity if isinstance(atom, Bound) else atom.name
