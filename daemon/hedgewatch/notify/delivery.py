"""Delivery: from an outcome of the engine to every receiver that must hear of it.

Sending starts when the alert is on the disk or 10 ms later, whichever is first: the disk makes an
alert survive a crash, it never holds one up.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from hedgewatch.core.alert_model import AlertRecord, AlertState, Change, Outcome, Transition
from hedgewatch.core.rules import Rule
from hedgewatch.notify.audience import Audience, TellAgain
from hedgewatch.notify.journal import Journal, Mark
from hedgewatch.notify.live import alert_of, cast_of, tellings_of
from hedgewatch.notify.muting import NO_CALENDAR, Calendar, Muting
from hedgewatch.notify.outgoing import (
    EXPIRES_AFTER,
    Delivery,
    Outbox,
    Waiting,
    decode_notification,
    delivery_key,
)
from hedgewatch.notify.receiver import Connected, Display, Mirror, Receiver
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.notify.rule_routes import told_to
from hedgewatch.notify.silences import Silences
from hedgewatch.notify.worker import DeliveryPatience, Result, Worker

_DISK_PATIENCE = 0.010
_REMEMBERED = 6 * 86400.0  # less than the store keeps what was sent
_TOLD = frozenset({AlertState.FIRING, AlertState.RESOLVED, AlertState.ENDED})
_STAND = frozenset({AlertState.FIRING, AlertState.ENDED})

Spawn = Callable[[str, Coroutine[Any, Any, None]], object]
OnResult = Callable[[str, Result], None]
OnTaken = Callable[[str, float], None]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMeans:
    """What delivery is given by whoever composes the daemon.

    `told_again` puts an alert into the words of now, before it is repeated, and knows whether it
    stands; `on_taken` is told how many seconds it took until a receiver was told; `silences` come
    and go by commands; `calendar` is replaced at a reload.
    """

    outbox: Outbox
    clock: Callable[[], float]
    patience: DeliveryPatience
    on_result: OnResult
    on_taken: OnTaken = lambda _receiver, _seconds: None
    told_again: TellAgain = lambda transition: transition
    silences: Silences = field(default_factory=Silences)
    calendar: Calendar = NO_CALENDAR


class Dispatcher:
    """Owns the way of each notification from `submit` until its receiver has taken it.

    Who hears of what is decided by the `Audience`.
    """

    def __init__(
        self,
        receivers: Sequence[Receiver],
        routes: Sequence[RouteSettings],
        means: DeliveryMeans,
    ) -> None:
        self._clock = means.clock
        self._patience = means.patience
        self._on_result, self._on_taken = means.on_result, means.on_taken
        self._journal = Journal(means.outbox, self._release)
        self._held: dict[str, asyncio.TimerHandle] = {}
        self._muting = Muting(means.silences, means.calendar)
        self._audience = Audience(
            cast_of(receivers),
            routes,
            self._muting,
            tell_again=means.told_again,
            busy=lambda receiver, alert: self._workers[receiver].queue.holds(alert),
        )
        self._workers = {
            receiver.name: Worker(
                receiver=receiver,
                journal=self._journal,
                patience=means.patience,
                clock=means.clock,
                on_result=self._settled,
                takes_digests=not isinstance(receiver, Mirror),
            )
            for receiver in receivers
        }

    @property
    def store_error(self) -> str:
        """Why the disk does not take what it should, empty when it does."""
        return self._journal.error

    @property
    def waiting(self) -> int:
        """How many deliveries their receivers have not taken yet."""
        return sum(len(worker.queue) for worker in self._workers.values())

    def stuck(self, now: float) -> Iterator[tuple[str, float, bool]]:
        """Each receiver that has not taken what it should have, for how many seconds, and whether
        another one has taken something since. A console is a log that perhaps nobody reads.
        """
        for name, worker in self._workers.items():
            since = worker.queue.overdue_since(now) or worker.failing_since
            if since is not None:
                others = (other for other in self._workers.values() if other is not worker)
                heard = (o.taken_at for o in others if not isinstance(o.receiver, Display))
                yield name, now - since, any(taken_at > since for taken_at in heard)

    def why_stuck(self, receiver: str) -> str:
        """Why its last attempt failed; empty where none did since it last took something."""
        return self._workers[receiver].failing_for

    def reroute(self, routes: Sequence[RouteSettings], calendar: Calendar = NO_CALENDAR) -> None:
        """Send what comes from now on by other routes, and keep it quiet at other hours."""
        self._audience.reroute(routes, calendar)
        self._say_if_nobody_is_told()

    def _say_if_nobody_is_told(self) -> None:
        if self._workers and not self._audience.routes:
            _log.warning("nobody_is_told_of_alerts", why="there is no route: `routes` is empty")

    def told_to(self, rule: Rule) -> list[str]:
        """Who hears of its alerts, in words, by the routes that hold now."""
        return told_to(rule, self._audience.routes)

    def start(self, spawn: Spawn) -> None:
        """Start everything that runs: the journal, what time calls for, the receivers."""
        self._say_if_nobody_is_told()
        spawn("notify:journal", self._journal.run())
        spawn("notify:reminders", self._remind())
        for name, worker in self._workers.items():
            spawn(f"notify:{name}", worker.run())
            if isinstance(worker.receiver, Connected):
                spawn(f"notify:{name}:connection", worker.receiver.run())

    def restore(
        self,
        records: Iterable[AlertRecord],
        waiting: Iterable[Waiting],
        now: float,
        known: Collection[str] | None = None,
    ) -> None:
        """Go on where the last process stopped; call it before `start`.

        `known` are the keys of all that the outbox remembers; None: whoever a route names has heard
        of what fires.
        """
        restored = [one for one in (self._restored(row, now) for row in waiting) if one is not None]
        for _ in self._muting.half_over(now):
            pass  # of what was half over before, somebody was reminded then
        for record in records:
            self._restore_alert(record, restored, known, now)

    def submit(self, outcome: Outcome, now: float) -> None:
        """Take what the engine decided. Never blocks."""
        told = [one for one in outcome.transitions if _is_told(one)]
        stand = {(one.alertname, one.subject) for one in outcome.records if one.state in _STAND}
        deliveries = [
            each
            for one in told
            for each in self._audience.tell(one, now, stands=(one.alertname, one.subject) in stand)
        ]
        self._send(deliveries, outcome.records, urgent=bool(told))

    def announce(self, told: Iterable[Delivery]) -> None:
        """Send what is no alert, a report: no route, silence or digest is asked. Never blocks."""
        self._send([each for each in told if each.receiver in self._workers], (), urgent=True)

    async def drain(self, deadline: float) -> None:
        """Finish what is in flight within `deadline` seconds; the rest stays in the outbox.

        What the disk did not take is in no outbox, so that is tried while there is time.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline):
                await self._journal.flush()
                await self._send_unsaved()
                await self._stop_workers()
                await self._journal.flush()
        for handle in self._held.values():
            handle.cancel()

    async def _send_unsaved(self) -> None:
        if self._journal.unsaved:
            self._release(tuple(self._journal.unsaved))
            for worker in self._workers.values():
                await worker.idle.wait()

    async def _stop_workers(self) -> None:
        for worker in self._workers.values():
            worker.stop()
        for worker in self._workers.values():
            await worker.stopped.wait()

    def _send(
        self, deliveries: Sequence[Delivery], records: Iterable[AlertRecord], *, urgent: bool
    ) -> None:
        """To the disk, which has 10 ms, and to the receivers; not what waits for a digest."""
        self._journal.note(records, deliveries, urgent=urgent)
        loop = asyncio.get_running_loop()
        for delivery in deliveries:
            if not delivery.notification.collected:
                handle = loop.call_later(_DISK_PATIENCE, self._release, (delivery,))
                self._held[delivery.key] = handle

    def _release(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            if (handle := self._held.pop(delivery.key, None)) is not None:
                handle.cancel()
                self._workers[delivery.receiver].put(delivery)

    def _settled(self, delivery: Delivery, result: Result) -> None:
        self._on_result(delivery.receiver, result)
        if result in {"sent", "fallback"}:
            self._on_taken(delivery.receiver, max(0.0, self._clock() - delivery.created_at))
        if result != "retried":
            self._audience.settled(delivery, "refused" if result == "dead" else "taken")

    async def _remind(self) -> None:
        while True:
            await asyncio.sleep(self._patience.tick)
            now = self._clock()
            if deliveries := self._audience.tick(now):
                self._send(deliveries, (), urgent=True)
            for bundle, digest in self._audience.digests(now):
                self._send((digest,), (), urgent=True)
                for collected in bundle.deliveries:
                    self._journal.settle(collected, Mark("sent"))

    def _restore_alert(
        self,
        record: AlertRecord,
        restored: Sequence[Delivery],
        known: Collection[str] | None,
        now: float,
    ) -> None:
        tellings = tellings_of(record, now)
        if not tellings:
            return
        transition, heard = tellings[-1], None
        if known is not None and now - tellings[0].at < _REMEMBERED:
            heard = [
                name
                for name in self._workers
                if any(delivery_key(told, name) in known for told in tellings)
            ]
        alert = alert_of(transition)
        waiting = {one.key: one.receiver for one in restored if one.notification.alert == alert}
        for shown in self._audience.restore(transition, heard, waiting, now):
            receiver = self._workers[shown.receiver].receiver
            if isinstance(receiver, Mirror):
                receiver.remember(shown.notification)

    def _restored(self, row: Waiting, now: float) -> Delivery | None:
        """Stored times are clamped: they come from a clock that may have been set since."""
        if row.receiver not in self._workers:
            self._bury(row, "no receiver of this name is configured any more")
            return None
        try:
            notification = decode_notification(row.payload)
        except (KeyError, TypeError, ValueError):
            self._bury(row, "what the outbox holds cannot be read")
            return None
        delivery = Delivery(
            receiver=row.receiver,
            notification=notification,
            created_at=min(row.created_at, now),
            expires_at=min(row.expires_at, now + EXPIRES_AFTER),
            next_at=min(row.next_at, now + self._patience.longest_wait),
            attempts=row.attempts,
        )
        if notification.collected:
            self._audience.collect(delivery, now)
            return None
        self._workers[row.receiver].put(delivery)
        return delivery

    def _bury(self, row: Waiting, reason: str) -> None:
        _log.error("notification_dead", receiver=row.receiver, reason=reason, key=row.key)
        self._journal.mark(row.key, Mark("dead", reason=reason))
        self._on_result(row.receiver, "dead")


def _is_told(transition: Transition) -> bool:
    return transition.state in _TOLD or transition.change is Change.ACKNOWLEDGED
