"""An account on the paper exchange, watched by the real thing over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from math import inf
from random import Random
from typing import Any, TypeVar

import pytest

from hedgewatch.core.events import Event, MarkPriceChanged
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.keys import DEMO_KEY, DEMO_SECRET
from hedgewatch.venues.hub import Hub
from hedgewatch.venues.markets import MarketWatch
from hedgewatch.venues.settings import AccountSettings
from hedgewatch.venues.supervisor import AccountWatch
from hedgewatch.venues.surroundings import Surroundings
from tests.support.patience import patience, stopwatch

ALT, AIX, BTC = "ALT/USDT:USDT", "AIX/USDT:USDT", "BTC/USDT:USDT"

Some = TypeVar("Some", bound=Event)


def now() -> float:
    return epoch_milliseconds() / 1000.0


class Watched:
    """The exchange, the watch, and every event that the watch published."""

    def __init__(self, exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exchange = exchange
        self.monkeypatch = monkeypatch
        self.events: list[Event] = []
        self._came = asyncio.Event()
        self.hub: Hub

    @property
    def watch(self) -> AccountWatch:
        """What is private, of the first account."""
        return self.hub.accounts()[0]

    @property
    def markets(self) -> MarketWatch:
        """What is public, at its venue."""
        return self.hub.markets()[0]

    async def reconnect(self, reason: str) -> None:
        """As the daemon does when the clock of its machine stepped."""
        async with asyncio.TaskGroup() as group:
            for watch in (self.markets, self.watch):
                group.create_task(watch.reconnect(reason))

    def publish(self, event: Event) -> None:
        self.events.append(event)
        self._came.set()

    def forget(self) -> None:
        """What is asked for from now on must happen from now on."""
        self.events.clear()

    async def until(
        self,
        kind: type[Some],
        where: Callable[[Some], bool] = lambda _: True,
        *,
        within: float = 3.0,
    ) -> Some:
        """The first event of a kind for which something holds, since `forget`: it comes `within`
        so many seconds where the machine is free, see `patience`.
        """
        seen = 0
        try:
            async with asyncio.timeout(patience(within)):
                while True:
                    for event in self.events[seen:]:
                        if isinstance(event, kind) and where(event):
                            return event
                    seen = len(self.events)
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            others = [event for event in self.events if not isinstance(event, MarkPriceChanged)]
            pytest.fail(f"no such {kind.__name__} in {within} s, but {others[-12:]}")

    async def fresh_mark(self, symbol: str = ALT, within: float = inf) -> MarkPriceChanged:
        """A mark price that the venue made after this call, within so many seconds of a loop that
        the machine lets run.
        """
        asked = now()
        async with stopwatch() as took:
            mark = await self.until(
                MarkPriceChanged, lambda mark: mark.symbol == symbol and mark.venue_time > asked
            )
        assert took.seconds < within, "the price came late"
        return mark

    def all(self, kind: type[Some]) -> list[Some]:
        return [event for event in self.events if isinstance(event, kind)]


@asynccontextmanager
async def watched(
    exchange: PaperExchange,
    monkeypatch: pytest.MonkeyPatch,
    *,
    symbols: tuple[str, ...] = (ALT,),
    key: str = DEMO_KEY,
    clock_behind: float = 0.0,
    **settings: object,
) -> AsyncIterator[Watched]:
    """Watch the account `main` of an exchange while the block lasts."""
    monkeypatch.setenv("MAIN_KEY", key)
    monkeypatch.setenv("MAIN_SECRET", DEMO_SECRET)
    found = Watched(exchange, monkeypatch)
    written = {
        "name": "main",
        "venue": "binanceusdm",
        "credentials": {"api_key": {"env": "MAIN_KEY"}, "secret": {"env": "MAIN_SECRET"}},
        "endpoint": {"rest": exchange.url, "ws": exchange.ws_url},
        **settings,
    }
    async with asyncio.TaskGroup() as group:

        def spawn(name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
            return group.create_task(work, name=name)

        around = Surroundings(found.publish, lambda: now() - clock_behind, spawn, Random(7))
        async with Hub(around, spawn) as found.hub:
            found.hub.open(AccountSettings.model_validate(written), symbols)
            yield found
    assert exchange.violations == []
