"""What Binance's two futures venues tell everybody: an account has one of these wings, or both."""

from collections.abc import Mapping
from typing import Any

from hedgewatch.core.events import BarsRead, LiquidityRead
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects.binance_candles import MOST_OF_MARKS, bars
from hedgewatch.venues.dialects.binance_common import Funding
from hedgewatch.venues.dialects.binance_futures import Futures
from hedgewatch.venues.dialects.binance_terms import (
    LEVELS,
    funding,
    liquidity,
    middle_of,
)
from hedgewatch.venues.dialects.optional import optional

_PUBLIC = ("exchangeInfo", "time", "fundingInfo", "depth", "openInterest", "markPriceKlines")
UM_PUBLIC = tuple(
    ("GET", f"https://fapi.binance.com/fapi/v1/{name}") for name in (*_PUBLIC, "ticker/24hr")
)
CM_PUBLIC = tuple(
    ("GET", f"https://dapi.binance.com/dapi/v1/{name}") for name in (*_PUBLIC, "ticker/24hr")
)
UM_SOCKETS = (
    ("GET", "wss://fstream.binance.com/public/ws/*"),
    ("GET", "wss://fstream.binance.com/market/ws/*"),
)
CM_SOCKETS = (("GET", "wss://dstream.binance.com/ws/*"),)


class UmWing:
    """USDⓈ-M: contracts are units of their base."""

    def __init__(self, venue: str, futures: Futures) -> None:
        self._venue = venue
        self._futures = futures

    async def funding(self, exchange: Exchange) -> Mapping[str, Funding]:
        """Asked anew, because the venue shortens the intervals in wild markets."""
        reply = await exchange.fapipublic_get_fundinginfo()
        return funding(reply, self._futures.listing)

    async def liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead:
        """Both sides of the book, the day's volume, what is open: weight 12 of 2400 a minute."""
        market = exchange.market_id(symbol)
        depth = await exchange.fapipublic_get_depth({"symbol": market, "limit": LEVELS})
        day = await exchange.fapipublic_get_ticker_24hr({"symbol": market})
        asked = exchange.fapipublic_get_openinterest({"symbol": market})
        self._futures.note_interest(symbol, await optional(asked, "open interest"))
        return liquidity(self._venue, symbol, depth, day)

    async def bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of the mark price, which liquidates."""
        wanted = _candles(exchange, symbol, count)
        reply = await exchange.fapipublic_get_markpriceklines(wanted)
        return bars(self._venue, symbol, reply, now)


class CmWing:
    """COIN-M: contracts are of `faces` dollars each, by symbol."""

    def __init__(self, venue: str, futures: Futures) -> None:
        self._venue = venue
        self._futures = futures
        self.faces: Mapping[str, float] = {}

    async def funding(self, exchange: Exchange) -> Mapping[str, Funding]:
        """As at USDⓈ-M."""
        reply = await exchange.dapipublic_get_fundinginfo()
        return funding(reply, self._futures.listing)

    async def liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead:
        """Both sides of the book, the day's volume, what is open: weight 12 of 2400 a minute."""
        market, face = exchange.market_id(symbol), self.faces[symbol]
        depth = await exchange.dapipublic_get_depth({"symbol": market, "limit": LEVELS})
        day = await exchange.dapipublic_get_ticker_24hr({"symbol": market})
        book = liquidity(self._venue, symbol, depth, day, face)
        asked = exchange.dapipublic_get_openinterest({"symbol": market})
        opened, middle = await optional(asked, "open interest"), middle_of(book)
        self._futures.note_interest(symbol, opened if middle else None, face / (middle or 1.0))
        return book

    async def bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of the mark price, which liquidates."""
        wanted = _candles(exchange, symbol, count)
        reply = await exchange.dapipublic_get_markpriceklines(wanted)
        return bars(self._venue, symbol, reply, now)

    def learn(self, markets: Mapping[str, Mapping[str, Any]]) -> None:
        """What a contract is of."""
        self.faces = {
            symbol: float(market["contractSize"])
            for symbol, market in markets.items()
            if market.get("contractSize")
        }


class BothWings:
    """Of an account that has both: what is asked of a market is asked where it trades."""

    def __init__(self, venue: str, futures: Futures) -> None:
        self._um = UmWing(venue, futures)
        self._cm = CmWing(venue, futures)

    async def funding(self, exchange: Exchange) -> Mapping[str, Funding]:
        """Each venue's own, of its own markets."""
        um, cm = await self._um.funding(exchange), await self._cm.funding(exchange)
        return {name: cm[name] if self.is_coin_margined(name) else um[name] for name in um}

    async def liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead:
        """Both sides of the book, the day's volume, what is open."""
        return await self._of(symbol).liquidity(exchange, symbol)

    async def bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of the mark price, which liquidates."""
        return await self._of(symbol).bars(exchange, symbol, count, now)

    def learn(self, markets: Mapping[str, Mapping[str, Any]]) -> None:
        """Which contracts are margined in coins, and what each of them is of."""
        self._cm.learn({name: one for name, one in markets.items() if one.get("inverse")})

    def is_coin_margined(self, symbol: str) -> bool:
        """Whether it trades at COIN-M."""
        return symbol in self._cm.faces

    def _of(self, symbol: str) -> UmWing | CmWing:
        return self._cm if self.is_coin_margined(symbol) else self._um


def _candles(exchange: Exchange, symbol: str, count: int) -> dict[str, object]:
    limit = min(count, MOST_OF_MARKS)
    return {"symbol": exchange.market_id(symbol), "interval": "1m", "limit": limit}
