"""Whether a formula can be true: each quantity is tried where its truth may change, and between."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf, isclose

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
from hedgewatch.core.model import Truth

_MOST_TRIALS = 300
"""Beyond so many nothing is claimed: it can hold, for all that was found."""

_SAME = 1e-9
"""Thresholds closer than this part of them are one: they differ by rounding."""

Values = Mapping[Variable, float]


def can_hold(formula: Formula, ranges: Ranges) -> bool:
    """False only if no values of its measures within their ranges make it true."""
    thresholds: dict[Variable, list[float]] = {}
    for atom in _atoms(formula):
        threshold = atom.threshold if isinstance(atom, Bound) else 0.0
        thresholds.setdefault(_variable(atom), []).append(threshold)
    most_asked_first = sorted(thresholds.items(), key=lambda item: -len(item[1]))
    axes = {
        variable: _TRUTHS if isinstance(variable, str) else _Axis(bounds(variable, ranges), held)
        for variable, held in most_asked_first
    }
    return _Search(axes).found(formula, {})


class _Axis:
    """The values to try of one quantity, one for each part of its range in which no comparison
    changes its answer, and the value that stands for each of its thresholds.
    """

    __slots__ = ("mark_of", "values")

    def __init__(self, within: Range, thresholds: Collection[float]) -> None:
        low, high = within
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


_TRUTHS = _Axis((0.0, 1.0), ())


class _Search:
    """Goes through the quantities one by one, and no further than the formula is open."""

    def __init__(self, axes: Mapping[Variable, _Axis]) -> None:
        self._axes = axes
        self._trials = 0

    def found(self, formula: Formula, values: dict[Variable, float]) -> bool:
        self._trials += 1
        truth = self._truth(formula, values)
        if truth is not None or self._trials > _MOST_TRIALS:
            return truth is not False
        variable = next(variable for variable in self._axes if variable not in values)
        tried = self._axes[variable].values
        return any(self.found(formula, {**values, variable: value}) for value in tried)

    def _truth(self, formula: Formula, values: Values) -> Truth:
        """What the formula is, as far as it depends on these values; None while it is open."""
        found: Truth = None
        match formula:
            case Sure(truth=sure):
                found = sure
            case Bound() | Whether():
                found = self._atom(formula, values)
            case Not(inner=inner):
                found = self._contrary(inner, values)
            case All(parts=parts):
                found = self._joined(parts, values, deciding=False)
            case Some(parts=parts):
                found = self._joined(parts, values, deciding=True)
        return found

    def _contrary(self, inner: Formula, values: Values) -> Truth:
        truth = self._truth(inner, values)
        return None if truth is None else not truth

    def _joined(self, parts: Sequence[Formula], values: Values, *, deciding: bool) -> Truth:
        truths = [self._truth(part, values) for part in parts]
        if deciding in truths:
            return deciding
        return None if None in truths else not deciding

    def _atom(self, atom: Bound | Whether, values: Values) -> Truth:
        value = values.get(_variable(atom))
        if value is None or isinstance(atom, Whether):
            return None if value is None else value > 0.0
        mark = self._axes[atom.quantity].mark_of[atom.threshold]
        return bool(OPERATORS[atom.operator](value, mark))


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
