"""The maintenance tiers of an account, of which the desk is told those that it needs."""

from collections.abc import Callable, Iterable, Mapping

from hedgewatch.core.events import Event, TiersChanged
from hedgewatch.core.model import Tier
from hedgewatch.venues.dialect import Dialect, Exchange


class Brackets:
    """Tiers by symbol, as one account has them; they outlive connections."""

    def __init__(self, account: str, dialect: Dialect, publish: Callable[[Event], None]) -> None:
        self._account = account
        self._dialect = dialect
        self._publish = publish
        self._tiers: Mapping[str, tuple[Tier, ...]] = {}
        self._told: dict[str, tuple[Tier, ...]] = {}
        self._wanted: set[str] = set()
        self._asked: set[str] = set()

    async def load(self, exchange: Exchange) -> None:
        """Read them, and tell what changed of what was told before."""
        wanted = sorted(self._wanted)
        self._tiers = {**self._tiers, **await self._dialect.tiers(exchange, wanted)}
        self._asked.update(wanted)
        self._tell()

    async def load_missing(self, exchange: Exchange) -> None:
        """Read them if some are wanted that were never asked for."""
        if not self._wanted <= self._asked | self._tiers.keys():
            await self.load(exchange)

    def want(self, symbols: Iterable[str]) -> None:
        """From now on those of these markets, too, are told of, as far as they are known."""
        self._wanted |= set(symbols)
        self._tell()

    def _tell(self) -> None:
        for symbol in sorted(self._wanted & self._tiers.keys()):
            tiers = self._tiers[symbol]
            if self._told.get(symbol) != tiers:
                self._told[symbol] = tiers
                self._publish(TiersChanged(self._account, symbol, tiers))
