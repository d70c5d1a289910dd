"""Delivery: from an outcome of the engine to every receiver that must hear of it.

Sending starts when the alert is on the disk or 10 ms later, whichever is first: the disk makes an
alert survive a crash, it never holds one up.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from hedgewatch.core.model import AlertRecord, AlertState, Outcome, Transition
from hedgewatch.core.telling import transition_of
from hedgewatch.notify.console import Console
from hedgewatch.notify.journal import Journal, Mark
from hedgewatch.notify.outgoing import (
    EXPIRES_AFTER,
    Delivery,
    Notification,
    Outbox,
    Waiting,
    alert_key,
    decode_notification,
    delivery_key,
)
from hedgewatch.notify.receiver import Connected, Mirror, Receiver
from hedgewatch.notify.reminders import Reminders
from hedgewatch.notify.routing import RouteSettings, route_for
from hedgewatch.notify.worker import OnResult, Patience, Worker

_DISK_PATIENCE = 0.010
_REMINDER_PERIOD = 1.0
_TOLD = frozenset({AlertState.FIRING, AlertState.RESOLVED, AlertState.ENDED})

Spawn = Callable[[str, Coroutine[Any, Any, None]], object]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What delivery is given by whoever composes the daemon.

    `told_again` puts a firing alert into the words of now, before it is repeated.
    """

    outbox: Outbox
    clock: Callable[[], float]
    patience: Patience
    on_result: OnResult
    told_again: Callable[[Transition], Transition] = lambda transition: transition


