"""Whether a rule makes sense: what is certainly wrong refuses its file, what is odd is a warning.

What it claims it claims for sure (`core/expression/sense`); what it does not say may be wrong too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from hedgewatch.core.expression import OUTSIDE, Expression, Unit, Vocabulary, input_of
from hedgewatch.core.expression.evaluation import (
    Arithmetic,
    Call,
    Comparison,
    Condition,
    Joined,
    Measure,
    Negative,
    Node,
    Not,
    Number,
)
from hedgewatch.core.expression.sense import Sense
from hedgewatch.core.expression.windowing import windowed_unit, windowing_of
from hedgewatch.core.measures import ranges, symbols
from hedgewatch.core.model import Scope


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of a rule: under which key, where within its text, and whether it is refused."""

    key: str
    line: int
    column: int
    message: str
    fatal: bool = False


_NEVER_FIRES = "this can never be true: the rule would never fire"
_ALWAYS_FIRES = "this is true whatever is measured: the rule fires for ever"
_NEVER_CLEARS = "this is never true while 'expr' is false: a firing alert would never be resolved"
_CLEARS_AT_ONCE = (
    "this is true whenever 'expr' is false: it changes nothing; give it a distance from 'expr', or "
    "leave it out"
)
_DEAD_PART = "this part can never be true: leave it out, or mend it"
_IDLE_PART = "this part is always true: leave it out, or mend it"


@lru_cache(maxsize=4_096)
def remarks(
    scope: Scope, expr: Expression, clear: Expression | None, unknown: Literal["hold", "fire"]
) -> tuple[Remark, ...]:
    """All that is to be said of a rule; with `unknown: fire` one may be about nothing but what is
    not known.
    """
    conditions = [("expr", expr.root)]
    if clear is not None:
        conditions.append(("clear", clear.root))
    sense = Sense([root for _, root in conditions], ranges(scope))
    said = list(_of_expr(expr.root, sense, fires_unknown=unknown == "fire"))
    if not said and clear is not None:
        said += _of_clear(clear.root, sense.possible(clear.root, while_false=expr.root))
    if not said and clear is not None:
        said += _of_direction(expr.root, clear.root)
    if not said:
        said += [remark for key, root in conditions for remark in _of_parts(key, root, sense)]
    known = symbols(scope)
    for key, root in conditions:
        said += _of_numbers(key, root, known)
    return tuple(said)


def _of_expr(expr: Node, sense: Sense, *, fires_unknown: bool) -> Iterator[Remark]:
    truths = sense.possible(expr)
    if True not in truths and not fires_unknown:
        yield Remark("expr", *_place(expr), _NEVER_FIRES, fatal=True)
    elif False not in truths:
        yield Remark("expr", *_place(expr), _ALWAYS_FIRES)


def _of_clear(clear: Node, truths: frozenset[bool]) -> Iterator[Remark]:
    if True not in truths:
        yield Remark("clear", *_place(clear), _NEVER_CLEARS, fatal=True)
    elif False not in truths:
        yield Remark("clear", *_place(clear), _CLEARS_AT_ONCE)


def _of_direction(expr: Node, clear: Node) -> Iterator[Remark]:
    """What has to be above something to be in danger, and above something to be out of it."""
    dangers, safeties = list(_demands(expr)), list(_demands(clear))
    for safety in safeties:
        opposite = _Demand(safety.quantity, not safety.more, safety.node)
        if safety in dangers and opposite not in (*dangers, *safeties):
            word, other = ("above", "far below") if safety.more else ("below", "far above")
            message = (
                f"'expr' and 'clear' both want it {word} something: what is {other} is never "
                "resolved; turn this comparison around"
            )
            yield Remark("clear", *_place(safety.node), message)


_MORE = {">": True, ">=": True, "<": False, "<=": False}


@dataclass(frozen=True, slots=True)
class _Demand:
    """A condition wants more of a quantity than a number, or less."""

    quantity: Node
    more: bool
    node: Node = field(compare=False)


def _demands(node: Node, *, wanted: bool = True) -> Iterator[_Demand]:
    match node:
        case Not(inner=inner):
            yield from _demands(inner, wanted=not wanted)
        case Joined(parts=parts):
            for part in parts:
                yield from _demands(part, wanted=wanted)
        case Comparison():
            yield from _compared(node, wanted=wanted)
        case _:
            return


