"""Expressions and their values in writing, as one would write them."""

from collections.abc import Callable
from math import inf

from hedgewatch.core.expression import evaluation as meaning
from hedgewatch.core.expression.evaluation import Node
from hedgewatch.core.expression.units import Unit, common, product, quotient
from hedgewatch.core.wording import figure

Units = Callable[[str], Unit | None]
"""The unit of a measure, None of one that is not known."""

_TIMES = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "m"), (1.0, "s"))
_STRENGTH = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5}
_NOT, _SUM, _ATOM = 3, 4, 6
_MILLION, _PER_MILLE = 1e6, 1e-3


def unit_of(node: Node, units: Units) -> Unit | None:
    """What a piece of an expression counts."""
    match node:
        case meaning.Measure(name) | meaning.Flag(name):
            return units(name)
        case meaning.Negative(inner):
            return unit_of(inner, units)
        case meaning.Arithmetic(sign, left, right):
            combined = {"*": product, "/": quotient}.get(sign, common)
            return combined(unit_of(left, units), unit_of(right, units))
        case meaning.Call(_, arguments):
            return common_unit(arguments, units)
        case _:
            return Unit.NUMBER if isinstance(node, meaning.Number) else Unit.BOOLEAN


def common_unit(nodes: tuple[Node, ...], units: Units) -> Unit | None:
    """What all of these count, where they go together; plain numbers count what the others do."""
    unit: Unit | None = Unit.NUMBER
    for node in nodes:
        unit = common(unit, unit_of(node, units))
    return unit


def text_of(node: Node, units: Units, unit: Unit | None = None) -> str:
    """A piece of an expression as one would write it; numbers in it count `unit`."""
    if isinstance(node, meaning.Condition):
        return _condition_text(node, units)
    return _quantity_text(node, units, unit)


def _condition_text(node: meaning.Condition, units: Units) -> str:
    match node:
        case meaning.Fixed(truth):
            return "true" if truth else "false"
        case meaning.Flag(name):
            return name
        case meaning.Not(inner):
            return f"not {_within(inner, units, None, _NOT)}"
        case meaning.Joined(word, parts):
            inside = (_within(part, units, None, _STRENGTH[word] + 1) for part in parts)
            return f" {word} ".join(inside)
        case meaning.Comparison(operators, operands):
            return _comparison_text(operators, operands, units)


def _quantity_text(node: meaning.Quantity, units: Units, unit: Unit | None) -> str:
    match node:
        case meaning.Number(value):
            return literal(value, unit)
        case meaning.Measure(name):
            return name
        case meaning.Negative(inner):
            return f"-{_within(inner, units, unit, _ATOM)}"
        case meaning.Call(name, arguments):
            own = common_unit(arguments, units) if unit is None else unit
            return f"{name}({', '.join(text_of(each, units, own) for each in arguments)})"
        case meaning.Arithmetic(sign, _, _):
            own = unit_of(node, units) if unit is None else unit
            return _arithmetic_text(node, units, own if sign in "+-" else None)


def _comparison_text(operators: tuple[str, ...], operands: tuple[Node, ...], units: Units) -> str:
    unit = common_unit(operands, units)
    texts = [_within(operand, units, unit, _SUM) for operand in operands]
    rest = (f" {sign} {text}" for sign, text in zip(operators, texts[1:], strict=True))
    return texts[0] + "".join(rest)


def _arithmetic_text(node: meaning.Arithmetic, units: Units, unit: Unit | None) -> str:
    strength = _STRENGTH[node.operator]
    left = _within(node.left, units, unit, strength)
    return f"{left} {node.operator} {_within(node.right, units, unit, strength + 1)}"


def _within(node: Node, units: Units, unit: Unit | None, strength: int) -> str:
    """In parentheses where something stronger stands around it."""
    text = text_of(node, units, unit)
    return f"({text})" if _strength(node) < strength else text


def _strength(node: Node) -> int:
    match node:
        case meaning.Joined(word, _) | meaning.Arithmetic(word, _, _):
            return _STRENGTH[word]
        case meaning.Not() | meaning.Comparison():
            return _NOT
        case _:
            return _ATOM


def literal(value: float, unit: Unit | None) -> str:
    """A number of an expression in its unit: 80%, 12h, 25000."""
    if unit is Unit.RATIO:
        return f"{100.0 * value:.10g}%"
    if unit is Unit.SECONDS and value and value - value == 0:
        scale, name = next((pair for pair in _TIMES if value % pair[0] == 0.0), (0.001, "ms"))
        return f"{value / scale:.10g}{name}"
    return f"{value:.10g}"


def shown(value: object, unit: Unit | None) -> str:
    """A value as people read it; the unknown is said to be so."""
    if not isinstance(value, bool | float | int) or value != value:  # noqa: PLR0124 (NaN)
        return "unknown"
    if unit is Unit.BOOLEAN or isinstance(value, bool):
        return "true" if value else "false"
    if value in (inf, -inf):
        return "∞" if value > 0 else "-∞"
    return _SHOWN.get(unit, _plain)(value)


def _plain(value: float) -> str:
    return figure(value, ",.6g") if abs(value) < _MILLION else f"{value:,.0f}"


def _time(value: float) -> str:
    return next(
        (f"{value / scale:.4g} {name}" for scale, name in _TIMES if abs(value) >= scale),
        f"{value:.3g} s",
    )


_SHOWN: dict[Unit | None, Callable[[float], str]] = {
    Unit.RATIO: lambda value: f"{value:.4%}" if 0 < abs(value) < _PER_MILLE else f"{value:.2%}",
    Unit.MONEY: lambda value: f"{value:,.2f}",
    Unit.PRICE: lambda value: figure(value, ",.8g"),
    Unit.CONTRACTS: lambda value: figure(value, ",.8g"),
    Unit.SECONDS: _time,
}