class Dispatcher:
    """Owns the way of each notification from `submit` until its receiver has taken it.

    Without routes every receiver hears of every alert: silence must be asked for. Whoever heard
    that an alert fires hears that it is over, wherever the routes lead by then.
    """

    def __init__(
        self,
        receivers: Sequence[Receiver],
        routes: Sequence[RouteSettings],
        surroundings: Surroundings,
    ) -> None:
        self._receivers = tuple(receivers)
        self._routes = _or_everywhere(routes, self._receivers)
        self._clock = surroundings.clock
        self._patience = surroundings.patience
        self._on_result = surroundings.on_result
        self._told_again = surroundings.told_again
        self._journal = Journal(surroundings.outbox, self._release)
        self._reminders = Reminders()
        self._held: dict[str, asyncio.TimerHandle] = {}
        self._told: dict[str, list[str]] = {}
        self._workers = {
            receiver.name: Worker(
                receiver=receiver,
                journal=self._journal,
                patience=surroundings.patience,
                clock=surroundings.clock,
                on_result=surroundings.on_result,
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
            since = worker.queue.overdue_since(now)
            if since is not None:
                others = (other for other in self._workers.values() if other is not worker)
                heard = (o.taken_at for o in others if not isinstance(o.receiver, Console))
                yield name, now - since, any(taken_at > since for taken_at in heard)

    def reroute(self, routes: Sequence[RouteSettings]) -> None:
        """Send what comes from now on by other routes."""
        self._routes = _or_everywhere(routes, self._receivers)

    def start(self, spawn: Spawn) -> None:
        """Start everything that runs: the journal, the reminders, the receivers."""
        spawn("notify:journal", self._journal.run())
        spawn("notify:reminders", self._remind())
        for name, worker in self._workers.items():
            spawn(f"notify:{name}", worker.run())
            if isinstance(worker.receiver, Connected):
                spawn(f"notify:{name}:connection", worker.receiver.run())

    def restore(
        self, records: Iterable[AlertRecord], waiting: Iterable[Waiting], now: float
    ) -> None:
        """Go on where the last process stopped; call it before `start`."""
        for record in records:
            if record.state is AlertState.FIRING:
                self._restore_alert(record, now)
        for row in waiting:
            self._restore_delivery(row, now)

    def submit(self, outcome: Outcome, now: float) -> None:
        """Take what the engine decided. Never blocks."""
        told = [transition for transition in outcome.transitions if transition.state in _TOLD]
        deliveries = [
            delivery for transition in told for delivery in self._deliveries(transition, now)
        ]
        self._journal.note(outcome.records, deliveries, urgent=bool(told))
        self._hold(deliveries)

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

    def _deliveries(self, transition: Transition, now: float) -> list[Delivery]:
        route = route_for(transition, self._routes)
        if route is None:
            _log.warning("alert_without_route", alertname=transition.alertname)
        self._reminders.note(transition, route.repeat if route else None, now)
        return [Delivery.of(transition, name, now) for name in self._hearers(transition, route)]

    def _hearers(self, transition: Transition, route: RouteSettings | None) -> list[str]:
        """Those of the route, and those who still believe that the alert fires."""
        alert = alert_key(transition.alertname, transition.subject)
        names = list(dict.fromkeys([*self._known(route), *self._told.pop(alert, ())]))
        if transition.state is AlertState.FIRING:
            self._told[alert] = names
        return names

    def _known(self, route: RouteSettings | None) -> list[str]:
        return [name for name in dict.fromkeys(route.to if route else ()) if name in self._workers]

    def _hold(self, deliveries: Iterable[Delivery]) -> None:
        """Give the disk its 10 ms."""
        loop = asyncio.get_running_loop()
        for delivery in deliveries:
            handle = loop.call_later(_DISK_PATIENCE, self._release, (delivery,))
            self._held[delivery.key] = handle

    def _release(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            if (handle := self._held.pop(delivery.key, None)) is not None:
                handle.cancel()
                self._workers[delivery.receiver].put(delivery)

    async def _remind(self) -> None:
        while True:
            await asyncio.sleep(_REMINDER_PERIOD)
            for transition in map(self._told_again, self._reminders.due(self._clock())):
                deliveries = self._reminder_deliveries(transition)
                self._journal.note((), deliveries, urgent=bool(deliveries))
                self._hold(deliveries)

    def _reminder_deliveries(self, transition: Transition) -> list[Delivery]:
        """None to a receiver that has not even got the last message about it."""
        route = route_for(transition, self._routes)
        deliveries = [
            Delivery.of(transition, name, transition.at, reminder=True)
            for name in self._known(route)
        ]
        return [
            delivery
            for delivery in deliveries
            if not self._workers[delivery.receiver].queue.holds(delivery.notification.alert)
        ]

    def _restore_alert(self, record: AlertRecord, now: float) -> None:
        fired_at = min(now, record.fired_at if record.fired_at is not None else now)
        transition = transition_of(record, fired_at)
        route = route_for(transition, self._routes)
        self._reminders.note(transition, route.repeat if route else None, now)
        for name in self._hearers(transition, route):
            receiver = self._workers[name].receiver
            if isinstance(receiver, Mirror):
                key = delivery_key(transition, name)
                receiver.remember(Notification(key=key, transition=transition))

    def _restore_delivery(self, row: Waiting, now: float) -> None:
        """Stored times are clamped: they come from a clock that may have been set since."""
        if row.receiver not in self._workers:
            self._bury(row, "no receiver of this name is configured any more")
            return
        try:
            notification = decode_notification(row.payload)
        except (KeyError, TypeError, ValueError):
            self._bury(row, "what the outbox holds cannot be read")
            return
        delivery = Delivery(
            receiver=row.receiver,
            notification=notification,
            created_at=min(row.created_at, now),
            expires_at=min(row.expires_at, now + EXPIRES_AFTER),
            next_at=min(row.next_at, now + self._patience.longest_wait),
            attempts=row.attempts,
        )
        self._workers[row.receiver].put(delivery)

    def _bury(self, row: Waiting, reason: str) -> None:
        _log.error("notification_dead", receiver=row.receiver, reason=reason, key=row.key)
        self._journal.mark(row.key, Mark("dead", reason=reason))
        self._on_result(row.receiver, "dead")


def _or_everywhere(
    routes: Sequence[RouteSettings], receivers: Sequence[Receiver]
) -> tuple[RouteSettings, ...]:
    if routes or not receivers:
        return tuple(routes)
    return (RouteSettings(to=tuple(receiver.name for receiver in receivers)),)
