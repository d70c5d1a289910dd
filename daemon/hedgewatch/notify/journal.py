"""Brings to the disk what must survive, in order, without ever making an alert wait for it."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import structlog

from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.core.model import Subject
from hedgewatch.notify.outgoing import Delivery, Outbox

_CALM_PERIOD = 1.0  # pending states and other calm changes are written at most this often
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0  # between two tries on a disk that fails

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of an attempt."""

    kind: Literal["sent", "retry", "dead"]
    next_at: float = 0.0
    reason: str = ""


class Journal:
    """Of an alert the latest state is written, of deliveries and marks each.

    While the disk is slow or fails all of it waits here, and `error` says why; `saved` hears of
    deliveries as soon as they are on the disk.
    """

    def __init__(self, outbox: Outbox, saved: Callable[[Iterable[Delivery]], None]) -> None:
        self.error = ""
        self._outbox = outbox
        self._saved = saved
        self._records: dict[tuple[str, Subject], AlertRecord] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._marks: dict[str, Mark] = {}
        self._work = asyncio.Event()
        self._urgent = asyncio.Event()
        self._batch = asyncio.Event()  # set when the marks that wait now have been written
        self._batch_in_flight = asyncio.Event()
        self._batch_in_flight.set()
        self._late = False
        self._writing = asyncio.Lock()

    @property
    def unsaved(self) -> Collection[Delivery]:
        """Deliveries that a crash now would forget."""
        return self._deliveries.values()

    def note(
        self, records: Iterable[AlertRecord], deliveries: Iterable[Delivery], *, urgent: bool
    ) -> None:
        """Alert states, with the deliveries that they call for: one transaction."""
        self._records.update({(record.alertname, record.subject): record for record in records})
        self._deliveries.update({delivery.key: delivery for delivery in deliveries})
        if urgent or self._records:
            self._wake(urgent=urgent)

    def settle(self, delivery: Delivery, mark: Mark) -> None:
        """Remember what became of an attempt; one that never reached the disk needs no mark."""
        if delivery.key not in self._deliveries:
            self.mark(delivery.key, mark)
            return
        if mark.kind == "retry":
            self._deliveries[delivery.key] = delivery
        else:
            del self._deliveries[delivery.key]

    def mark(self, key: str, mark: Mark) -> None:
        """Remember what became of a delivery that the disk knows, or is about to."""
        self._marks[key] = mark
        self._wake(urgent=True)

    async def run(self) -> None:
        """Write what comes: what is urgent at once, the rest once a second."""
        pause = 0.0
        while True:
            await self._work.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(_CALM_PERIOD):
                    await self._urgent.wait()
            await self.flush()
            pause = min(_LONGEST_PAUSE, max(_SHORTEST_PAUSE, 2 * pause)) if self.error else 0.0
            await asyncio.sleep(pause)

    async def flush(self) -> None:
        """Write all that waits, or keep it for the next time."""
        async with self._writing:
            self._work.clear()
            self._urgent.clear()
            records, self._records = self._records, {}
            deliveries, self._deliveries = self._deliveries, {}
            try:
                if records or deliveries:
                    await self._outbox.commit(records.values(), deliveries.values())
                    self._saved(deliveries.values())
                    records, deliveries = {}, {}
                await self._write_marks()
            except OSError as error:
                self._failed(str(error))
            else:
                self._worked()
            finally:
                self._keep(records, deliveries)

    async def written(self, patience: float) -> None:
        """Wait until the marks of this moment are on the disk, `patience` seconds at most.

        A disk that fails or hangs is not waited for again until it has caught up.
        """
        if self.error or self._late:
            return
        batch = self._batch if self._marks else self._batch_in_flight
        try:
            async with asyncio.timeout(patience):
                await batch.wait()
        except TimeoutError:
            self._late = True

    async def _write_marks(self) -> None:
        marks, self._marks = self._marks, {}
        batch = self._batch_in_flight = self._batch
        self._batch = asyncio.Event()
        try:
            if sent := [key for key, mark in marks.items() if mark.kind == "sent"]:
                await self._outbox.mark_sent(sent)
            for key, mark in marks.items():
                match mark.kind:
                    case "retry":
                        await self._outbox.mark_retry(key, mark.next_at)
                    case "dead":
                        await self._outbox.mark_dead(key, mark.reason)
                    case "sent":
                        pass  # all at once above
            marks, self._late = {}, False
        finally:
            self._marks = marks | self._marks
            batch.set()

    def _keep(
        self,
        records: Mapping[tuple[str, Subject], AlertRecord],
        deliveries: Mapping[str, Delivery],
    ) -> None:
        """Put back what was not written, under what has come since."""
        self._records = {**records, **self._records}
        settled = {key for key, mark in self._marks.items() if mark.kind != "retry"}
        kept = {key: delivery for key, delivery in deliveries.items() if key not in settled}
        self._deliveries = {**kept, **self._deliveries}
        if self._records or self._deliveries or self._marks:
            self._wake(urgent=bool(self._deliveries or self._marks))

    def _wake(self, *, urgent: bool) -> None:
        self._work.set()
        if urgent:
            self._urgent.set()

    def _failed(self, reason: str) -> None:
        if not self.error:
            _log.error("store_failed", reason=reason)
        self.error = reason

    def _worked(self) -> None:
        if self.error:
            _log.info("store_works_again")
        self.error = ""
