"""Brings to the disk what reports are made of: minutes, and what became of alerts."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

from hedgewatch.core.alert_model import Transition
from hedgewatch.reports import episodes, minute
from hedgewatch.reports.looking import Looking, Watched
from hedgewatch.reports.minute import Minute
from hedgewatch.store import Store

_MOST_WAITING = 3_000
"""Of a disk that hangs for two days; then the oldest are lost, and a report says so."""


class Chronicle:
    """What is to be kept waits here for the store's thread, and nobody waits for it."""

    def __init__(self, watched: Watched, store: Store, instance: str) -> None:
        self.looking = Looking(watched, self, instance)
        self._store = store
        self._waiting: deque[Minute | tuple[Transition, ...]] = deque(maxlen=_MOST_WAITING)
        self._more = asyncio.Event()

    def keep(self, minute: Minute) -> None:
        self._waiting.append(minute)
        self._more.set()

    def happened(self, transitions: Sequence[Transition]) -> None:
        self._waiting.append(tuple(transitions))
        self._more.set()

    async def run(self) -> None:
        """Write for ever."""
        while True:
            await self._more.wait()
            self._more.clear()
            await self._write()

    async def finish(self) -> None:
        """Nothing is judged any more: what is left of this minute, and all that waits."""
        self.looking.finish()
        await self._write()

    async def _write(self) -> None:
        while self._waiting:
            held = self._waiting.popleft()
            if isinstance(held, Minute):
                await self._store.history.keep(held.begins, partial(minute.encode, held))
            else:
                lines = [(each.at, episodes.encode(each)) for each in held]
                await self._store.history.happened(lines)
