"""A process to be killed: it stores and delivers alerts as fast as it can.

    python -m tests.notify.victim STORE RECEIVED BURSTS

prints the keys of what is stored, and appends to RECEIVED the keys of what is delivered. It goes
on where its predecessor was killed; with BURSTS = 0 it delivers what is left, and ends.
"""

import asyncio
import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from hedgewatch.core.model import AlertRecord
from hedgewatch.notify.outgoing import Delivery, Notification
from hedgewatch.store import Store
from tests.notify.alerts import composed, now, running, transition


@dataclass(slots=True)
class Witnessed:
    """The store, with somebody beside it who calls out what is on the disk."""

    store: Store

    async def commit(
        self, records: Collection[AlertRecord], deliveries: Collection[Delivery]
    ) -> None:
        await self.store.commit(records, deliveries)
        for delivery in deliveries:
            print(delivery.key, flush=True)  # noqa: T201 - to the test

    async def mark_sent(self, keys: Collection[str]) -> None:
        await self.store.mark_sent(keys)

    async def mark_retry(self, key: str, next_at: float) -> None:
        await self.store.mark_retry(key, next_at)

    async def mark_dead(self, key: str, reason: str) -> None:
        await self.store.mark_dead(key, reason)


@dataclass(slots=True)
class File:
    """A receiver that a kill cannot make forget."""

    descriptor: int
    name: str = "file"

    async def deliver(self, notification: Notification) -> None:
        os.write(self.descriptor, f"{notification.key}\n".encode())


async def main(path: Path, received: Path, bursts: int) -> None:
    store = await Store.open(path)
    descriptor = os.open(received, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    delivering = composed([File(descriptor)], Witnessed(store))
    records, waiting = await store.load()
    delivering.dispatcher.restore(records, waiting, now())
    async with running(delivering):
        await delivering.results.first(len(waiting))
        for burst in range(bursts):
            names = (f"Rule{os.getpid()}.{burst}.{number}" for number in range(10))
            delivering.tell(*(transition(alertname=name, at=now()) for name in names))
            await asyncio.sleep(0.001)
        await delivering.dispatcher.drain(5.0)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
