"""Interval arithmetic: between which bounds a quantity stays when its measures stay in theirs."""

from collections.abc import Callable
from itertools import product
from math import inf, isnan

from hedgewatch.core.expression.evaluation import (
    Arithmetic,
    Call,
    Comparison,
    Fixed,
    Flag,
    Joined,
    Measure,
    Negative,
    Node,
    Not,
    Number,
)

Range = tuple[float, float]
Ranges = Callable[[str], Range]
"""The range of each measure, by its name."""

ANY: Range = (-inf, inf)


def bounds(node: Node, ranges: Ranges) -> Range:
    """The least range that is sure to hold the quantity whenever it is known."""
    found = ANY
    match node:
        case Number(literal=literal):
            found = literal, literal
        case Measure(name=name):
            found = ranges(name)
        case Negative(inner=inner):
            found = _combined("-", (0.0, 0.0), bounds(inner, ranges))
        case Arithmetic(operator=sign, left=left, right=right):
            found = _combined(sign, bounds(left, ranges), bounds(right, ranges))
        case Call(function=name, arguments=arguments):
            found = _called(name, [bounds(argument, ranges) for argument in arguments])
        case Fixed() | Flag() | Not() | Joined() | Comparison():
            found = 0.0, 1.0
    return found


def _combined(sign: str, left: Range, right: Range) -> Range:
    match sign:
        case "+":
            return _sum(left[0], right[0], -inf), _sum(left[1], right[1], inf)
        case "-":
            return _sum(left[0], -right[1], -inf), _sum(left[1], -right[0], inf)
        case "*":
            products = [_times(one, other) for one, other in product(left, right)]
            return min(products), max(products)
        case _ if right[0] <= 0.0 <= right[1]:
            return ANY
        case _:
            parts = [_over(one, other) for one, other in product(left, right)]
            return min(parts), max(parts)


def _sum(one: float, other: float, unbounded: float) -> float:
    """Where infinities of both signs meet the quantity is not known: nothing is claimed."""
    total = one + other
    return unbounded if isnan(total) else total


def _times(one: float, other: float) -> float:
    return 0.0 if one == 0.0 or other == 0.0 else one * other


def _over(one: float, other: float) -> float:
    quotient = one / other
    return 0.0 if isnan(quotient) else quotient


def _called(name: str, arguments: list[Range]) -> Range:
    lows, highs = [low for low, _ in arguments], [high for _, high in arguments]
    if name == "min":
        return min(lows), min(highs)
    if name == "max":
        return max(lows), max(highs)
    low, high = arguments[0]
    return (0.0 if low <= 0.0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