def _compared(node: Comparison, *, wanted: bool) -> Iterator[_Demand]:
    for operator, (left, right) in zip(node.operators, pairwise(node.operands), strict=True):
        more = _MORE.get(operator)
        if more is not None and _signed(right)[0] is not None:
            yield _Demand(left, more is wanted, node)
        elif more is not None and _signed(left)[0] is not None:
            yield _Demand(right, more is not wanted, node)


def _of_parts(key: str, node: Node, sense: Sense) -> Iterator[Remark]:
    """Parts of a condition that is sound as a whole."""
    if isinstance(node, Not):
        yield from _of_parts(key, node.inner, sense)
    if not isinstance(node, Joined):
        return
    for part in node.parts:
        truths = sense.possible(part)
        if node.word == "or" and True not in truths:
            yield Remark(key, *_place(part), _DEAD_PART)
        elif node.word == "and" and False not in truths:
            yield Remark(key, *_place(part), _IDLE_PART)
        else:
            yield from _of_parts(key, part, sense)


def _of_numbers(key: str, node: Node, known: Vocabulary) -> Iterator[Remark]:
    """Numbers that were probably meant in another unit."""
    if isinstance(node, Comparison):
        units = [_unit(operand, known) for operand in node.operands]
        for number, sign in map(_signed, node.operands):
            doubts = [_doubt(number, sign, unit) for unit in units] if number else []
            if number and any(doubts):
                yield Remark(key, number.line, number.column, next(filter(None, doubts)))
    elif isinstance(node, Condition):
        for part in _inside(node):
            yield from _of_numbers(key, part, known)


_ODD_RATIO, _ODD_PERCENT, _ODD_RATE = 3.0, 50.0, 1e-3
"""A ratio from here on was probably written without its %, with a % too many, per second."""


def _signed(node: Node) -> tuple[Number | None, float]:
    """A literal number and its sign; None for anything else."""
    if isinstance(node, Negative) and isinstance(node.inner, Number):
        return node.inner, -1.0
    return (node if isinstance(node, Number) else None), 1.0


def _doubt(number: Number, sign: float, other: Unit | None) -> str:
    """What is odd about a number beside a quantity of that unit; empty when nothing is."""
    value = sign * number.literal
    size, shown = abs(value), f"{value:g}"
    if other is Unit.RATIO and number.unit is Unit.NUMBER and size >= _ODD_RATIO:
        return f"{shown} is {value:,.0%} of a ratio: did you mean {shown}%?"
    if other is Unit.RATIO and number.unit is Unit.RATIO and size >= _ODD_PERCENT:
        return f"{value:,.0%} is {shown} times: did you mean {shown}%?"
    if other is Unit.RATIO_PER_SECOND and number.unit is Unit.NUMBER and size >= _ODD_RATE:
        return f"this is {size:.3%} every second: did you mean {shown} / 1h?"
    return ""


def _unit(node: Node, known: Vocabulary) -> Unit | None:
    """The unit of a measure as it stands, with its sign or without; None of anything else."""
    match node:
        case Measure(name=name):
            measure = input_of(name).partition("(")[0]
            unit = known.get(measure) or known.of_scenario.get(measure) or OUTSIDE.get(measure)
            windowing = windowing_of(name)
            return unit if windowing is None else windowed_unit(windowing.function, unit)
        case Negative(inner=inner) | Call(function="abs", arguments=(inner,)):
            return _unit(inner, known)
        case _:
            return None


def _inside(node: Node) -> tuple[Node, ...]:
    match node:
        case Joined(parts=parts) | Comparison(operands=parts) | Call(arguments=parts):
            return parts
        case Not(inner=inner) | Negative(inner=inner):
            return (inner,)
        case Arithmetic(left=left, right=right):
            return left, right
        case _:
            return ()


def _place(node: Node) -> tuple[int, int]:
    """Where a condition stands: at its first number, or at the start of its text."""
    if isinstance(node, Number):
        return node.line, node.column
    found = (_place(part) for part in _inside(node))
    return next((place for place in found if place != (1, 1)), (1, 1))
