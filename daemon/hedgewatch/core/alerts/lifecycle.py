"""The lifecycle of an alert: everything that affects its state is in this file.

| state    | expr true                     | expr false          | unknown              |
|----------|-------------------------------|---------------------|----------------------|
| inactive | pending (firing when `for` is | –                   | stay                 |
|          | 0, or counts as over)         |                     |                      |
| pending  | firing when held for `for`    | inactive            | timer pauses ≤ 5 min |
| firing   | hold; told again when worse   | resolved, see below | hold                 |
| ended    | pending or firing, anew       | held                | held                 |

| event                         | pending                | firing            | ended, alarmingly |
|-------------------------------|------------------------|-------------------|-------------------|
| acknowledged                  | –                      | acknowledged      | inactive          |
| withdrawn, or its time is up  | –                      | acknowledgement   | –                 |
|                               |                        | lapses            |                   |
| worse, or graver by a reload  | –                      | told again, its   | –                 |
|                               |                        | acknowledgement   |                   |
|                               |                        | lapses            |                   |
| its subject or rule goes      | inactive               | ended(reason)     | –                 |
| its subject goes, alarmingly  | ended(reason), told,   | ended(reason),    | –                 |
|                               | not held; in silence   | critical, held    |                   |
|                               | where another one      |                   |                   |
|                               | of it fires            |                   |                   |

`unknown: fire` reads unknown as true. Resolved: when `clear` holds on two distinct observations
of every input, each newer than the last true one, `keep_firing_for`, counted from the first of
them, has passed, and it is settled (`settling`). Firing never goes back to pending. `for`
counts as over for what is true at the first look after the stored state was lost. Each firing is
an episode of its own. An alarming end is held until it is acknowledged or the alert fires anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from hedgewatch.core.alert_model import (
    Acknowledgement,
    AlertRecord,
    AlertState,
    Change,
    Severity,
    Told,
    Transition,
)
from hedgewatch.core.alerts.settling import firing_again, flapping, note_clear, settled
from hedgewatch.core.alerts.telling import in_words_of_now, news
from hedgewatch.core.alerts.texts import words
from hedgewatch.core.alerts.worsening import badness, is_worse
from hedgewatch.core.book.rows import Row
from hedgewatch.core.events import AlertAcknowledged
from hedgewatch.core.judgement import Alert, Observation
from hedgewatch.core.model import EndReason, Truth
from hedgewatch.core.rules import Rule
from hedgewatch.core.wording import spoken

LONGEST_PAUSE = 300.0
"""Seconds that a pending alert may not know before it is dropped; blindness speaks for itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one evaluation did to one alert: its record now, and the transition, if it made one."""

    record: AlertRecord
    transition: Transition | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """An alert that begins; `held`: what is true now counts as having held for long."""

    record: AlertRecord
    held: bool = False


Begin = Callable[[Rule, Row], Begun]


def step(rule: Rule, row: Row, truth: Truth, now: float, begin: Begin) -> Step | None:
    """Move the alert of `rule` on `row` one step along the table; None when nothing changed."""
    known = truth is not None
    if truth is None and rule.unknown == "fire":
        truth = True
    alert = row.alerts.get(rule.name)
    if alert is None:
        return _start(rule, row, now, begin(rule, row), known=known) if truth else None
    if alert.record.state is AlertState.PENDING:
        return _pending(rule, row, alert, truth, now)
    return _firing(rule, row, alert, truth, now)


def _start(rule: Rule, row: Row, now: float, begun: Begun, *, known: bool) -> Step:
    alert = Alert(begun.record)
    alert.seen_true = row.observation()
    held = begun.held and known
    to = AlertState.PENDING if rule.hold_for and not held else AlertState.FIRING
    reason = "condition holds"
    if rule.hold_for and held:
        reason = "true at the first look after the stored state was lost: counts as held"
    started = _move(rule, row, alert, to, now, reason)
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
    clear = _clear(rule, row, truth)
    if clear is not None:
        note_clear(rule, row, alert, clear=clear)
    if clear:
        moved = _clearing(rule, row, alert, now)
    else:
        stopped = _stop_clearing(alert)
        moved = _worse(rule, row, alert, now) or stopped
    if (moved is None or moved.transition is None) and _is_time_up(alert.record, now):
        return _kept(alert, lapse(in_words_of_now(rule, row, alert.record), now))
    return moved


def _clear(rule: Rule, row: Row, truth: Truth) -> Truth:
    """Whether its end may be near; None when that is not known."""
    if truth is None or truth or rule.clear is None:
        return None if truth is None else not truth
    return rule.clear.evaluate(row)


def _clearing(rule: Rule, row: Row, alert: Alert, now: float) -> Step | None:
    seen = row.observation()
    if alert.seen_clear is None:
        if not _newer(seen, alert.seen_true):
            return None
        alert.seen_clear = seen
        return _kept(alert, Step(replace(alert.record, clear_since=now)))
    if not _newer(seen, alert.seen_clear) or not settled(rule, alert, now):
        return None
    return _move(rule, row, alert, AlertState.RESOLVED, now, "clear on fresh observations")


def _stop_clearing(alert: Alert) -> Step | None:
    if alert.seen_clear is None:
        return None
    alert.seen_clear = None
    return _kept(alert, Step(replace(alert.record, clear_since=None)))


def _newer(seen: Observation, than: Observation) -> bool:
    """Whether every input was observed again, or, if it is another than before, at all."""
    return all(times > than.get(source, 0) for source, times in seen.items())


def _worse(rule: Rule, row: Row, alert: Alert, now: float) -> Step | None:
    """Tell it again when it got so much worse; what was not known when it was told is noted."""
    told = alert.record.told
    if rule.realert is None or told is None:
        return None
    bad = badness(rule, row)
    if is_worse(rule, told, bad, now):
        reason = f"worse than when it was last told, {spoken(now - told.at)} ago"
        return _tell_again(rule, row, alert, now, reason)
    if told.badness is None and bad is not None:
        return _kept(alert, Step(replace(alert.record, told=replace(told, badness=bad))))
    return None


def forget_badness(alert: Alert) -> None:
    """What was told was measured by another `realert`: measure anew, and tell nobody."""
    if alert.record.told is not None:
        alert.record = replace(alert.record, told=replace(alert.record.told, badness=None))


def _tell_again(rule: Rule, row: Row, alert: Alert, now: float, reason: str) -> Step:
    before = alert.record
    told = Told(at=now, severity=rule.severity, badness=badness(rule, row))
    record = replace(before, **words(rule, row), told=told, acknowledged=None)
    if before.acknowledged is not None:
        reason += f"; the acknowledgement of {before.acknowledged.by} lapsed"
    alert.record = record
    return Step(record, news(before, record, now, Change.WORSE, reason))


def _move(rule: Rule, row: Row, alert: Alert, to: AlertState, now: float, reason: str) -> Step:
    """The only place where a state changes, so that every change is a transition."""
    before = alert.record
    record = replace(before, state=to, reason=reason, **words(rule, row), clear_since=None)
    if to is AlertState.FIRING:
        past = firing_again(rule, before.past, now)
        told = Told(at=now, severity=rule.severity, badness=badness(rule, row))
        reason = flapping(past, now) or reason
        record = replace(record, fired_at=now, told=told, past=past, reason=reason)
    elif to is AlertState.RESOLVED:
        record = replace(record, past=replace(before.past, over_at=now))
    alert.record = record
    alert.seen_clear = None
    if to in (AlertState.INACTIVE, AlertState.RESOLVED):
        del row.alerts[rule.name]
    return Step(record, news(before, record, now))


def _kept(alert: Alert, made: Step | None) -> Step | None:
    if made is not None:
        alert.record = made.record
    return made


def retell(rule: Rule, row: Row, now: float) -> Step | None:
    """The firing alert in the words of now; None when there is none, or nothing new to say. It is
    told to nobody, unless its rule calls it graver than before.
    """
    alert = row.alerts.get(rule.name)
    if alert is None or (record := in_words_of_now(rule, row, alert.record)) == alert.record:
        return None
    if record.severity.rank > alert.record.severity.rank:
        reason = f"{record.severity} now, it was {alert.record.severity}"
        return _tell_again(rule, row, alert, now, reason)
    return _kept(alert, Step(record))


def acknowledge(
    record: AlertRecord, said: AlertAcknowledged, now: float, *, forget: bool = False
) -> Step | None:
    """Somebody has seen it, or takes that back. What is over, or is to be forgotten then (`forget`:
    it tells of a moment), is; None when there is nothing to acknowledge or to withdraw.
    """
    if said.withdrawn:
        return _lapsed(record, now, f"withdrawn by {said.by}") if record.acknowledged else None
    if record.state not in (AlertState.FIRING, AlertState.ENDED):
        return None
    if said.until is not None and said.until <= now:
        return None
    seen = Acknowledgement(by=said.by, at=now, until=said.until, comment=said.comment)
    over = forget or record.state is AlertState.ENDED
    state = AlertState.INACTIVE if over else record.state
    noted = replace(record, acknowledged=seen, state=state)
    reason = f"acknowledged by {seen.by}" + (f": {seen.comment}" if seen.comment else "")
    return Step(noted, news(record, noted, now, Change.ACKNOWLEDGED, reason))


def lapse(record: AlertRecord, now: float) -> Step | None:
    """An acknowledgement whose time is up lapses."""
    return _lapsed(record, now, "its time is up") if _is_time_up(record, now) else None


def _is_time_up(record: AlertRecord, now: float) -> bool:
    seen = record.acknowledged
    return seen is not None and seen.until is not None and now >= seen.until


def _lapsed(record: AlertRecord, now: float, why: str) -> Step:
    by = "" if record.acknowledged is None else record.acknowledged.by
    noted = replace(record, acknowledged=None)
    reason = f"the acknowledgement of {by} ended: {why}"
    return Step(noted, news(record, noted, now, Change.LAPSED, reason))


def end(record: AlertRecord, reason: EndReason, now: float, *, known: bool = False) -> Step:
    """The subject or the rule of a pending or firing alert is gone.

    A calm end is told and forgotten; an alarming one of a firing alert stays until it was seen, and
    is critical, whoever acknowledged what led to it. Of a pending alert nobody has heard: it ends
    in silence, unless the end itself is alarming and not `known` by another alert.
    """
    silent = record.state is AlertState.PENDING and (reason.calm or known)
    state = AlertState.INACTIVE if silent else AlertState.ENDED
    ended = replace(record, state=state, reason=reason.value)
    if not (silent or reason.calm):
        told = Told(at=now, severity=Severity.CRITICAL)
        ended = replace(
            ended, severity=told.severity, told=told, silenceable=False, acknowledged=None
        )
    keep = not reason.calm and record.state is AlertState.FIRING
    stored = ended if keep else replace(ended, state=AlertState.INACTIVE)
    return Step(stored, news(record, ended, now))


def end_all(records: Iterable[AlertRecord], reason: EndReason, now: float) -> list[Step]:
    """End the alerts of one subject: where one of them fires, that one tells of it."""
    ended = tuple(records)
    known = any(record.state is AlertState.FIRING for record in ended)
    return [end(record, reason, now, known=known) for record in ended]
