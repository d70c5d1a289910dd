"""Who is told of a rule's alerts, as far as that is decided before there is one."""

from collections.abc import Iterator, Mapping, Sequence

from hedgewatch.core.alert_model import Severity
from hedgewatch.core.expression import Unit
from hedgewatch.core.expression.spelling import literal
from hedgewatch.core.rules import IDENTITY, Rule
from hedgewatch.notify.routing import CRITICAL_REPEAT, RouteSettings

_OF_SUBJECTS = ("currency", "side")
"""Labels of an alert that do not identify its subject."""


def told_to(rule: Rule, routes: Sequence[RouteSettings]) -> list[str]:
    """The routes that may take them, in order; the last is the first that takes all the rest."""
    known = {**rule.labels, "alertname": rule.name, "severity": rule.severity.value}
    told: list[str] = []
    for route in routes:
        if not _may_match(route, rule, known):
            continue
        undecided = list(_undecided(route, rule, known))
        told.append(_said(route, rule, undecided))
        if not undecided:
            return told
    return [*told, "nobody else"] if told else ["nobody: no route takes it"]


def _is_open(name: str, rule: Rule, known: Mapping[str, str]) -> bool:
    """Whether a label depends on the subject."""
    return name not in known and name in (*IDENTITY[rule.scope], *_OF_SUBJECTS)


def _may_match(route: RouteSettings, rule: Rule, known: Mapping[str, str]) -> bool:
    """Whether nothing that is known already contradicts it."""
    by_value = all(
        known.get(name, "") in _listed(values)
        for name, values in route.match.items()
        if not _is_open(name, rule, known)
    )
    return by_value and all(
        matcher.matches(known)
        for matcher in route.conditions
        if not _is_open(matcher.name, rule, known)
    )


def _undecided(route: RouteSettings, rule: Rule, known: Mapping[str, str]) -> Iterator[str]:
    for name, values in route.match.items():
        if _is_open(name, rule, known):
            yield f"{name} is {' or '.join(_listed(values))}"
    for text, matcher in zip(route.matchers, route.conditions, strict=True):
        if _is_open(matcher.name, rule, known):
            yield text


def _said(route: RouteSettings, rule: Rule, undecided: Sequence[str]) -> str:
    where = f", where {' and '.join(undecided)}" if undecided else ""
    return "".join((", ".join(route.to), *_pace(route, rule), where))


def _pace(route: RouteSettings, rule: Rule) -> Iterator[str]:
    is_critical = rule.severity is Severity.CRITICAL
    if route.digest is not None and not is_critical:
        yield f", collected for {_time(route.digest)}"
        return
    repeat = route.repeat or (CRITICAL_REPEAT if is_critical else None)
    if repeat is not None:
        yield f", again every {_time(repeat)} until somebody has seen it"
    for rung in route.escalate:
        yield f", {' and '.join(rung.to)} after {_time(rung.after)} without that"


def _time(seconds: float) -> str:
    return literal(seconds, Unit.SECONDS)


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
