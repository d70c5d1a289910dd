"""Where Prometheus has what a rule reads: the selector of each measure."""

import re
from collections.abc import Collection, Iterator, Mapping

from hedgewatch.core.expression import parts_of
from hedgewatch.core.expression.windowing import Windowing, in_units, windowing_of
from hedgewatch.core.measures import CATALOGUE, STRESS_MEASURES, Measure
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import IDENTITY, Rule

_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_OVER_TIME = {"average": "avg", "lowest": "min", "highest": "max"}


class CannotMapError(ValueError):
    """Prometheus has nothing that means the same; says what is amiss."""


def identity_of(scope: Scope) -> tuple[str, ...]:
    """What tells the subjects of a scope apart in Prometheus, where several daemons are scraped."""
    return ("instance", *IDENTITY[scope])


class Series:
    """The selectors of one rule. `scraped` are the scenarios that have series.

    With `joined` every series is reduced to what identifies its subject, so that series of
    different metrics meet.
    """

    def __init__(self, rule: Rule, scraped: Collection[str], *, joined: bool) -> None:
        self._rule = rule
        self._scraped = scraped
        self._joined = joined

    def of(self, name: str) -> str:
        """The series of one measure, of a scenario or of a window too."""
        matchers = tuple(self._matchers())
        return self._reduced(series_of(self._rule.scope, name, self._scraped, matchers))

    def _reduced(self, series: str) -> str:
        if not self._joined:
            return series
        return f"max by ({', '.join(identity_of(self._rule.scope))}) ({series})"

    def _matchers(self) -> Iterator[str]:
        for name, values in sorted(self._rule.where.items()):
            if len(values) == 1:
                yield f"{name}={quoted(*values)}"
            else:
                either = "|".join(_SPECIAL.sub(r"\\\g<0>", value) for value in sorted(values))
                yield f"{name}=~{quoted(either)}"


def series_of(scope: Scope, name: str, scraped: Collection[str], matchers: tuple[str, ...]) -> str:
    """The series of a measure, or a function of a window over it; CannotMapError where none is."""
    windowing = windowing_of(name)
    if windowing is None:
        return _selector(scope, name, scraped, matchers)
    return _windowed(windowing, _selector(scope, windowing.measure, scraped, matchers))


def _selector(scope: Scope, name: str, scraped: Collection[str], matchers: tuple[str, ...]) -> str:
    """The metric of a measure with its labels; CannotMapError when it has none."""
    plain, scenario = parts_of(name)
    measure = _measure(scope, plain)
    if measure is None or not measure.metric:
        raise CannotMapError(f"{plain} has no metric on: {scope.value}")
    if scenario and scenario not in scraped:
        raise CannotMapError(f"the scenario {scenario} is not scraped")
    fixed: Mapping[str, str] = dict(measure.fixed) | ({"scenario": scenario} if scenario else {})
    inside = [*(f"{label}={quoted(value)}" for label, value in fixed.items()), *matchers]
    return f"{measure.metric}{{{', '.join(inside)}}}" if inside else measure.metric


def _measure(scope: Scope, name: str) -> Measure | None:
    every = (*CATALOGUE, *STRESS_MEASURES)
    return next((each for each in every if each.scope is scope and each.name == name), None)


def _windowed(windowing: Windowing, plain: str) -> str:
    """The same function over what was scraped, where it was scraped that long."""
    window = in_units(windowing.seconds)
    match windowing.function:
        case "change":
            return f"({plain} - {plain} offset {window})"
        case "rate":
            return f"(({plain} - {plain} offset {window}) / {windowing.seconds:.0f})"
        case "average" | "lowest" | "highest" as name:
            return f"({_OVER_TIME[name]}_over_time({plain}[{window}]) and {plain} offset {window})"
        case name:
            raise CannotMapError(f"{name} over a window has no counterpart")


def quoted(text: str) -> str:
    """A text as PromQL writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
