"""Where one rule stands on one subject, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from hedgewatch.core.alert_model import AlertRecord, AlertState
from hedgewatch.core.explanation.words import unit_of_measure
from hedgewatch.core.expression import Expression, Unit, value_of
from hedgewatch.core.expression.explanation import Explained, explained
from hedgewatch.core.expression.spelling import literal
from hedgewatch.core.model import Subject, Truth, Unknown
from hedgewatch.core.rules import Rule


class Watched(Protocol):
    """A subject whose measures are attributes."""

    @property
    def subject(self) -> Subject: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One rule on one subject: what its expressions are made of now, and the alert if there is
    one. `unknown` are the measures that it reads and nobody knows, with the reason.
    """

    subject: Subject
    expr: Explained
    clear: Explained | None
    unknown: dict[str, str]
    record: AlertRecord | None
    why: str


def standings(
    rule: Rule, rows: Iterable[Watched], records: Iterable[AlertRecord]
) -> Iterator[Standing]:
    """Of every subject that the rule watches, what fires first."""
    alerts = {record.subject: record for record in records if record.alertname == rule.name}
    found = [_standing(rule, row, alerts.pop(row.subject, None)) for row in _watched(rule, rows)]
    yield from sorted(found, key=_urgency)


def _watched(rule: Rule, rows: Iterable[Watched]) -> Iterator[Watched]:
    return (row for row in rows if rule.watches(row.subject))


def _urgency(standing: Standing) -> int:
    states = (AlertState.FIRING, AlertState.PENDING)
    record = standing.record
    return states.index(record.state) if record and record.state in states else len(states)


def _standing(rule: Rule, row: Watched, record: AlertRecord | None) -> Standing:
    expr = _explained(rule, rule.expr, row)
    clear = None if rule.clear is None else _explained(rule, rule.clear, row)
    unknown = dict(_unknown(rule, row))
    truths = (expr.truth, None if clear is None else clear.truth)
    return Standing(
        subject=row.subject,
        expr=expr,
        clear=clear,
        unknown=unknown,
        record=record,
        why=_why(rule, record, truths),
    )


def _explained(rule: Rule, expression: Expression, row: Watched) -> Explained:
    return explained(expression.root, row, lambda name: unit_of_measure(rule.scope, name))


def _unknown(rule: Rule, row: Watched) -> Iterator[tuple[str, str]]:
    for name in sorted(rule.expr.names | (rule.clear.names if rule.clear else frozenset())):
        held = value_of(row, name)
        if isinstance(held, Unknown):
            yield name, held.reason


def _why(rule: Rule, record: AlertRecord | None, truths: tuple[Truth, Truth]) -> str:
    state = AlertState.INACTIVE if record is None else record.state
    match state:
        case AlertState.FIRING:
            return _why_firing(rule, record, *truths)
        case AlertState.PENDING:
            return _why_pending(rule, truths[0])
        case _:
            return _why_silent(rule, truths[0])


def _why_silent(rule: Rule, truth: Truth) -> str:
    if truth is None and rule.unknown == "hold":
        return "nobody knows whether the condition holds, and what is not known fires nothing"
    return "the condition does not hold" if truth is False else "it begins with the next event"


def _why_pending(rule: Rule, truth: Truth) -> str:
    held = literal(rule.hold_for, Unit.SECONDS)
    if truth is None and rule.unknown == "hold":
        return f"it must hold for {held}, and is not known: the time stands still, 5m at most"
    return f"the condition holds: it fires when it has held for {held}"


def _why_firing(rule: Rule, record: AlertRecord | None, truth: Truth, clear: Truth) -> str:
    if record is not None and record.clear_since is not None:
        flaps = record.past.flaps
        stay = literal(max(rule.settle * flaps, rule.keep_firing_for), Unit.SECONDS)
        why = ", since it flaps" if flaps else ""
        return f"it is clearing: over when that has been seen again and has lasted {stay}{why}"
    if truth is True:
        return "the condition holds"
    if truth is None:
        return "nobody knows whether the condition holds still, and what is not known ends nothing"
    if rule.clear is not None and clear is not True:
        return "the condition no longer holds, and what clears it does not hold yet"
    return "the condition no longer holds: it waits for fresh observations"
