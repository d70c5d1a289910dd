"""Who is told of a rule's alerts, as far as that is decided before there is one."""

from collections.abc import Sequence

from hedgewatch.core.expression import Unit
from hedgewatch.core.expression.spelling import literal
from hedgewatch.core.rules import Rule
from hedgewatch.notify.routing import RouteSettings


def told_to(rule: Rule, routes: Sequence[RouteSettings]) -> list[str]:
    """The routes that may take them, in order; the last is the first that takes all the rest."""
    known = {**rule.labels, "alertname": rule.name, "severity": rule.severity.value}
    told: list[str] = []
    for route in routes:
        open_labels = {name: each for name, each in route.match.items() if name not in known}
        decided = route.match.keys() & known
        if any(known[name] not in _listed(route.match[name]) for name in decided):
            continue
        told.append(_said(route, open_labels))
        if not open_labels:
            return told
    return [*told, "nobody else"] if told else ["nobody: no route takes it"]


def _said(route: RouteSettings, open_labels: dict[str, str | tuple[str, ...]]) -> str:
    names = ", ".join(route.to)
    where = " and ".join(f"{name} is {' or '.join(_listed(v))}" for name, v in open_labels.items())
    again = (
        f", again every {literal(route.repeat, Unit.SECONDS)}" if route.repeat is not None else ""
    )
    return f"{names}{again}" + (f", where {where}" if where else "")


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
