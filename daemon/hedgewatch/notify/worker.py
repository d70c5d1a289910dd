"""One receiver's worker: takes what is due, sends it, and decides what a failure means."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from random import Random
from typing import Literal

import structlog

from hedgewatch.notify.journal import Journal, Mark
from hedgewatch.notify.message import plain
from hedgewatch.notify.outgoing import Delivery, Notification
from hedgewatch.notify.queue import Queue
from hedgewatch.notify.receiver import DeliveryError, Receiver, Unhurried

_LONGEST_ASKED_WAIT = 3600.0  # a receiver may ask for a pause, not for silence
_LONGEST_SLEEP = 1.0  # the clock counts a suspend, a sleep does not
_MARK_PATIENCE = 0.25  # paid once by a disk that hangs

Result = Literal["sent", "retried", "dead", "fallback"]
OnResult = Callable[[str, Result], None]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an attempt may take, and how long to wait before the next (full jitter)."""

    jitter: Random
    attempt: float = 5.0
    first_wait: float = 1.0
    longest_wait: float = 60.0

    def wait(self, attempts: int) -> float:
        """Seconds to wait after so many failed attempts."""
        doubled = self.first_wait * 2.0 ** min(attempts - 1, 30)
        return self.jitter.uniform(0.0, min(self.longest_wait, doubled))


@dataclass(slots=True, kw_only=True)
class Worker:
    """Sends one notification at a time and never gives up before it expires or is refused.

    After a send it waits a moment for its mark to be on the disk, so that a crash repeats at most
    the one in flight; a disk that hangs costs that moment, not the alerts behind it. `taken_at` is
    when its receiver last took something.
    """

    receiver: Receiver
    journal: Journal
    patience: Patience
    clock: Callable[[], float]
    on_result: OnResult
    queue: Queue = field(default_factory=Queue)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    taken_at: float = -inf
    _stopping: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, delivery: Delivery) -> None:
        self.queue.put(delivery)
        self.idle.clear()
        self._wake.set()

    def stop(self) -> None:
        """Finish what is in flight and send no more."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Deliver until stopped."""
        while not self._stopping:
            self._wake.clear()
            delivery = self.queue.take(self.clock())
            if delivery is None:
                await self._wait()
            else:
                await self._handle(delivery)
        self.stopped.set()

    async def _wait(self) -> None:
        self.idle.set()
        next_at = self.queue.next_at()
        left = None if next_at is None else min(_LONGEST_SLEEP, max(0.0, next_at - self.clock()))
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self._wake.wait()

    async def _handle(self, delivery: Delivery) -> None:
        if self.clock() >= delivery.expires_at:
            self._give_up(delivery, "expired")
        else:
            try:
                result = await self._attempt(delivery.notification)
            except DeliveryError as error:
                self._failed(delivery, error)
            else:
                self.taken_at = self.clock()
                self._settle(delivery, Mark("sent"), result)
        await self.journal.written(_MARK_PATIENCE)

    async def _attempt(self, notification: Notification) -> Result:
        """Send it, as a short plain text when the receiver rejects it as it is."""
        try:
            await self._send(notification)
        except DeliveryError as error:
            if error.retryable:
                raise
            _log.warning("notification_rejected", receiver=self.receiver.name, reason=str(error))
        else:
            return "sent"
        await self._send(plain(notification))
        return "fallback"

    async def _send(self, notification: Notification) -> None:
        seconds = self.patience.attempt
        if isinstance(self.receiver, Unhurried):
            seconds = self.receiver.attempt_seconds
        try:
            async with asyncio.timeout(seconds):
                await self.receiver.deliver(notification)
        except TimeoutError:
            reason = f"no answer within {seconds:g} s"
            raise DeliveryError(reason, retryable=True) from None

    def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        if not error.retryable:
            self._give_up(delivery, str(error))
            return
        attempts = delivery.attempts + 1
        asked = min(error.retry_after or 0.0, _LONGEST_ASKED_WAIT)
        next_at = self.clock() + max(asked, self.patience.wait(attempts))
        later = replace(delivery, attempts=attempts, next_at=next_at)
        _log.warning(
            "notification_delayed",
            receiver=self.receiver.name,
            reason=str(error),
            attempts=attempts,
            key=delivery.key,
        )
        self.queue.postpone(later)
        self.journal.settle(later, Mark("retry", next_at=next_at))
        self.on_result(self.receiver.name, "retried")

    def _give_up(self, delivery: Delivery, reason: str) -> None:
        _log.error(
            "notification_dead", receiver=self.receiver.name, reason=reason, key=delivery.key
        )
        self._settle(delivery, Mark("dead", reason=reason), "dead")

    def _settle(self, delivery: Delivery, mark: Mark, result: Result) -> None:
        self.queue.finish(delivery)
        self.journal.settle(delivery, mark)
        self.on_result(self.receiver.name, result)
