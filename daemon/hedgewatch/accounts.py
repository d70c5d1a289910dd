"""Which accounts are watched: started, stopped and left alone as the configuration changes."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from hedgewatch.config.configuration import Configuration
from hedgewatch.core.model import Desk, LegPlan, PricePlan
from hedgewatch.jobs import AccountJobs, MarketJobs, Watch
from hedgewatch.venues.settings import AccountSettings


class Reconnectable(Watch, Protocol):
    """Has sockets."""

    async def reconnect(self, reason: str) -> None: ...


class MarketWatch(MarketJobs, Reconnectable, Protocol):
    """What is public of one venue, watched for all accounts there."""


class AccountWatch(AccountJobs, Reconnectable, Protocol):
    """One watched account."""

    @property
    def odd_frames(self) -> int: ...

    @property
    def refused_requests(self) -> int: ...

    def follow(self, symbols: Iterable[str]) -> None: ...


class Hub(Protocol):
    """All that is watched."""

    def open(self, settings: AccountSettings, symbols: Iterable[str]) -> AccountWatch: ...
    def markets(self) -> Sequence[MarketWatch]: ...
    async def close(self, name: str) -> None: ...
    async def tidy(self) -> None: ...


class Accounts:
    """The watches by account name. `make` is asked for the hub when there is a first account."""

    def __init__(self, make: Callable[[], Awaitable[Hub]]) -> None:
        self._make = make
        self._hub: Hub | None = None
        self._watched: dict[str, tuple[AccountSettings, AccountWatch]] = {}

    async def watch(self, configuration: Configuration) -> None:
        """Watch exactly these accounts. One whose settings stay keeps its sockets; other symbols
        are followed on the sockets that there are.
        """
        desk = configuration.desk()
        wanted = {settings.name: settings for settings in configuration.accounts}
        for name, (settings, _) in tuple(self._watched.items()):
            if wanted.get(name) != settings:
                await self._stop(name)
        for name, settings in wanted.items():
            symbols = symbols_of(desk, name)
            if name in self._watched:
                self._watched[name][1].follow(symbols)
            else:
                self._hub = self._hub or await self._make()
                self._watched[name] = settings, self._hub.open(settings, symbols)
        await self._tidy()

    def watches(self) -> Iterable[AccountWatch]:
        """Every account."""
        return [watch for _, watch in self._watched.values()]

    def markets(self) -> Iterable[MarketWatch]:
        """Every venue."""
        return () if self._hub is None else self._hub.markets()

    def lines(self) -> Iterable[Reconnectable]:
        """Whatever has sockets."""
        return [*self.markets(), *self.watches()]

    def watch_of(self, name: str) -> AccountWatch | None:
        """The watch of one account."""
        held = self._watched.get(name)
        return None if held is None else held[1]

    async def close(self) -> None:
        """Stop them all."""
        for name in tuple(self._watched):
            await self._stop(name)
        await self._tidy()

    async def _stop(self, name: str) -> None:
        del self._watched[name]
        if self._hub is not None:
            await self._hub.close(name)

    async def _tidy(self) -> None:
        if self._hub is not None:
            await self._hub.tidy()


def symbols_of(desk: Desk, account: str) -> frozenset[str]:
    """The markets of an account whose prices the desk needs, whatever is held in them."""
    legs = [leg for hedge in desk.hedges for leg in hedge.exposure + hedge.cover]
    plans: list[LegPlan | PricePlan] = [*legs, *desk.prices.values()]
    return frozenset(plan.symbol for plan in plans if plan.symbol and plan.account == account)
