"""Why an expression is true, false or unknown on a row: its pieces, what each was and is, and how
far every comparison stands from turning.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from hedgewatch.core.expression import evaluation as meaning
from hedgewatch.core.expression.evaluation import Node
from hedgewatch.core.expression.spelling import Units, common_unit, shown, text_of, unit_of
from hedgewatch.core.expression.units import Unit
from hedgewatch.core.model import Truth

Read = Callable[[str], object]
"""What a name stands for at the moment: a number, a truth, or what is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One measured side of a comparison, or a measure that is a condition by itself; `value` None
    is unknown.
    """

    text: str
    value: float | None
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A condition in its own words, its truth, and what it is made of.

    `distance` is how far the left side of a comparison stands above the right one (negative:
    below), in the unit of both, None while one is unknown or infinite.
    """

    text: str
    truth: Truth
    operands: tuple[Operand, ...] = ()
    distance: float | None = None
    distance_shown: str = ""
    parts: tuple["Explained", ...] = ()


def explained(node: Node, row: object, units: Units) -> Explained:
    """Explain a condition on a row; `units` are those of the measures it may name."""
    match node:
        case meaning.Not(inner):
            return _whole(node, row, units, (inner,))
        case meaning.Joined(_, parts):
            return _whole(node, row, units, parts)
        case meaning.Comparison((_,), (left, right)):
            return _comparison(node, (left, right), row, units)
        case meaning.Comparison(operators, operands):
            links = zip(operators, pairwise(operands), strict=True)
            return _whole(
                node, row, units, tuple(meaning.Comparison((name,), pair) for name, pair in links)
            )
        case _:
            held = tuple(_operands((node,), row, units, None))
            return Explained(text=text_of(node, units), truth=_truth(node, row), operands=held)


def _whole(node: Node, row: object, units: Units, parts: tuple[Node, ...]) -> Explained:
    return Explained(
        text=text_of(node, units),
        truth=_truth(node, row),
        parts=tuple(explained(part, row, units) for part in parts),
    )


def _truth(node: Node, row: object) -> Truth:
    value = node.value(row)
    return None if value is None else bool(value)


def _comparison(node: Node, sides: tuple[Node, Node], row: object, units: Units) -> Explained:
    unit = common_unit(sides, units)
    distance = _distance(sides, row, unit)
    return Explained(
        text=text_of(node, units),
        truth=_truth(node, row),
        operands=tuple(_operands(sides, row, units, unit)),
        distance=distance,
        distance_shown="" if distance is None else shown(abs(distance), unit),
    )


def _distance(sides: tuple[Node, Node], row: object, unit: Unit | None) -> float | None:
    left, right = (side.value(row) for side in sides)
    if left is None or right is None or unit is Unit.BOOLEAN:
        return None
    distance = left - right
    return distance if distance - distance == 0 else None


def _operands(
    nodes: tuple[Node, ...], row: object, units: Units, unit: Unit | None
) -> Iterator[Operand]:
    """Every measure in these, after the side that it is a part of."""
    for node in nodes:
        if not measures_in(node):
            continue
        own = unit_of(node, units) if unit is None else unit
        value = node.value(row)
        yield Operand(text=text_of(node, units), value=value, shown=shown(value, own))
        for name in sorted(measures_in(node)):
            part = meaning.Measure(name)
            if text_of(part, units) != text_of(node, units):
                held = part.value(row)
                yield Operand(text=name, value=held, shown=shown(held, units(name)))


def measures_in(node: Node) -> frozenset[str]:
    """The names that a piece of an expression reads."""
    match node:
        case meaning.Measure(name) | meaning.Flag(name):
            return frozenset({name})
        case meaning.Not(inner) | meaning.Negative(inner):
            return measures_in(inner)
        case meaning.Arithmetic(_, left, right):
            return measures_in(left) | measures_in(right)
        case meaning.Joined(_, parts) | meaning.Call(_, parts) | meaning.Comparison(_, parts):
            return frozenset[str]().union(*map(measures_in, parts))
        case _:
            return frozenset()
