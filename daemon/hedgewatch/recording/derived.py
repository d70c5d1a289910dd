"""What a recording holds as the text that it was made from, and makes anew when it is read.

Expressions become code, and templates format: of both only the text is believed, and it goes
through the parser of rules. Compiled judgements follow from their rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hedgewatch.core.book.book import Book
from hedgewatch.core.expression import (
    OUTSIDE,
    Expression,
    ExpressionError,
    Unit,
    Vocabulary,
    parse,
    parse_condition,
    parts_of,
)
from hedgewatch.core.judgement import Judgement
from hedgewatch.core.measures import STRESS_MEASURES, symbols
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import IDENTITY, TEXTS
from hedgewatch.core.templates import TEXT, Template, TemplateError, parse_template
from hedgewatch.recording.errors import RecordingError


@dataclass(frozen=True, slots=True)
class Derivation:
    """`parts` of an object are what it follows from; `make` is what makes it of them.

    What is made `late` is made when everything else is, in the place that was kept for it.
    """

    parts: Callable[[Any], tuple[Any, ...]]
    make: Callable[..., Any]
    late: bool = False


LEFT_OUT: Mapping[type, frozenset[str]] = {Book: frozenset({"watchers"})}
"""Attributes that follow from the whole engine: `snapshot` sets them."""


def _expression(text: str, names: tuple[str, ...], is_condition: bool) -> Expression:  # noqa: FBT001
    read = parse_condition if is_condition else parse
    try:
        made = read(text, _vocabulary(_scenarios_of(names)))
    except ExpressionError as error:
        raise RecordingError(f"the expression {text!r} means nothing here: {error}") from error
    if tuple(sorted(made.names)) != names:
        raise RecordingError(f"the expression {text!r} means something else here")
    return made


def _template(text: str, names: tuple[str, ...]) -> Template:
    scenarios = _scenarios_of(names)
    shown: dict[str, Unit | None] = dict(_vocabulary(scenarios))
    for scope in Scope:
        texts = ("alertname", "severity", *IDENTITY[scope], *TEXTS.get(scope, ()))
        shown |= dict.fromkeys(texts, TEXT)
    try:
        return parse_template(text, shown, _vocabulary(scenarios).of_scenario)
    except TemplateError as error:
        raise RecordingError(f"the text {text!r} cannot be shown here: {error}") from error


def _scenarios_of(names: tuple[str, ...]) -> tuple[str, ...]:
    parts = map(parts_of, names)
    return tuple(sorted({of for measure, of in parts if of and measure not in OUTSIDE}))


@cache
def _vocabulary(scenarios: tuple[str, ...]) -> Vocabulary:
    """The measures of every scope together: one name has one unit wherever it is measured."""
    plain = {name: unit for scope in Scope for name, unit in symbols(scope).items()}
    return Vocabulary(plain, {each.name: each.unit for each in STRESS_MEASURES}, scenarios)


DERIVED: Mapping[type, Derivation] = {
    Expression: Derivation(
        lambda made: (made.text, tuple(sorted(made.names)), made.is_condition), _expression
    ),
    Template: Derivation(lambda made: (made.text, tuple(sorted(made.names))), _template),
    Judgement: Derivation(lambda made: (made.rules,), Judgement, late=True),
}
