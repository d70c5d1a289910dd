"""Of the measures that a condition compares, which way is worse."""

from collections.abc import Callable, Iterator

from hedgewatch.core.expression import Expression
from hedgewatch.core.expression.evaluation import Comparison, Joined, Measure, Negative, Node, Not

Extreme = tuple[str, Callable[[float, float], float]]
"""A measure, and what picks the worse of two of its values."""

_FLIPPED: dict[Callable[[float, float], float], Callable[[float, float], float]] = {
    min: max,
    max: min,
}


def extremes_of(expression: Expression) -> tuple[Extreme, ...]:
    """The measures that stand alone at a side of a comparison, each once."""
    return tuple(dict(_found(expression.root, wanted=True)).items())


def _found(node: Node, *, wanted: bool) -> Iterator[Extreme]:
    match node:
        case Joined(_, parts):
            for part in parts:
                yield from _found(part, wanted=wanted)
        case Not(inner):
            yield from _found(inner, wanted=not wanted)
        case Comparison(operators, operands):
            for sign, left, right in zip(operators, operands, operands[1:], strict=False):
                yield from _compared(sign, left, right, wanted=wanted)
        case _:
            return


def _compared(sign: str, left: Node, right: Node, *, wanted: bool) -> Iterator[Extreme]:
    """`left > right` is worse the greater what is on the left is, and the less on the right."""
    if sign[0] not in "<>":
        return
    greater = (sign[0] == ">") is wanted
    for node, pick in ((left, max if greater else min), (right, min if greater else max)):
        match node:
            case Measure(name):
                yield name, pick
            case Negative(Measure(name)):
                yield name, _FLIPPED[pick]
            case _:
                pass
