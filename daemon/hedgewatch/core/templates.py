"""The text templates of annotations: checked once, rendered with the values of a row."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from hedgewatch.core.expression import (
    OUTSIDE,
    Unit,
    is_outside,
    parts_of,
    spelt,
    windowed_unit,
    windowing_of,
)
from hedgewatch.core.expression.problems import (
    MOST_PROBLEMS,
    Problem,
    did_you_mean,
    quoted,
    unknown_scenario,
)
from hedgewatch.core.expression.windowing import mistake_in_length, mistake_in_use
from hedgewatch.core.model import Unknown
from hedgewatch.core.wording import figure, signed, spoken


@dataclass(frozen=True, slots=True)
class Template:
    """A text with `{name}` and `{name:format}`; nothing else is evaluated."""

    text: str
    names: frozenset[str]
    render: Callable[[Callable[[str], object]], str]


class TemplateError(ValueError):
    """A template was refused; `problems` holds every mistake, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


TEXT = None
"""The unit of a name that is a text: a label, a reason."""

_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}:]*)(?::(?P<format>[^{}]*))?\}|[{}]")
_WIDE = re.compile(r"\d{3,}")
_OF_TIMES = {"": spoken, "+": signed}
"""The formats in which a time is said as people say it."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    format: str
    unit: Unit | None = None

    def show(self, value: object) -> str:
        """A value as a message shows it: never a number where none is known."""
        if _is_unknown(value):
            return "unknown"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float | int):
            return self._number(value)
        return format(str(value), self.format)

    def _number(self, value: float) -> str:
        if self.unit is Unit.SECONDS and self.format in _OF_TIMES:
            return _OF_TIMES[self.format](value)
        if math.isfinite(value):
            return figure(value, self.format or ".8g")
        return "-∞" if value < 0 else "+∞" if self.format.startswith("+") else "∞"


def _is_unknown(value: object) -> bool:
    return value is None or isinstance(value, Unknown) or value != value  # noqa: PLR0124 (NaN)


def parse_template(
    text: str, names: Mapping[str, Unit | None], of_scenario: Collection[str] = ()
) -> Template:
    """Check a text against the names that it may show (`TEXT` for those that are texts);
    `of_scenario` are the measures that take a scenario, be there one or none.

    Its `render` asks for each value by name; None, NaN and `Unknown` read "unknown".
    """
    parts: list[str | _Field] = []
    problems: list[Problem] = []
    end = 0
    for token in _TOKEN.finditer(text):
        parts.append(text[end : token.start()])
        end = token.end()
        try:
            parts.append(_part(token, names, of_scenario))
        except ValueError as error:
            problems.append(_problem(text, token.start(), str(error)))
            if len(problems) == MOST_PROBLEMS:
                break
    if problems:
        raise TemplateError(problems)
    return _template(text, (*parts, text[end:]))


def _template(text: str, parts: tuple[str | _Field, ...]) -> Template:
    def render(value_of: Callable[[str], object]) -> str:
        return "".join(
            part if isinstance(part, str) else part.show(value_of(part.name)) for part in parts
        )

    names = frozenset(part.name for part in parts if isinstance(part, _Field))
    return Template(text, names, render)


def _part(
    token: re.Match[str], names: Mapping[str, Unit | None], of_scenario: Collection[str]
) -> str | _Field:
    if token.group() in ("{{", "}}"):
        return token.group()[0]
    name, spec = spelt(token["name"] or ""), token["format"] or ""
    if token["name"] is None:
        raise ValueError(f"a lone '{token.group()}': write {token.group() * 2} to show it")
    unit = _unit(name, names, of_scenario)
    _check_format(name, spec, unit)
    return _Field(name, spec, unit)


def _unit(name: str, names: Mapping[str, Unit | None], of_scenario: Collection[str]) -> Unit | None:
    """What a name counts; a ValueError says why it cannot be shown."""
    windowing = windowing_of(name)
    shown = name if windowing is None else windowing.measure
    if is_outside(shown):
        names = {**names, shown: OUTSIDE[parts_of(shown)[0]]}
    if shown not in names or (windowing is not None and names[shown] is TEXT):
        raise ValueError(_unknown(shown, names, of_scenario))
    if windowing is None:
        return names[name]
    mistake = mistake_in_length(windowing.seconds)
    if not mistake and (misuse := mistake_in_use(windowing.function, names[shown])):
        mistake = f"'{shown}' {misuse}"
    if mistake:
        raise ValueError(mistake)
    return windowed_unit(windowing.function, names[shown])


def _unknown(name: str, names: Iterable[str], of_scenario: Collection[str]) -> str:
    measure, scenario = parts_of(name)
    if not scenario or measure not in of_scenario:
        near = did_you_mean(measure, of_scenario if scenario else names)
        return f"{quoted(measure)} cannot be shown here{near}"
    known = [other for of, other in map(parts_of, names) if of == measure]
    return unknown_scenario(scenario, known)


def _check_format(name: str, spec: str, unit: Unit | None) -> None:
    if spec and unit is Unit.BOOLEAN:
        raise ValueError(f"'{name}' is true or false and takes no format: write {{{name}}}")
    try:
        if _WIDE.search(spec):
            raise ValueError("too wide")  # noqa: TRY301 (worded with the others below)
        format("text" if unit is TEXT else 1.5, spec)
    except ValueError:
        example = "{name:>10}" if unit is TEXT else "{name:.1%} or {name:,.2f}"
        raise ValueError(f"'{spec}' is no format for '{name}': write it like {example}") from None


def _problem(text: str, offset: int, message: str) -> Problem:
    line = text.count("\n", 0, offset) + 1
    return Problem(line, offset - text.rfind("\n", 0, offset), message)
