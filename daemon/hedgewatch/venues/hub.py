"""All that is watched at venues by one process: accounts, and the markets that they share.

Importing this module imports ccxt, which takes seconds.
"""

import asyncio
from collections.abc import Iterable
from typing import Self

from hedgewatch.venues.access import Place, place_of
from hedgewatch.venues.markets import MarketWatch
from hedgewatch.venues.settings import AccountSettings
from hedgewatch.venues.supervisor import AccountWatch
from hedgewatch.venues.surroundings import Spawn, Surroundings

Running = asyncio.Task[None]


class Hub:
    """One watch an account, and one a place for what is public there, while it has accounts.

    `keep` runs what ends only when it is cancelled.
    """

    def __init__(self, around: Surroundings, keep: Spawn) -> None:
        self._around = around
        self._keep = keep
        self._markets: dict[Place, tuple[MarketWatch, Running]] = {}
        self._accounts: dict[str, tuple[Place, AccountWatch, Running]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """End all of it."""
        for name in tuple(self._accounts):
            await self.close(name)
        await self.tidy()

    def open(self, settings: AccountSettings, symbols: Iterable[str]) -> AccountWatch:
        """Begin to watch an account. It is watched until `close`."""
        place = place_of(settings)
        if place not in self._markets:
            markets = MarketWatch(settings, self._around)
            running = self._keep(f"markets:{markets.name}", markets.run())
            self._markets[place] = markets, running
        watch = AccountWatch(settings, self._markets[place][0], symbols, self._around)
        running = self._keep(f"account:{settings.name}", watch.run())
        self._accounts[settings.name] = place, watch, running
        return watch

    def markets(self) -> list[MarketWatch]:
        """The watches of what is public."""
        return [watch for watch, _ in self._markets.values()]

    def accounts(self) -> list[AccountWatch]:
        """The watches of accounts."""
        return [watch for _, watch, _ in self._accounts.values()]

    async def close(self, name: str) -> None:
        """End the watch of an account; `tidy` ends that of its markets."""
        _, watch, running = self._accounts.pop(name)
        await _end(running)
        watch.leave()

    async def tidy(self) -> None:
        """End the watches of markets that no account needs any more."""
        needed = {place for place, _, _ in self._accounts.values()}
        for place in self._markets.keys() - needed:
            await _end(self._markets.pop(place)[1])


async def _end(running: Running) -> None:
    if not running.cancelling():  # twice would leave its sockets open
        running.cancel()
    await asyncio.wait({running})
