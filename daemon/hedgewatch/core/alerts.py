"""The lifecycle of an alert: everything that affects its state is in this file.

| state    | expr true                             | expr false             | unknown             |
|----------|---------------------------------------|------------------------|---------------------|
| inactive | pending (firing when `for` is 0)      | –                      | stay                |
| pending  | firing when held for `for`            | inactive               | timer pauses ≤ 5 min|
| firing   | hold                                  | resolved, see below    | hold                |

`unknown: fire` reads unknown as true. Resolved: when `clear` holds on two distinct observations
of every input, each newer than the last true one, and `keep_firing_for`, counted from the first
of them, has passed. Firing never goes back to pending. What loses its subject or its rule is
`ended` with a reason, never `resolved`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hedgewatch.core.book.rows import AccountRow, FeedRow, HedgeRow, Row
from hedgewatch.core.expression import value_of
from hedgewatch.core.judgement import Alert, Observation
from hedgewatch.core.model import (
    AlertRecord,
    AlertState,
    EndReason,
    Severity,
    Transition,
    Truth,
    Unknown,
)
from hedgewatch.core.rules import Rule

LONGEST_PAUSE = 300.0
"""Seconds that a pending alert may not know before it is dropped; blindness speaks for itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one evaluation did to one alert: its record now, and the transition, if it made one."""

    record: AlertRecord
    transition: Transition | None = None


def step(
    rule: Rule, row: Row, truth: Truth, now: float, new_episode: Callable[[], str]
) -> Step | None:
    """Move the alert of `rule` on `row` one step along the table; None when nothing changed."""
    if truth is None and rule.unknown == "fire":
        truth = True
    alert = row.alerts.get(rule.name)
    if alert is None:
        return _start(rule, row, now, new_episode) if truth else None
    if alert.record.state is AlertState.PENDING:
        return _pending(rule, row, alert, truth, now)
    return _firing(rule, row, alert, truth, now)


def _start(rule: Rule, row: Row, now: float, new_episode: Callable[[], str]) -> Step:
    record = AlertRecord(
        alertname=rule.name,
        subject=row.subject,
        state=AlertState.INACTIVE,
        severity=rule.severity,
        episode=new_episode(),
        active_since=now,
    )
    alert = Alert(record)
    alert.seen_true = row.observation()
    to = AlertState.PENDING if rule.hold_for else AlertState.FIRING
    started = _move(rule, row, alert, to, now, "condition holds")
    row.alerts[rule.name] = alert
    return started


def _pending(rule: Rule, row: Row, alert: Alert, truth: Truth, now: float) -> Step | None:
    if truth is False:
        return _move(rule, row, alert, AlertState.INACTIVE, now, "condition no longer holds")
    if truth is None:
        if alert.paused_at is None:
            alert.paused_at = now
        if now - alert.paused_at > LONGEST_PAUSE:
            return _move(rule, row, alert, AlertState.INACTIVE, now, "unknown for too long")
        return None
    alert.seen_true = row.observation()
    if alert.paused_at is not None:
        since = alert.record.active_since + now - alert.paused_at
        alert.record = replace(alert.record, active_since=since)
        alert.paused_at = None
    if now - alert.record.active_since >= rule.hold_for:
        return _move(rule, row, alert, AlertState.FIRING, now, f"held for {rule.hold_for:g} s")
    return None


def _firing(rule: Rule, row: Row, alert: Alert, truth: Truth, now: float) -> Step | None:
    if truth is True:
        alert.seen_true = row.observation()
    if not _is_clear(rule, row, truth):
        return _stop_clearing(alert)
    seen = row.observation()
    if alert.seen_clear is None:
        if _newer(seen, alert.seen_true):
            alert.seen_clear = seen
            alert.record = replace(alert.record, clear_since=now)
            return Step(alert.record)
        return None
    since = alert.record.clear_since
    if since is None or not _newer(seen, alert.seen_clear) or now - since < rule.keep_firing_for:
        return None
    return _move(rule, row, alert, AlertState.RESOLVED, now, "clear on fresh observations")


def _is_clear(rule: Rule, row: Row, truth: Truth) -> bool:
    return truth is False and (rule.clear is None or rule.clear.evaluate(row) is True)


def _stop_clearing(alert: Alert) -> Step | None:
    if alert.seen_clear is None:
        return None
    alert.seen_clear = None
    alert.record = replace(alert.record, clear_since=None)
    return Step(alert.record)


def _newer(seen: Observation, than: Observation) -> bool:
    """Whether every input was observed again, or, if it is another than before, at all."""
    return all(times > than.get(source, 0) for source, times in seen.items())


def _move(rule: Rule, row: Row, alert: Alert, to: AlertState, now: float, reason: str) -> Step:
    """The only place where a state changes, so that every change is a transition."""
    record = replace(
        alert.record,
        state=to,
        severity=rule.severity,
        reason=reason,
        **_words(rule, row),
        fired_at=now if to is AlertState.FIRING else alert.record.fired_at,
        clear_since=None,
    )
    alert.record = record
    alert.seen_clear = None
    if to in (AlertState.INACTIVE, AlertState.RESOLVED):
        del row.alerts[rule.name]
    return Step(record, transition_of(record, now))


def in_words_of_now(rule: Rule, row: Row, record: AlertRecord) -> AlertRecord:
    """A firing alert with the labels, texts and values of now; any other as it stands."""
    if record.state is not AlertState.FIRING:
        return record
    return replace(record, severity=rule.severity, **_words(rule, row))


def retell(rule: Rule, row: Row) -> Step | None:
    """The firing alert in the words of now; None when there is none, or nothing new to say."""
    alert = row.alerts.get(rule.name)
    if alert is None or (record := in_words_of_now(rule, row, alert.record)) == alert.record:
        return None
    alert.record = record
    return Step(record)


def _words(rule: Rule, row: Row) -> dict[str, Any]:
    """What a record says of its row: labels, texts, and the values behind them."""
    return {
        "labels": dict(row.exported) | dict(rule.labels),
        "annotations": rendered(rule, row),
        "values": frozen_values(rule, row),
        "silenceable": rule.silenceable,
    }


def transition_of(record: AlertRecord, now: float) -> Transition:
    """The change that led to `record`, as it is told to others."""
    return Transition(
        at=now,
        alertname=record.alertname,
        subject=record.subject,
        state=record.state,
        severity=record.severity,
        episode=record.episode,
        active_since=record.active_since,
        reason=record.reason,
        labels=record.labels,
        annotations=record.annotations,
        values=record.values,
        acknowledged=record.acknowledged,
        silenceable=record.silenceable,
    )


def end(record: AlertRecord, reason: EndReason, now: float) -> Step:
    """The subject or the rule of a pending or firing alert is gone.

    A calm end is told and forgotten; an alarming one of a firing alert stays until it was seen.
    Of a pending alert nobody has heard: it ends in silence, unless the end itself is alarming.
    """
    silent = reason.calm and record.state is AlertState.PENDING
    state = AlertState.INACTIVE if silent else AlertState.ENDED
    severity = record.severity if reason.calm else Severity.CRITICAL
    ended = replace(
        record,
        state=state,
        reason=reason.value,
        severity=severity,
        silenceable=record.silenceable and reason.calm,
    )
    keep = not reason.calm and record.state is AlertState.FIRING
    stored = ended if keep else replace(ended, state=AlertState.INACTIVE)
    return Step(stored, transition_of(ended, now))


def frozen_values(rule: Rule, row: Row) -> dict[str, float | bool | None]:
    """Every measure that the rule reads or shows, as it is now; None when unknown."""
    values = {name: _held(row, name) for name in sorted(rule.reads)}
    return {
        name: None if isinstance(value, Unknown) else value
        for name, value in values.items()
        if isinstance(value, float | bool | Unknown)
    }


def _held(row: Row, name: str) -> object:
    """A measure of the row; None for what is none: a label, a text."""
    return value_of(row, name) if hasattr(row, name) or not name.isidentifier() else None


def rendered(rule: Rule, row: Row) -> dict[str, str]:
    """The annotations of the rule with what is known now."""
    texts = {"alertname": rule.name, "severity": rule.severity.value, **dict(row.exported)}
    if isinstance(row, AccountRow):
        texts |= {"unusable_reason": row.unusable_reason, "blind_reason": row.blind_reason}
    if isinstance(row, FeedRow):
        texts["feed_reason"] = row.reason
    if isinstance(row, HedgeRow):
        texts["break_reason"] = row.break_reason

    def look_up(name: str) -> object:
        return texts[name] if name in texts else value_of(row, name)

    return {name: template.render(look_up) for name, template in rule.annotations.items()}
