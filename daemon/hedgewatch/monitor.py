"""The tick loop: whatever happens is judged, and what was decided goes to the outputs."""

import asyncio
from collections.abc import Callable, Sequence

from hedgewatch.core.alert_model import NOTHING, Outcome
from hedgewatch.core.events import ClockAdvanced, Event, MarkPriceChanged, QuoteChanged
from hedgewatch.inbox import Inbox

Output = Callable[[Event, Outcome, float], None]
"""Takes the event, what it led to, and when it was judged. It never waits. A quiet tick, a price
that led to nothing, is told to watchers only."""

_PRICES = (MarkPriceChanged, QuoteChanged)

_EVENTS_BETWEEN_BREATHS = 64
"""A burst is judged in parts of this many events, so that sockets and scrapes get their turn."""


class Monitor:
    """Feeds the engine, alone: one writer, so nothing needs a lock. `handle` is the engine's, or
    that of who writes down what it judges.

    Prices are judged at once in `_judge_now`, called from the socket's own loop while nothing
    waits; everything else comes through the inbox.
    """

    def __init__(
        self,
        handle: Callable[[Event, float], Outcome],
        now: Callable[[], float],
        timed: Callable[[float], None],
    ) -> None:
        self._handle = handle
        self.inbox = Inbox(sink=self._judge_now)
        self._now = now
        self._outputs: tuple[Output, ...] = ()
        self._watchers: tuple[Output, ...] = ()
        self._timed = timed
        self._waiting_since = 0.0
        self._failure: Exception | None = None

    def attach(self, *outputs: Output, watchers: Sequence[Output] = ()) -> None:
        """Who is told of outcomes, in this order; some of them watch venues that publish here."""
        self._outputs = (*outputs, *watchers)
        self._watchers = tuple(watchers)

    def publish(self, event: Event) -> None:
        """Something happened. Never waits."""
        if not self.inbox:
            self._waiting_since = self._now()
        self.inbox.put(event)

    def tell(self, event: Event, outcome: Outcome) -> None:
        """Tell the outputs of an outcome."""
        now = self._now()
        for output in self._outputs:
            output(event, outcome, now)

    async def run(self) -> None:
        """Judge for ever."""
        while True:
            batch = await self.inbox.next_batch()
            if self._failure is not None:
                raise self._failure
            arrived = self._waiting_since
            for number, event in enumerate(batch, start=1):
                self._judge(event, self._now(), arrived)
                if number % _EVENTS_BETWEEN_BREATHS == 0:
                    await asyncio.sleep(0)

    def _judge(self, event: Event, now: float, arrived: float) -> None:
        """Judge one event; `arrived` is when the oldest of its batch did."""
        outcome = self._handle(event, now)
        judged = self._now()
        quiet = outcome is NOTHING and isinstance(event, _PRICES)
        for output in self._watchers if quiet else self._outputs:
            output(event, outcome, judged)
        self._timed(judged - arrived)

    def _judge_now(self, event: Event) -> None:
        """Judge inside a socket's task: a fault of ours must end the daemon, not that socket.

        Nothing waits, so `publish` has noted the time of this very event; every reading of the
        clock that is saved here is saved on every tick.
        """
        try:
            self._judge(event, self._waiting_since, self._waiting_since)
        except Exception as error:  # noqa: BLE001  # raised again by run()
            self._failure = error
            self.inbox.put(ClockAdvanced())
