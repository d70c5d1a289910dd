"""What is known of alerts that do not stand: how often they fired, and what must count as held."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from hedgewatch.core.alert_model import AlertRecord, AlertState, Past
from hedgewatch.core.alerts.lifecycle import Begun, Step
from hedgewatch.core.alerts.settling import is_forgotten
from hedgewatch.core.book.rows import Row
from hedgewatch.core.model import Subject, Truth
from hedgewatch.core.rules import Rule

Key = tuple[str, Subject]

_FIRST_LOOKS = 60.0
"""Seconds after a start without stored state in which what is true at the first look counts as
having held for its `for`: perhaps it had.
"""
_OVER = frozenset({AlertState.INACTIVE, AlertState.RESOLVED})


def key_of(record: AlertRecord) -> Key:
    """What an alert is known by."""
    return record.alertname, record.subject


class Memory:
    """Begins alerts with their past, and keeps the past of those that are over.

    `first_looks` are the alerts that were not true at the first look, None when that is of no
    account: no state was lost, or long ago.
    """

    def __init__(self, new_episode: Callable[[], str]) -> None:
        self.new_episode = new_episode
        self.first_looks: set[Key] | None = None
        self._lost_at = 0.0
        self._past: dict[Key, AlertRecord] = {}

    def state_was_lost(self, now: float) -> None:
        """What is true now counts as having held."""
        self.first_looks, self._lost_at = set(), now

    def look(self, rules: Sequence[Rule], row: Row, truths: Iterable[Truth]) -> None:
        """Note what is not true, while first looks count."""
        if self.first_looks is not None:
            seen = zip(rules, truths, strict=True)
            self.first_looks |= {(rule.name, row.subject) for rule, truth in seen if truth is False}

    def begin(self, rule: Rule, row: Row, held: AlertRecord | None, now: float) -> Begun:
        """An alert that begins on a row; `held` is how it ended before, if that still stands."""
        key = rule.name, row.subject
        remembered = self._past.get(key)
        record = AlertRecord(
            alertname=rule.name,
            subject=row.subject,
            state=AlertState.INACTIVE,
            severity=rule.severity,
            episode=self.new_episode(),
            active_since=now,
            told=None if held is None else held.told,
            past=Past() if remembered is None else remembered.past,
        )
        return Begun(record, self.first_looks is not None and key not in self.first_looks)

    def keep(self, made: Step) -> Step:
        """The step, whose record stays in the store while its past is of account."""
        record = made.record
        if record.state not in _OVER or record.past.over_at is None:
            return made
        kept = replace(record, state=AlertState.RESOLVED)
        self._past[key_of(record)] = kept
        return Step(kept, made.transition)

    def restore(self, record: AlertRecord, *, watched: bool) -> list[Step]:
        """Take up a resolved alert of the last run, or forget it where no rule watches it."""
        if not watched:
            return [Step(replace(record, state=AlertState.INACTIVE))]
        self._past[key_of(record)] = record
        return []

    def time_passed(self, now: float) -> list[Step]:
        """Forget what was quiet for long."""
        if self.first_looks is not None and now - self._lost_at > _FIRST_LOOKS:
            self.first_looks = None
        gone = [record for record in self._past.values() if is_forgotten(record.past, now)]
        for record in gone:
            del self._past[key_of(record)]
        return [Step(replace(record, state=AlertState.INACTIVE)) for record in gone]

    def records(self) -> Iterator[AlertRecord]:
        """What is remembered of resolved alerts."""
        yield from self._past.values()


def clamped(record: AlertRecord, now: float) -> AlertRecord:
    """A stored time of the future would hold back what it counts for."""
    return replace(
        record,
        active_since=min(record.active_since, now),
        fired_at=None if record.fired_at is None else min(record.fired_at, now),
        clear_since=None if record.clear_since is None else min(record.clear_since, now),
        told=None if record.told is None else replace(record.told, at=min(record.told.at, now)),
        past=_clamped_past(record.past, now),
    )


def _clamped_past(past: Past, now: float) -> Past:
    over_at = None if past.over_at is None else min(past.over_at, now)
    return replace(past, fired=tuple(min(at, now) for at in past.fired), over_at=over_at)
