"""From a record to what is told of it."""

from dataclasses import replace

from hedgewatch.core.alert_model import AlertRecord, AlertState, Change, Transition
from hedgewatch.core.alerts.texts import words
from hedgewatch.core.book.rows import Row
from hedgewatch.core.rules import Rule


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
        calm_since=record.clear_since if record.state is AlertState.FIRING else None,
    )


def news(
    before: AlertRecord,
    record: AlertRecord,
    now: float,
    change: Change = Change.STATE,
    reason: str = "",
) -> Transition:
    """What is told of the change from `before` to `record`, for this reason or the record's own.

    It names the severity under which the alert was told before, so that whoever knows alerts by
    their labels can close that one.
    """
    known_as = None if before.told is None else before.told.severity
    return replace(
        transition_of(record, now),
        change=change,
        reason=reason or record.reason,
        severity_before=None if known_as is record.severity else known_as,
    )


def in_words_of_now(rule: Rule, row: Row, record: AlertRecord) -> AlertRecord:
    """A firing alert with the labels, texts and values of now; any other as it stands."""
    if record.state is not AlertState.FIRING:
        return record
    return replace(record, **words(rule, row))
