"""The exact, three-valued meaning of an expression: a tree whose nodes know their value on a row.

`None` is unknown. Whatever is not a number, or would come out as none (inf - inf, 0 * inf, x / 0),
is unknown, and so is all that depends on it; only `and` and `or` may be decided without it.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hedgewatch.core.expression.cells import value_of
from hedgewatch.core.expression.units import Unit
from hedgewatch.core.model import Truth

OPERATORS: dict[str, Callable[..., float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
FUNCTIONS: dict[str, Callable[..., float]] = {"abs": abs, "min": min, "max": max}


def _read(row: object, name: str) -> float | None:
    value = value_of(row, name)
    return value if isinstance(value, (float, int)) and value == value else None  # noqa: PLR0124 (NaN)


def _apply(function: Callable[..., float], *arguments: float | None) -> float | None:
    if None in arguments:
        return None
    try:
        result = function(*arguments)
    except ArithmeticError:
        return None
    return result if result == result else None  # noqa: PLR0124 (NaN)


def _decide(truths: Sequence[float | None], deciding: bool) -> Truth:  # noqa: FBT001 (a truth value)
    """Kleene's `and` (False decides) and `or` (True decides)."""
    unknown = False
    for truth in truths:
        if truth is None:
            unknown = True
        elif bool(truth) is deciding:
            return deciding
    return None if unknown else not deciding


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; its unit and place are remembered for what is said of it."""

    literal: float
    unit: Unit = field(default=Unit.NUMBER, compare=False)
    line: int = field(default=1, compare=False)
    column: int = field(default=1, compare=False)

    def value(self, _row: object) -> float | None:
        return self.literal


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that counts something, read from the row."""

    name: str

    def value(self, row: object) -> float | None:
        return _read(row, self.name)


@dataclass(frozen=True, slots=True)
class Negative:
    """A quantity with its sign changed."""

    inner: "Node"

    def value(self, row: object) -> float | None:
        return _apply(operator.neg, self.inner.value(row))


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A sum, difference, product or quotient."""

    operator: str
    left: "Node"
    right: "Node"

    def value(self, row: object) -> float | None:
        return _apply(OPERATORS[self.operator], self.left.value(row), self.right.value(row))


@dataclass(frozen=True, slots=True)
class Call:
    """One of abs, min and max."""

    function: str
    arguments: "tuple[Node, ...]"

    def value(self, row: object) -> float | None:
        arguments = [argument.value(row) for argument in self.arguments]
        return _apply(FUNCTIONS[self.function], *arguments)


@dataclass(frozen=True, slots=True)
class Fixed:
    """The literals true and false."""

    truth: bool

    def value(self, _row: object) -> Truth:
        return self.truth


@dataclass(frozen=True, slots=True)
class Flag:
    """A measure that is true or false; it may be held as 1 and 0."""

    name: str

    def value(self, row: object) -> Truth:
        value = _read(row, self.name)
        return None if value is None else value > 0


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a condition."""

    inner: "Node"

    def value(self, row: object) -> Truth:
        truth = self.inner.value(row)
        return None if truth is None else not truth


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by `and` or by `or`."""

    word: str
    parts: "tuple[Node, ...]"

    def value(self, row: object) -> Truth:
        return _decide([part.value(row) for part in self.parts], deciding=self.word == "or")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain of comparisons: one more operand than operators."""

    operators: tuple[str, ...]
    operands: "tuple[Node, ...]"

    def value(self, row: object) -> Truth:
        pairs = pairwise([operand.value(row) for operand in self.operands])
        compared = zip(self.operators, pairs, strict=True)
        truths = [_apply(OPERATORS[name], left, right) for name, (left, right) in compared]
        return _decide(truths, deciding=False)


Condition = Fixed | Flag | Not | Joined | Comparison
Quantity = Number | Measure | Negative | Arithmetic | Call
Node = Condition | Quantity


def silenced(node: Node, missing: frozenset[str]) -> bool:
    """Whether the value is unknown for certain while these measures are."""
    match node:
        case Measure(name) | Flag(name):
            return name in missing
        case Joined(_, parts):
            return all(silenced(part, missing) for part in parts)
        case Comparison(_, operands):
            unknown = [silenced(operand, missing) for operand in operands]
            return all(left or right for left, right in pairwise(unknown))
        case _:
            return any(silenced(part, missing) for part in _parts(node))


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Negative(inner) | Not(inner):
            return (inner,)
        case Arithmetic(_, left, right):
            return left, right
        case Call(_, arguments):
            return arguments
        case _:
            return ()
