"""The alerts that have no row: not yet, not any more, or never."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from hedgewatch.core.alert_model import AlertRecord, AlertState
from hedgewatch.core.alerts.lifecycle import Step, acknowledge, end, lapse
from hedgewatch.core.alerts.memory import Key, key_of
from hedgewatch.core.alerts.own import (
    CALM_AFTER,
    CRASHES_TO_TELL,
    FORGOTTEN_WHEN_SEEN,
    KEPT_OVER_RESTARTS,
    Recovery,
    calm,
    crash_looping,
    state_lost,
    with_links,
)
from hedgewatch.core.alerts.telling import transition_of
from hedgewatch.core.book.book import Book
from hedgewatch.core.events import AlertAcknowledged
from hedgewatch.core.margin.regimes import UNKNOWN
from hedgewatch.core.model import EndReason, Pages, Scope
from hedgewatch.core.rules import CRASH_LOOPING, OWN_ALERTS

_READINGS_TO_GIVE_UP = 2


class RowlessAlerts:
    """Those that wait for their row after a restart, those that ended in a way that somebody must
    see, and those of the daemon itself, which lead to `pages`.
    """

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self._waiting: dict[Key, AlertRecord] = {}
        self._held: dict[Key, AlertRecord] = {}
        self._started_at = 0.0

    def records(self) -> Iterator[AlertRecord]:
        """All of them as they stand."""
        yield from self._waiting.values()
        yield from self._held.values()

    def held(self, key: Key) -> AlertRecord | None:
        """How this alert ended, if nobody has seen that yet."""
        return self._held.get(key)

    def waits(self, key: Key) -> bool:
        """Whether the alert has no row yet."""
        return key in self._waiting

    def adopted(self, key: Key, *, bare: bool = False) -> AlertRecord | None:
        """The alert that waited for its row, which is there now, `bare` of its positions."""
        record = self._waiting.get(key)
        if record is None or (bare and _expects_positions(record)):
            return None
        return self._waiting.pop(key)

    def restore(self, record: AlertRecord) -> None:
        """Take up one of the last run: what ended alarmingly is held, others wait for their row."""
        holder = self._held if record.state is AlertState.ENDED else self._waiting
        holder[key_of(record)] = record

    def tell(self, record: AlertRecord, now: float) -> Step:
        """An alert of the daemon itself fires."""
        record = with_links(record, self.pages)
        self._held[key_of(record)] = record
        return Step(record, transition_of(record, now))

    def hold(self, record: AlertRecord) -> None:
        """Keep what ended alarmingly until somebody saw it, or until it fires anew."""
        if record.state is AlertState.ENDED:
            self._held[key_of(record)] = record
        elif record.state is AlertState.FIRING and record.alertname not in OWN_ALERTS:
            self._held.pop(key_of(record), None)

    def restore_own(self, record: AlertRecord) -> bool:
        """Take up an alert of the daemon itself that outlasts a restart; whether it is one."""
        if record.alertname not in KEPT_OVER_RESTARTS:
            return False
        self._held[key_of(record)] = record
        return True

    def recover(self, recovery: Recovery, new_episode: Callable[[], str], now: float) -> list[Step]:
        """Say what is amiss with the daemon itself, unless that stands already."""
        self._started_at = now
        steps = []
        if recovery.lost:
            steps.append(self.tell(state_lost(recovery.lost, new_episode(), now), now))
        known = any(record.alertname == CRASH_LOOPING for record in self.records())
        if recovery.crashes >= CRASHES_TO_TELL and not known:
            steps.append(self.tell(crash_looping(recovery.crashes, new_episode(), now), now))
        return steps

    def give_up_waiting(self, book: Book, now: float) -> list[Step]:
        """A restored alert whose position is in no reading: it went while we were down."""
        gone = [
            record
            for record in self._waiting.values()
            if record.subject.scope in (Scope.POSITION, Scope.POOL)
            and (account := book.accounts.get(record.subject.label("account"))) is not None
            and account.readings >= _READINGS_TO_GIVE_UP
            and (record.subject.scope is Scope.POSITION or account.cross_regime is not UNKNOWN)
        ]
        for record in gone:
            del self._waiting[key_of(record)]
        return [end(record, EndReason.UNKNOWN, now) for record in gone]

    def forget_unwatched(self, watched: Callable[[AlertRecord], bool], now: float) -> list[Step]:
        """End what no rule watches any more: so every broken rule's alert, of which one that is
        still broken says so again.
        """
        gone = [
            record
            for record in self.records()
            if record.alertname not in KEPT_OVER_RESTARTS and not watched(record)
        ]
        for record in gone:
            self._forget(key_of(record))
        return [end(record, EndReason.REMOVED_BY_RELOAD, now) for record in gone]

    def acknowledge(self, said: AlertAcknowledged, now: float) -> Step | None:
        """Somebody has seen one of them; what told of a moment is over then."""
        key = said.alertname, said.subject
        record = self._waiting.get(key) or self._held.get(key)
        if record is None:
            return None
        moment = said.alertname in FORGOTTEN_WHEN_SEEN
        return self._keep(acknowledge(record, said, now, forget=moment))

    def time_passed(self, now: float) -> list[Step]:
        """Acknowledgements whose time is up lapse, and a loop of crashes is over after a while."""
        steps = []
        for record in tuple(self.records()):
            made = self._keep(lapse(record, now))
            if made is not None:
                steps.append(made)
            elif record.alertname == CRASH_LOOPING and now - self._started_at >= CALM_AFTER:
                self._forget(key_of(record))
                told = transition_of(calm(record), now)
                steps.append(Step(replace(record, state=AlertState.INACTIVE), told))
        return steps

    def _keep(self, made: Step | None) -> Step | None:
        """What became of one of them."""
        if made is not None:
            key = key_of(made.record)
            if made.record.state is AlertState.INACTIVE:
                self._forget(key)
            else:
                holder = self._waiting if key in self._waiting else self._held
                holder[key] = made.record
        return made

    def _forget(self, key: Key) -> None:
        self._waiting.pop(key, None)
        self._held.pop(key, None)


def _expects_positions(record: AlertRecord) -> bool:
    """Whether it told of positions that nobody has seen in safety since."""
    return record.holding and record.clear_since is None
