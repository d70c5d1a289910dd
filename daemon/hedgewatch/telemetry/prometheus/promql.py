"""Expressions of rules in PromQL, with their three truths.

A condition becomes two expressions: one has an element for every subject of which it is true, the
other for every subject of which it is false. Of whom it is unknown, neither has one: a comparison
with an absent series is absent, as the language of rules has it.
"""

from collections.abc import Callable
from functools import reduce
from itertools import pairwise

from hedgewatch.core.expression import evaluation as meaning
from hedgewatch.core.expression.evaluation import Condition, Node, Quantity
from hedgewatch.core.expression.explanation import measures_in
from hedgewatch.telemetry.prometheus.series import CannotMapError

_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_OR, _AND, _COMPARED, _SUM, _PRODUCT, _ATOM = range(1, 7)
_STRENGTH = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}

Text = tuple[str, int]
"""A piece of PromQL, and how strongly it holds together."""


class PromQL:
    """Translates the expressions of one rule; `series_of` gives the series of a measure."""

    def __init__(self, series_of: Callable[[str], str]) -> None:
        self._series_of = series_of

    def where_true(self, condition: Node) -> str:
        """An element for every subject of which it is true."""
        return self._truths(condition, wanted=True)[0]

    def where_false(self, condition: Node) -> str:
        """An element for every subject of which it is false."""
        return self._truths(condition, wanted=False)[0]

    def known(self, *conditions: Node) -> str:
        """An element for every subject of which any measure is known."""
        names = sorted(frozenset[str]().union(*map(measures_in, conditions)))
        return " or ".join(map(self._series_of, names))

    def _truths(self, node: Node, *, wanted: bool) -> Text:
        match node:
            case meaning.Not(inner):
                return self._truths(inner, wanted=not wanted)
            case meaning.Flag(name):
                return f"{self._series_of(name)} == {wanted:d}", _COMPARED
            case meaning.Joined(word, parts):
                return self._joined(word, parts, wanted=wanted)
            case meaning.Comparison(operators, operands):
                links = zip(operators, pairwise(operands), strict=True)
                pairs = [meaning.Comparison((sign,), pair) for sign, pair in links]
                if len(pairs) > 1:
                    return self._joined("and", tuple(pairs), wanted=wanted)
                return self._compared(pairs[0], wanted=wanted)
            case _:
                raise CannotMapError("a condition that never changes has no series")

    def _joined(self, word: str, parts: tuple[Node, ...], *, wanted: bool) -> Text:
        """By De Morgan the falsehood of "and" is "or", and the other way round."""
        meant = word if wanted else {"and": "or", "or": "and"}[word]
        strength = _STRENGTH[meant]
        texts = (_within(self._truths(part, wanted=wanted), strength + 1) for part in parts)
        return f"\n{meant} ".join(texts), strength

    def _compared(self, node: meaning.Comparison, *, wanted: bool) -> Text:
        (sign,), (left, right) = node.operators, node.operands
        if not measures_in(node):
            raise CannotMapError("it compares two numbers")
        meant = sign if wanted else _CONTRARY[sign]
        one, other = (_within(self._value(side), _SUM) for side in (left, right))
        if meant == "!=" and not (_is_plain(left) and _is_plain(right)):
            return f"{one} < {other} or {one} > {other}", _OR  # a NaN differs from everything
        return f"{one} {meant} {other}", _COMPARED

    def _value(self, node: Node) -> Text:
        if not measures_in(node):
            return _constant(node)
        if isinstance(node, Condition):
            return self._flag(node)
        return self._quantity(node)

    def _flag(self, node: Condition) -> Text:
        """A measure that is true or false, as the number that is scraped of it."""
        if not isinstance(node, meaning.Flag):
            raise CannotMapError("a condition compared with a condition has no counterpart")
        return self._series_of(node.name), _ATOM

    def _quantity(self, node: Quantity) -> Text:
        match node:
            case meaning.Measure(name):
                return self._series_of(name), _ATOM
            case meaning.Negative(inner):
                return f"-{_within(self._value(inner), _ATOM)}", _PRODUCT
            case meaning.Arithmetic():
                return self._arithmetic(node)
            case meaning.Call(name, arguments):
                return self._call(name, arguments)
            case _:
                return _constant(node)

    def _arithmetic(self, node: meaning.Arithmetic) -> Text:
        """What is divided by zero is unknown: Prometheus would say infinite."""
        strength = _STRENGTH[node.operator]
        left = _within(self._value(node.left), strength)
        right = _within(self._value(node.right), strength + 1)
        if node.operator == "/" and measures_in(node.right):
            right = f"({right} != 0)"
        return f"{left} {node.operator} {right}", strength

    def _call(self, name: str, arguments: tuple[Node, ...]) -> Text:
        """Of the largest and the smallest there is none unless all are known."""
        if name == "abs":
            return f"abs({self._value(arguments[0])[0]})", _ATOM
        constants = [each for each in arguments if not measures_in(each)]
        texts = [self._value(each) for each in arguments if measures_in(each)]
        sign = {"max": ">=", "min": "<="}[name]

        def further(one: Text, other: Text) -> Text:
            left, right = _within(one, _SUM), _within(other, _SUM)
            return f"({left} {sign} {right} or {right} {sign[0]} {left})", _ATOM

        text, strength = reduce(further, texts)
        for constant in constants:
            bound = {"max": "clamp_min", "min": "clamp_max"}[name]
            text, strength = f"{bound}({text}, {_constant(constant)[0]})", _ATOM
        return text, strength


def _constant(node: Node) -> Text:
    value = node.value(None)
    if value is None:
        raise CannotMapError("it divides by zero, and is never known")
    return repr(float(value)).removesuffix(".0"), _ATOM if value >= 0 else _PRODUCT


def _is_plain(node: Node) -> bool:
    """Whether it cannot come out as no number at all."""
    return isinstance(node, meaning.Measure | meaning.Flag | meaning.Number | meaning.Fixed)


def _within(piece: Text, strength: int) -> str:
    text, own = piece
    return text if own >= strength else f"({text})"
