"""The tick loop: whatever happens is judged, and what was decided goes to the outputs."""

import asyncio
from collections.abc import Callable, Sequence

from hedgewatch.core.engine import Engine
from hedgewatch.core.events import ClockAdvanced, Event
from hedgewatch.core.model import Outcome
from hedgewatch.inbox import Inbox

Output = Callable[[Event, Outcome, float], None]
"""Takes the event, what it led to, and when it was judged. It never waits."""

_EVENTS_BETWEEN_BREATHS = 64
"""A burst is judged in parts of this many events, so that sockets and scrapes get their turn."""


class Monitor:
    """Feeds the engine, alone: one writer, so nothing needs a lock.

    Prices are judged at once in `judge_now`, called from the socket's own loop while nothing
    waits; everything else comes through the inbox.
    """

    def __init__(self, engine: Engine, now: Callable[[], float], outputs: Sequence[Output]) -> None:
        self.engine = engine
        self.inbox = Inbox(sink=self.judge_now)
        self._now = now
        self._outputs = tuple(outputs)
        self._failure: Exception | None = None

    def judge(self, event: Event) -> None:
        """Judge one event, and tell the outputs."""
        outcome = self.engine.handle(event, self._now())
        self.tell(event, outcome)

    def tell(self, event: Event, outcome: Outcome) -> None:
        """Tell the outputs of an outcome."""
        now = self._now()
        for output in self._outputs:
            output(event, outcome, now)

    def judge_now(self, event: Event) -> None:
        """Judge inside a socket's task: a fault of ours must end the daemon, not that socket."""
        try:
            self.judge(event)
        except Exception as error:  # noqa: BLE001  # raised again by run()
            self._failure = error
            self.inbox.put(ClockAdvanced())

    async def run(self) -> None:
        """Judge for ever."""
        while True:
            batch = await self.inbox.next_batch()
            if self._failure is not None:
                raise self._failure
            for number, event in enumerate(batch, start=1):
                self.judge(event)
                if number % _EVENTS_BETWEEN_BREATHS == 0:
                    await asyncio.sleep(0)
