"""The markets of a venue, of which the desk is told those that it needs."""

import difflib
from collections.abc import Callable, Iterable, Mapping

from hedgewatch.core.events import Event, MarketDefined
from hedgewatch.core.model import Market
from hedgewatch.venues.dialect import Dialect, Exchange
from hedgewatch.venues.fields import OddReplyError, Row


class Catalogue:
    """What is known of the markets of one venue; it outlives connections."""

    def __init__(self, dialect: Dialect, publish: Callable[[Event], None]) -> None:
        self._dialect = dialect
        self._publish = publish
        self._markets: Mapping[str, Row] = {}
        self._defined: dict[str, Market] = {}
        self._odd: dict[str, str] = {}

    async def load(self, exchange: Exchange) -> None:
        """Read what is listed, and tell what changed of what was told before."""
        self._markets = await exchange.list_anew()
        self._dialect.list_markets(self._markets)
        self.define(self._defined)

    @property
    def loaded(self) -> bool:
        """True once it was read."""
        return bool(self._markets)

    @property
    def defined(self) -> list[str]:
        """The markets that were told of."""
        return list(self._defined)

    def define(self, symbols: Iterable[str]) -> None:
        """Tell of these markets, unless that was said already. One that makes no sense (not open
        yet, say, without a size) takes nothing from the others, and is what it was told as last.
        """
        for symbol in self.known(symbols):
            try:
                market = self._dialect.market(self._markets[symbol])
            except OddReplyError as error:
                self._odd[symbol] = str(error)
                continue
            self._odd.pop(symbol, None)
            if self._defined.get(symbol) != market:
                self._defined[symbol] = market
                self._publish(MarketDefined(market))

    def market(self, symbol: str) -> Market | None:
        """One that was told of."""
        return self._defined.get(symbol)

    def known(self, symbols: Iterable[str]) -> list[str]:
        """Those that the venue lists, in a steady order."""
        return sorted(symbol for symbol in symbols if symbol in self._markets)

    def complaint(self, symbols: Iterable[str]) -> str:
        """What to say of those that it does not list, or not so that it makes sense; empty when
        there are none.
        """
        wanted = sorted(symbols)
        unknown = [self._complaint(symbol) for symbol in wanted if symbol not in self._markets]
        odd = [
            f"what the venue lists as {s} makes no sense: {self._odd[s]}"
            for s in wanted
            if s in self._odd
        ]
        return "; ".join([*unknown, *odd])

    def _complaint(self, symbol: str) -> str:
        near = difflib.get_close_matches(symbol, self._markets, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return f"the venue lists no market {symbol}{hint}"
