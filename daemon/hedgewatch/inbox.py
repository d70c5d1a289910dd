"""Where everything that happens waits for the one reader that judges it.

When the reader is slow, account events wait, all of them and in order; of market data only the
latest of each key waits, so that what is judged next is never old and memory stays flat.
"""

import asyncio
from collections.abc import Callable

from hedgewatch.core.events import (
    Event,
    LiquidityRead,
    MarketEvent,
    MarkPriceChanged,
    QuoteChanged,
    SignalHeard,
)

Sink = Callable[[MarketEvent], None]

_OF_MARKETS = (MarkPriceChanged, QuoteChanged, LiquidityRead, SignalHeard)


class Inbox:
    """Many writers of one event loop, one reader. `put` never blocks, and is never full.

    With a `sink`, a market event is judged at once, inside `put`, while the reader sits idle in
    `next_batch` and nothing waits: the way from the socket to the verdict is then a plain call.
    Everything else waits for the reader, which is woken once however much arrives meanwhile.

    An error of the sink is raised to whoever put the event: a task of a socket, which dies of it.
    """

    def __init__(self, sink: Sink | None = None) -> None:
        self.sink = sink
        self.conflated = 0
        self._waiting: dict[object, Event] = {}
        self._numbered = 0
        self._idle = False
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, event: Event) -> None:
        """Take one event; an unread older price or quote of the same market gives way to it, and an
        older number of the same signal.
        """
        if isinstance(event, _OF_MARKETS):
            self._put_market(event)
        else:
            self._numbered += 1
            self._wait(self._numbered, event)

    def _put_market(self, event: MarketEvent) -> None:
        if self.sink is not None and self._idle and not self._waiting:
            self.sink(event)
            return
        key = event.key
        if self._waiting.pop(key, None) is not None:
            self.conflated += 1
        self._wait(key, event)

    def _wait(self, key: object, event: Event) -> None:
        self._waiting[key] = event
        self._arrived.set()

    async def next_batch(self) -> list[Event]:
        """All that waits, in the order of arrival; waits until there is something."""
        self._idle = True
        try:
            await self._arrived.wait()
        finally:
            self._idle = False
        self._arrived.clear()
        batch = list(self._waiting.values())
        self._waiting.clear()
        return batch
