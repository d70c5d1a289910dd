"""The markets of a venue, of which the desk is told those that it needs, with their tiers."""

import difflib
from collections.abc import Callable, Iterable, Mapping

from hedgewatch.core.events import Event, MarketDefined, TiersChanged
from hedgewatch.core.model import Market, Tier
from hedgewatch.venues.dialect import Dialect, Exchange
from hedgewatch.venues.fields import Row


class Catalogue:
    """What one account knows of markets; it outlives connections."""

    def __init__(self, account: str, dialect: Dialect, publish: Callable[[Event], None]) -> None:
        self._account = account
        self._dialect = dialect
        self._publish = publish
        self._markets: Mapping[str, Row] = {}
        self._tiers: Mapping[str, tuple[Tier, ...]] = {}
        self._defined: dict[str, Market] = {}
        self._told: dict[str, tuple[Tier, ...]] = {}

    async def load_markets(self, exchange: Exchange) -> None:
        """Read what is listed, and tell what changed of what was told before."""
        self._markets = await exchange.load_markets(True)  # noqa: FBT003 - ccxt's signature
        self._dialect.list_markets(self._markets)
        self.define(self._defined)

    @property
    def defined(self) -> list[str]:
        """The markets that were told of."""
        return list(self._defined)

    async def load_tiers(self, exchange: Exchange) -> None:
        """Read the tiers, and tell what changed of what was told before."""
        self._tiers = {**self._tiers, **await self._dialect.tiers(exchange, self.defined)}
        self.define(self._defined)

    async def load_missing_tiers(self, exchange: Exchange) -> None:
        """Read the tiers of what was told of without them."""
        if any(
            self._defined[symbol].settle and symbol not in self._tiers for symbol in self._defined
        ):
            await self.load_tiers(exchange)

    def define(self, symbols: Iterable[str]) -> None:
        """Tell of these markets, unless that was said already."""
        for symbol in [symbol for symbol in symbols if symbol in self._markets]:
            market = self._dialect.market(self._markets[symbol])
            if self._defined.get(symbol) != market:
                self._defined[symbol] = market
                self._publish(MarketDefined(market))
            tiers = self._tiers.get(symbol)
            if tiers is not None and self._told.get(symbol) != tiers:
                self._told[symbol] = tiers
                self._publish(TiersChanged(self._account, symbol, tiers))

    def known(self, symbols: Iterable[str]) -> list[str]:
        """Those that the venue lists, in a steady order."""
        return sorted(symbol for symbol in symbols if symbol in self._markets)

    def complaint(self, symbols: Iterable[str]) -> str:
        """What to say of those that it does not list, empty when it lists all."""
        unknown = sorted(symbol for symbol in symbols if symbol not in self._markets)
        return "; ".join(self._complaint(symbol) for symbol in unknown)

    def _complaint(self, symbol: str) -> str:
        near = difflib.get_close_matches(symbol, self._markets, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return f"the venue lists no market {symbol}{hint}"
