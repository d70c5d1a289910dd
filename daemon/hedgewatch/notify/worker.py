"""One receiver's worker: takes what is due, sends it, and decides what a failure means."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from random import Random
from typing import Literal

import structlog

from hedgewatch.complaints import Complaints
from hedgewatch.core.alert_model import Severity
from hedgewatch.notify.digest import digest_of
from hedgewatch.notify.journal import Journal, Mark
from hedgewatch.notify.message import plain
from hedgewatch.notify.outgoing import Delivery, Notification
from hedgewatch.notify.queue import Queue
from hedgewatch.notify.receiver import DeliveryError, Receiver, Unhurried
from hedgewatch.tasks import being_cancelled

_LONGEST_ASKED_WAIT = 3600.0  # a receiver may ask for a pause, not for silence
_LONGEST_URGENT_WAIT = 60.0  # of what is critical, whatever the receiver asks for
_LONGEST_SLEEP = 1.0  # the clock counts a suspend, a sleep does not
_MARK_PATIENCE = 0.25  # paid once by a disk that hangs
_MANY = 5

Result = Literal["sent", "retried", "dead", "fallback"]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPatience:
    """How long an attempt may take, how long to wait before the next (full jitter), and how often
    what time calls for is looked at.
    """

    jitter: Random
    tick: float = 1.0
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
    the one in flight; a disk that hangs costs that moment, not the alerts behind it. A receiver
    that asks for a pause gets it from all but critical alerts, which are tried again after a minute
    at the latest; what has piled up by then goes as one digest, when it is much and the receiver
    `takes_digests`. `taken_at` is when it last took something, `failing_since` when it began to
    take nothing, `failing_for` why it does not.
    """

    receiver: Receiver
    journal: Journal
    patience: DeliveryPatience
    clock: Callable[[], float]
    on_result: Callable[[Delivery, Result], None]
    takes_digests: bool = True
    queue: Queue = field(default_factory=Queue)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    taken_at: float = -inf
    failing_since: float | None = None
    failing_for: str = ""
    _complaints: Complaints = field(default_factory=Complaints)
    _paused_until: float = 0.0
    _piled_up: bool = False
    _stopping: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, delivery: Delivery) -> None:
        self.queue.put(delivery)
        if not self.stopped.is_set():
            self.idle.clear()
        self._wake.set()

    def stop(self) -> None:
        """Finish what is in flight and send no more."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Deliver until stopped, and wait to be cancelled. However it ends, nobody waits for it."""
        try:
            while not self._stopping:
                await self._step()
        finally:
            self.stopped.set()
            self.idle.set()
        await asyncio.Event().wait()

    async def _step(self) -> None:
        self._wake.clear()
        deliveries = self._next()
        if not deliveries:
            await self._wait()
        elif len(deliveries) == 1:
            await self._handle(deliveries[0])
        else:
            await self._handle_together(deliveries)

    def _next(self) -> tuple[Delivery, ...]:
        """The next to be sent, with all lesser ones where many have piled up."""
        now = self.clock()
        head = self.queue.take(now, critical_only=now < self._paused_until)
        if head is None:
            return ()
        if (
            self._piled_up
            and self.takes_digests
            and head.notification.transition.severity is not Severity.CRITICAL
        ):
            lesser = self.queue.lesser()
            self._piled_up = 1 < len(lesser) < _MANY
            if len(lesser) >= _MANY and head in lesser:
                return (head, *(one for one in lesser if one is not head))
        return (head,)

    async def _wait(self) -> None:
        self.idle.set()
        now, next_at = self.clock(), self.queue.next_at()
        ends = [
            at for at in (next_at, self._paused_until if self.queue else None) if at is not None
        ]
        left = min((max(0.0, at - now) for at in ends if at > now), default=None)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if left is None else min(_LONGEST_SLEEP, left)):
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
                self._worked()
                self._settle(delivery, Mark("sent"), result)
        await self.journal.written(_MARK_PATIENCE)

    async def _handle_together(self, deliveries: tuple[Delivery, ...]) -> None:
        """All as one digest; where that is refused, they go one by one."""
        told = [
            one
            for delivery in deliveries
            for one in delivery.notification.digest or (delivery.notification.transition,)
        ]
        note = f"{len(deliveries)} messages in one: the receiver had asked for a pause"
        digest = digest_of(self.receiver.name, told, self.clock(), note=note)
        try:
            result = await self._attempt(digest.notification)
        except DeliveryError as error:
            self._piled_up = error.retryable
            again = DeliveryError(str(error), retryable=True, retry_after=error.retry_after)
            self._failed(deliveries[0], again)
        else:
            self._worked()
            for delivery in deliveries:
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
        except asyncio.CancelledError:
            if being_cancelled():
                raise
            raise DeliveryError("the attempt was interrupted", retryable=True) from None

    def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        now = self.clock()
        self.failing_since = now if self.failing_since is None else self.failing_since
        self.failing_for = str(error)
        if not error.retryable:
            self._give_up(delivery, str(error))
            return
        attempts = delivery.attempts + 1
        asked = min(error.retry_after or 0.0, _LONGEST_ASKED_WAIT)
        if asked > 0.0:
            self._paused_until, self._piled_up = max(self._paused_until, now + asked), True
        if self.queue.is_urgent(delivery.notification.alert):
            asked = min(asked, _LONGEST_URGENT_WAIT)
        next_at = now + max(asked, self.patience.wait(attempts))
        later = replace(delivery, attempts=attempts, next_at=next_at)
        self._complain(later, str(error), now)
        self.queue.postpone(later)
        self.journal.settle(later, Mark("retry", next_at=next_at))
        self.on_result(delivery, "retried")

    def _complain(self, delivery: Delivery, reason: str, now: float) -> None:
        """Once, then once a minute: a receiver that is down fails each second."""
        unsaid = self._complaints.say(now)
        if unsaid is None:
            return
        _log.warning(
            "notification_delayed",
            receiver=self.receiver.name,
            reason=reason,
            attempts=delivery.attempts,
            key=delivery.key,
            unsaid=unsaid,
        )

    def _worked(self) -> None:
        self.taken_at, self.failing_since, self.failing_for = self.clock(), None, ""
        if self._complaints.end():
            _log.info("receiver_works_again", receiver=self.receiver.name)

    def _give_up(self, delivery: Delivery, reason: str) -> None:
        _log.error(
            "notification_dead", receiver=self.receiver.name, reason=reason, key=delivery.key
        )
        self._settle(delivery, Mark("dead", reason=reason), "dead")

    def _settle(self, delivery: Delivery, mark: Mark, result: Result) -> None:
        self.queue.finish(delivery)
        self.journal.settle(delivery, mark)
        self.on_result(delivery, result)
