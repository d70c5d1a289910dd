"""From an expression to its logic: linear comparisons of one measure are solved for it."""

from collections.abc import Mapping
from itertools import pairwise
from math import isfinite

from hedgewatch.core.expression.evaluation import (
    Arithmetic,
    Call,
    Comparison,
    Condition,
    Fixed,
    Flag,
    Joined,
    Measure,
    Negative,
    Node,
    Number,
)
from hedgewatch.core.expression.sense.formula import All, Bound, Formula, Not, Some, Sure, Whether

Linear = tuple[Mapping[str, float], float]
"""Σ coefficient · measure + constant."""

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NOTHING: Linear = ({}, 0.0)


def formula_of(node: Node) -> Formula:
    """The logic of a condition."""
    match node:
        case Fixed(truth=truth):
            return Sure(truth)
        case Flag(name=name):
            return Whether(name)
        case Joined(word=word, parts=parts):
            made = tuple(map(formula_of, parts))
            return All(made) if word == "and" else Some(made)
        case Comparison(operators=operators, operands=operands):
            pairs = zip(operators, pairwise(operands), strict=True)
            return All(tuple(_compared(name, left, right) for name, (left, right) in pairs))
        case _ if isinstance(node, Condition):
            return Not(formula_of(node.inner))
        case _:
            raise TypeError(f"not a condition: {node}")


def _compared(operator: str, left: Node, right: Node) -> Formula:
    if isinstance(left, Condition) or isinstance(right, Condition):
        one, other = formula_of(left), formula_of(right)
        same = Some((All((one, other)), All((Not(one), Not(other)))))
        return same if operator == "==" else Not(same)
    if (threshold := constant(right)) is not None:
        return _against(operator, left, threshold)
    if (threshold := constant(left)) is not None:
        return _against(MIRRORED[operator], right, threshold)
    return _against(operator, Arithmetic("-", left, right), 0.0)


def _against(operator: str, quantity: Node, threshold: float) -> Formula:
    """A quantity against a number: taken apart as far as that is exact."""
    match quantity:
        case Call(function="abs", arguments=(inner,)) if threshold >= 0.0:
            return _absolute(operator, inner, threshold)
        case Call(function=("min" | "max") as name, arguments=parts) if operator not in _EQUAL:
            each = tuple(_against(operator, part, threshold) for part in parts)
            return Some(each) if (name == "max") is (operator in _MORE) else All(each)
        case _:
            return _solved(operator, quantity, threshold)


_EQUAL, _MORE = frozenset({"==", "!="}), frozenset({">", ">="})


def _absolute(operator: str, inner: Node, threshold: float) -> Formula:
    if operator in _MORE or operator == "==":
        below = MIRRORED[operator]
        return Some((_against(operator, inner, threshold), _against(below, inner, -threshold)))
    above = MIRRORED[operator]
    return All((_against(operator, inner, threshold), _against(above, inner, -threshold)))


def _solved(operator: str, quantity: Node, threshold: float) -> Formula:
    """Of a linear quantity of one measure, what the measure itself must be."""
    coefficients, rest = linear(quantity) or _NOTHING
    if len(coefficients) == 1:
        ((name, factor),) = coefficients.items()
        solved = (threshold - rest) / factor
        if isfinite(solved):
            sign = MIRRORED[operator] if factor < 0.0 else operator
            return Bound(Measure(name), sign, solved)
    return Bound(quantity, operator, threshold)


def constant(node: Node) -> float | None:
    """The number that a quantity of numbers alone is."""
    found = linear(node)
    return found[1] if found is not None and not found[0] else None


def linear(node: Node) -> Linear | None:
    """The quantity as a sum of measures; None when it is none."""
    match node:
        case Number(literal=literal):
            found: Linear | None = ({}, literal)
        case Measure(name=name):
            found = {name: 1.0}, 0.0
        case Negative(inner=inner):
            found = _scaled(linear(inner), -1.0)
        case Arithmetic(operator=sign, left=left, right=right):
            found = _combined(sign, linear(left), linear(right))
        case _:
            found = None
    return found


def _combined(sign: str, one: Linear | None, other: Linear | None) -> Linear | None:
    if sign in {"*", "/"}:
        return _multiplied(sign, one, other)
    return _added(one, _scaled(other, -1.0) if sign == "-" else other)


def _scaled(one: Linear | None, factor: float) -> Linear | None:
    if one is None:
        return None
    return {name: held * factor for name, held in one[0].items()}, one[1] * factor


def _added(one: Linear | None, other: Linear | None) -> Linear | None:
    """A measure that would cancel out is not linear: ∞ − ∞ is not 0."""
    if one is None or other is None:
        return None
    names = {**one[0], **other[0]}
    total = {name: one[0].get(name, 0.0) + other[0].get(name, 0.0) for name in names}
    return None if 0.0 in total.values() else (total, one[1] + other[1])


def _multiplied(sign: str, one: Linear | None, other: Linear | None) -> Linear | None:
    if one is None or other is None:
        return None
    if sign == "/":
        return _scaled(one, 1.0 / other[1]) if not other[0] and other[1] else None
    if not other[0] and other[1]:
        return _scaled(one, other[1])
    return _scaled(other, one[1]) if not one[0] and one[1] else None
