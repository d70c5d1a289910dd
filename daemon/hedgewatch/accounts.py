"""Which accounts are watched: started, stopped and left alone as the configuration changes."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from hedgewatch.config.configuration import Configuration
from hedgewatch.core.model import Desk, LegPlan, PricePlan
from hedgewatch.jobs import Watch
from hedgewatch.venues.settings import AccountSettings

Spawn = Callable[[str, Coroutine[Any, Any, None]], Any]


class AccountWatch(Watch, Protocol):
    """One watched account, which lives until it is closed."""

    @property
    def odd_frames(self) -> int: ...

    async def reconnect(self, reason: str) -> None: ...
    async def run(self) -> None: ...
    async def close(self) -> None: ...


WatchMaker = Callable[[AccountSettings, frozenset[str]], Awaitable[AccountWatch]]


@dataclass(frozen=True, slots=True)
class _Watched:
    settings: AccountSettings
    symbols: frozenset[str]


class Accounts:
    """The watches by account name."""

    def __init__(self, make: WatchMaker, spawn: Spawn) -> None:
        self._make = make
        self._spawn = spawn
        self._watched: dict[str, tuple[_Watched, AccountWatch, Any]] = {}

    async def watch(self, configuration: Configuration) -> None:
        """Watch exactly these accounts; one whose settings and symbols stay keeps its sockets."""
        desk = configuration.desk()
        wanted = {
            settings.name: _Watched(settings, symbols_of(desk, settings.name))
            for settings in configuration.accounts
        }
        for name in tuple(self._watched):
            if wanted.get(name) != self._watched[name][0]:
                await self._stop(name)
        for name, watched in wanted.items():
            if name not in self._watched:
                watch = await self._make(watched.settings, watched.symbols)
                task = self._spawn(f"account:{name}", watch.run())
                self._watched[name] = (watched, watch, task)

    def watches(self) -> Iterable[AccountWatch]:
        """Every watch."""
        return [watch for _, watch, _ in self._watched.values()]

    def watch_of(self, name: str) -> AccountWatch | None:
        """The watch of one account."""
        held = self._watched.get(name)
        return None if held is None else held[1]

    async def close(self) -> None:
        """Stop them all."""
        for name in tuple(self._watched):
            await self._stop(name)

    async def _stop(self, name: str) -> None:
        _, watch, task = self._watched.pop(name)
        if not task.cancelling():  # twice would leave its sockets open
            task.cancel()
        await watch.close()


def symbols_of(desk: Desk, account: str) -> frozenset[str]:
    """The markets of an account whose prices the desk needs, whatever is held in them."""
    legs = [leg for hedge in desk.hedges for leg in hedge.exposure + hedge.cover]
    plans: list[LegPlan | PricePlan] = [*legs, *desk.prices.values()]
    return frozenset(plan.symbol for plan in plans if plan.symbol and plan.account == account)
