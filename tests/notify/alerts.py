"""Alerts to tell of, and somewhere to deliver them: what the tests of delivery share."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from weakref import WeakKeyDictionary

from hedgewatch.core.alert_model import AlertRecord, AlertState, Outcome, Severity, Transition
from hedgewatch.core.model import Scope, Subject
from hedgewatch.notify.delivery import DeliveryMeans, Dispatcher
from hedgewatch.notify.outgoing import Notification, Outbox, delivery_key
from hedgewatch.notify.receiver import DeliveryError, Receiver
from hedgewatch.notify.routing import RouteSettings, everywhere
from hedgewatch.notify.worker import DeliveryPatience, Result

NOON = 1_790_000_000.0
SECONDS_FOR_ANYTHING = 60.0
_BEGAN: WeakKeyDictionary[asyncio.AbstractEventLoop, float] = WeakKeyDictionary()
MAIN_POOL = Subject(Scope.POOL, (("account", "main"), ("venue", "binanceusdm"), ("pool", "USDT")))


def transition(
    state: AlertState = AlertState.FIRING,
    *,
    alertname: str = "MarginDanger",
    subject: Subject = MAIN_POOL,
    severity: Severity = Severity.CRITICAL,
    at: float = NOON,
    reason: str = "",
) -> Transition:
    return Transition(
        at=at,
        alertname=alertname,
        subject=subject,
        state=state,
        severity=severity,
        episode="3f2a",
        active_since=NOON - 3,
        reason=reason,
        labels={"team": "treasury"},
        annotations={"summary": "main/USDT: margin ratio 83.0%, liquidated at 100 %"},
        values={"margin_ratio": 0.83, "shock_down": float("-inf"), "shock_up": None},
    )


def record_of(change: Transition) -> AlertRecord:
    return AlertRecord(
        alertname=change.alertname,
        subject=change.subject,
        state=change.state,
        severity=change.severity,
        episode=change.episode,
        active_since=change.active_since,
        fired_at=change.at,
        reason=change.reason,
        labels=change.labels,
        annotations=change.annotations,
        values=change.values,
    )


def outcome(*changes: Transition) -> Outcome:
    return Outcome(transitions=changes, records=tuple(record_of(change) for change in changes))


def notification(change: Transition | None = None, *, receiver: str = "desk") -> Notification:
    change = change or transition()
    return Notification(key=delivery_key(change, receiver), transition=change)


def now() -> float:
    """The tests' clock: it runs with the event loop, and begins at noon for each."""
    loop = asyncio.get_running_loop()
    return NOON + loop.time() - _BEGAN.setdefault(loop, loop.time())


@dataclass(slots=True)
class Phone:
    """A receiver that keeps what it gets; `trouble` is raised, one each attempt, before that."""

    name: str = "phone"
    trouble: list[DeliveryError] = field(default_factory=list)
    got: list[Notification] = field(default_factory=list)
    attempts: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, notification: Notification) -> None:
        self.attempts += 1
        self.changed.set()
        if self.trouble:
            raise self.trouble.pop(0)
        self.got.append(notification)

    async def has(self, number: int) -> list[Notification]:
        await until(lambda: len(self.got) >= number, self.changed)
        return self.got


@dataclass(slots=True)
class Wall:
    """Never answers."""

    name: str = "wall"

    async def deliver(self, _: Notification) -> None:
        await asyncio.Event().wait()


@dataclass(slots=True)
class Slow(Phone):
    """Takes a message in, and needs a nudge to be done with it."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    nudge: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, notification: Notification) -> None:
        self.begun.set()
        await self.nudge.wait()
        await Phone.deliver(self, notification)


async def until(holds: Callable[[], bool], changed: asyncio.Event) -> None:
    """Wait for a fact that `changed` announces; a test that waits in vain fails."""
    async with asyncio.timeout(SECONDS_FOR_ANYTHING):
        while not holds():
            changed.clear()
            await changed.wait()


@dataclass(slots=True)
class Memory:
    """An outbox without a disk, which can be told to fail or to hang."""

    commits: list[tuple[tuple[AlertRecord, ...], tuple[str, ...]]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    retried: dict[str, float] = field(default_factory=dict)
    dead: dict[str, str] = field(default_factory=dict)
    failing: bool = False
    hanging: asyncio.Event | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def commit(self, records, deliveries) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        await self._disk()
        self.commits.append((tuple(records), tuple(delivery.key for delivery in deliveries)))

    async def mark_sent(self, keys) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        await self._disk()
        self.sent.extend(keys)

    async def mark_retry(self, key: str, next_at: float) -> None:
        await self._disk()
        self.retried[key] = next_at

    async def mark_dead(self, key: str, reason: str) -> None:
        await self._disk()
        self.dead[key] = reason

    async def _disk(self) -> None:
        if self.hanging is not None:
            await self.hanging.wait()
        self.changed.set()
        if self.failing:
            raise OSError("no space left on device")


@dataclass(slots=True)
class Results:
    """What delivery counted."""

    counted: list[tuple[str, Result]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, receiver: str, result: Result) -> None:
        self.counted.append((receiver, result))
        self.changed.set()

    async def first(self, number: int) -> list[str]:
        await until(lambda: len(self.counted) >= number, self.changed)
        return [result for _, result in self.counted[:number]]


@dataclass(slots=True)
class Delivering:
    dispatcher: Dispatcher
    results: Results
    clock: Callable[[], float]

    def tell(self, *changes: Transition) -> None:
        self.dispatcher.submit(outcome(*changes), self.clock())


def composed(
    receivers: Sequence[Receiver],
    outbox: Outbox,
    routes: Sequence[RouteSettings] | None = None,
    *,
    attempt: float = 5.0,
    first_wait: float = 0.01,
    **means_are: Any,
) -> Delivering:
    """Delivery that is not started yet; every receiver hears of every alert, unless it is said."""
    if routes is None:
        routes = everywhere(receiver.name for receiver in receivers)
    results = Results()
    means = DeliveryMeans(
        outbox=outbox,
        clock=now,
        patience=DeliveryPatience(
            jitter=Random(7),
            tick=0.05,
            attempt=attempt,
            first_wait=first_wait,
            longest_wait=10 * first_wait,
        ),
        on_result=results.add,
    )
    means = replace(means, **means_are)
    return Delivering(Dispatcher(receivers, routes, means), results, means.clock)


@asynccontextmanager
async def running(delivering: Delivering) -> AsyncIterator[Delivering]:
    """Run it, and end it as a crash would: without draining."""
    async with asyncio.TaskGroup() as group:
        tasks: list[asyncio.Task[None]] = []
        delivering.dispatcher.start(
            lambda name, coroutine: tasks.append(group.create_task(coroutine, name=name))
        )
        yield delivering
        for task in tasks:
            task.cancel()
