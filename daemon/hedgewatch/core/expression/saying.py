"""Expressions in words: the margin ratio is above 80% or …."""

from itertools import pairwise

from hedgewatch.core.expression import evaluation as meaning
from hedgewatch.core.expression.evaluation import Node
from hedgewatch.core.expression.spelling import Units, common_unit, text_of
from hedgewatch.core.expression.units import Unit

_WORDS = {
    "<": "below",
    "<=": "at most",
    ">": "above",
    ">=": "at least",
    "==": "exactly",
    "!=": "anything but",
}


def in_words(node: Node, units: Units) -> str:
    """A condition as one says it: the margin ratio is above 80% or …."""
    match node:
        case meaning.Flag(name):
            return _named(name)
        case meaning.Not(inner):
            said = in_words(inner, units)
            return f"not {said}" if isinstance(inner, meaning.Flag) else f"not so that ({said})"
        case meaning.Joined(word, parts):
            return f" {word} ".join(_clause(part, word, units) for part in parts)
        case meaning.Comparison(operators, operands):
            return _comparison_in_words(operators, operands, units)
        case _:
            return text_of(node, units)


def _clause(part: Node, around: str, units: Units) -> str:
    words = in_words(part, units)
    return f"({words})" if isinstance(part, meaning.Joined) and part.word != around else words


def _comparison_in_words(
    operators: tuple[str, ...], operands: tuple[Node, ...], units: Units
) -> str:
    unit = common_unit(operands, units)
    links = zip(operators, pairwise(operands), strict=True)
    return " and ".join(
        f"{_quantity(left, units, unit)} is {_WORDS[sign]} {_quantity(right, units, unit)}"
        for sign, (left, right) in links
    )


def _quantity(node: Node, units: Units, unit: Unit | None) -> str:
    match node:
        case meaning.Measure(name) | meaning.Flag(name):
            return _named(name)
        case meaning.Call("abs", (meaning.Measure(name),)):
            return f"{_named(name)}, its sign aside,"
        case meaning.Call("max" | "min" as name, arguments):
            most = "largest" if name == "max" else "smallest"
            return f"the {most} of {_listed(arguments, units, unit)}"
        case _:
            return text_of(node, units, unit)


def _listed(arguments: tuple[Node, ...], units: Units, unit: Unit | None) -> str:
    return " and ".join(_quantity(each, units, unit) for each in arguments)


def _named(name: str) -> str:
    """A measure in words; what names a scenario or a window stands as it is written."""
    return name.removesuffix("_seconds").replace("_", " ") if name.isidentifier() else name
