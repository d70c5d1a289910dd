"""OKX: swaps linear and inverse, dated futures and spot balances of one account.

Frames and fields by OKX's API documentation (v5). The sockets never carry an order: what is said
on them is `login`, `subscribe` and the text `ping`.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, Literal

import ccxt
import structlog

from hedgewatch.core.events import (
    AccountRead,
    BalanceReading,
    BarsRead,
    CollateralPriced,
    LiquidityRead,
    PriceEvent,
    QuoteChanged,
)
from hedgewatch.core.model import Market, Tier
from hedgewatch.venues.dialect import (
    AccountNews,
    Answer,
    Dialect,
    Exchange,
    Feed,
    Question,
    Tell,
)
from hedgewatch.venues.dialects import okx_account, okx_sockets, okx_terms
from hedgewatch.venues.dialects.okx_account import IN_ONE_POOL
from hedgewatch.venues.dialects.okx_discounts import Discounts
from hedgewatch.venues.dialects.okx_listing import Listing, market_of
from hedgewatch.venues.dialects.okx_prices import Prices
from hedgewatch.venues.dialects.okx_reader import AccountReader
from hedgewatch.venues.dialects.okx_user import UserFrames
from hedgewatch.venues.fields import Row, text
from hedgewatch.venues.permissions import KeyRights

_LEVELS = 400
_CANDLES = {"mark-price-candles": 100, "candles": 300}
"""A page each; twenty and forty pages in two seconds are allowed."""

_BETWEEN_PAGES = 0.12
SITES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "okx": ("www.okx.com", "ws.okx.com"),
        "okxus": ("us.okx.com", "wsus.okx.com"),
    }
)
"""Of the world, of the United States: one API, each site with accounts of its own."""

_ASKED = (
    "account/balance",
    "account/config",
    "account/positions",
    "account/trade-fee",
    "asset/balances",
    "finance/savings/balance",
    "market/books",
    "market/candles",
    "market/index-tickers",
    "market/mark-price-candles",
    "market/ticker",
    "public/discount-rate-interest-free-quota",
    "public/funding-rate",
    "public/instruments",
    "public/position-tiers",
    "public/time",
)

log = structlog.get_logger()


class Okx:
    """One account, whatever its mode."""

    feeds: tuple[Feed, ...] = ("mark", "quote", "user")
    logs_in: Literal[True] = True
    options: Mapping[str, Any] = MappingProxyType(
        {"fetchMarkets": {"types": ["spot", "future", "swap"]}}
    )
    requests: tuple[tuple[str, str], ...]
    operations: tuple[str, ...] = ("login", "subscribe", "ping")
    greeting: bytes | None = None
    plain_pong: bytes | None = b"pong"

    def __init__(self, account: str, venue: str = "okx") -> None:
        self._account = account
        self._listing = Listing(venue)
        host, sockets = SITES[venue]
        self.requests = (
            *(("GET", f"https://{host}/api/v5/{path}") for path in _ASKED),
            ("GET", f"wss://{sockets}/ws/v5/public"),
            ("GET", f"wss://{sockets}/ws/v5/private"),
        )
        self._prices = Prices(self._listing)
        self._user = UserFrames(account, self._listing)
        self._reader = AccountReader(account, self._listing, self._user)
        self._intervals: Mapping[str, float] = {}
        self._discounts = Discounts()

    def borrow_tables(self, lender: Dialect) -> None:
        """The discounts of collateral."""
        if isinstance(lender, Okx):
            self._discounts = lender._discounts  # noqa: SLF001 - the same class

    # frames

    def feed_of(self, path: str) -> Feed:
        """Prices are dialled by their feed; what is left is private."""
        del path
        return "user"

    def price(self, message: Row, now: float) -> PriceEvent | None:
        """The mark price or quote in a frame, which carries its own time."""
        del now
        return self._prices.decode(message)

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """What a private frame tells."""
        return self._user.decode(message) if "data" in message else ()

    def answer(self, message: Row) -> Answer | None:
        """An answer, or a word on the socket itself."""
        return okx_sockets.answer_of(message)

    async def watch(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> None:
        """Log in where it is private, subscribe, and wait for the end of the socket."""
        if feed == "user":
            await okx_sockets.listen_to_account(exchange, tell)
            return
        listed = [symbol for symbol in symbols if self._listing.has(symbol)]
        if feed == "mark":
            self._prices.listen(listed, tell)
        channels = okx_sockets.channels_of(feed, listed, self._listing)
        await okx_sockets.subscribe(exchange, feed, channels)

    async def new_stream_key(self, exchange: Exchange) -> str:
        """None is needed."""
        del exchange
        return ""

    async def keep_stream_key(self, exchange: Exchange) -> None:
        """None is kept."""

    # the account

    async def rights(self, exchange: Exchange) -> KeyRights:
        """What the key may do."""
        return okx_account.rights_in(await self._reader.configuration(exchange, anew=True))

    async def settle_in(self, exchange: Exchange) -> None:
        """The mode of the account, and what it pays to close its contracts."""
        await self._reader.settle_in(exchange)

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """One whole reading."""
        return await self._reader.read(exchange)

    def losses(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterable[tuple[BalanceReading, Sequence[Question]]]:
        """The private stream tells of them."""
        del exchange, symbols
        return ()

    # terms

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """By families, as cross or isolated positions have them, whichever is held. Where both are
        and have others, those of the market are none: it has one table.
        """
        found: dict[str, tuple[Tier, ...]] = {}
        for (kind, mode), named in self._by_family(symbols).items():
            families = iter(named)
            while five := list(islice(families, okx_terms.FAMILIES)):
                told = await _tiers(exchange, kind, mode, five)
                for symbol, table in (
                    (s, told[family]) for family in five if family in told for s in named[family]
                ):
                    found[symbol] = table if found.get(symbol, table) == table else ()
        return found

    def _by_family(
        self, symbols: Iterable[str]
    ) -> Mapping[tuple[str, str], Mapping[str, list[str]]]:
        """Symbols by their family, by type and margin mode."""
        sorted_by: dict[tuple[str, str], dict[str, list[str]]] = {}
        for symbol in symbols:
            if self._listing.is_contract(symbol):
                for mode in self._reader.modes_of(symbol):
                    of_kind = sorted_by.setdefault((self._listing.kind(symbol), mode), {})
                    of_kind.setdefault(self._listing.family(symbol), []).append(symbol)
        return sorted_by

    async def read_terms(self, exchange: Exchange) -> None:
        """How often funding is paid, of all in one request."""
        reply = await exchange.public_get_public_funding_rate({"instId": "ANY"})
        self._intervals = okx_terms.funding_intervals(reply, self._listing)

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """The dollar indices of all coins, and by which discounts they count."""
        if self._user.mode not in IN_ONE_POOL:
            return None
        discounts = await self._discounts.read(exchange)
        reply = await exchange.public_get_market_index_tickers({"quoteCcy": "USD"})
        prices, at = okx_terms.dollar_prices(reply)
        valued = {**self._reader.valued, **prices}
        counted = okx_terms.collateral(valued, discounts, self._reader.switched_off)
        return CollateralPriced(self._account, counted, at)

    # markets

    def market(self, unified: Row) -> Market:
        """A contract of its own size, or a pair."""
        symbol = text(unified, "symbol")
        told = self._prices.intervals.get(symbol, self._intervals.get(symbol))
        return market_of(self._listing.venue, unified, told)

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the ids."""
        self._listing.learn(markets)

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """Both sides of a contract's book, and the day's volume."""
        if not self._listing.is_contract(symbol):
            return None
        name = self._listing.id(symbol)
        depth = await exchange.public_get_market_books({"instId": name, "sz": str(_LEVELS)})
        day = await exchange.public_get_market_ticker({"instId": name})
        return okx_terms.liquidity(self._listing, symbol, depth, day)

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of the mark price, which liquidates; of a pair, of what was traded. Page by page."""
        del now
        of_trades = not self._listing.is_contract(symbol)
        kind, ask = "mark-price-candles", exchange.public_get_market_mark_price_candles
        if of_trades:
            kind, ask = "candles", exchange.public_get_market_candles
        wanted = {"instId": self._listing.id(symbol), "bar": "1m"}
        found: list[tuple[float, float]] = []
        left = count
        while left > 0:
            wanted["limit"] = str(min(left, _CANDLES[kind]))
            page = list(okx_terms.candles(await ask(dict(wanted)), of_trades=of_trades))
            found += [(end, close) for end, close in page if close is not None]
            left -= len(page)
            if len(page) < int(wanted["limit"]):
                break
            wanted["after"] = str(round((page[-1][0] - 60.0) * 1000.0))
            await asyncio.sleep(_BETWEEN_PAGES)
        return BarsRead(self._listing.venue, symbol, tuple(found))

    async def read_quotes(
        self, exchange: Exchange, symbols: Sequence[str], now: float
    ) -> Sequence[QuoteChanged]:
        """Of pairs: one that is quiet on the stream is told here. Marks show contracts alive."""
        del now
        pairs = [symbol for symbol in symbols if not self._listing.is_contract(symbol)]
        asked = [{"instId": self._listing.id(symbol)} for symbol in pairs]
        told = [self._prices.quote(await exchange.public_get_market_ticker(each)) for each in asked]
        return [quote for quote in told if quote is not None]


async def _tiers(
    exchange: Exchange, kind: str, mode: str, families: Sequence[str]
) -> Mapping[str, tuple[Tier, ...]]:
    """By family. One that OKX does not know (any more) takes its neighbours' tiers from nobody."""
    asked = {"instType": kind, "tdMode": mode, "instFamily": ",".join(families)}
    try:
        return okx_terms.tiers(await exchange.public_get_public_position_tiers(asked))
    except ccxt.BadRequest as error:
        if len(families) == 1:
            log.warning("OKX tells no tiers", family=families[0], error=str(error)[:200])
            return {}
    found: dict[str, tuple[Tier, ...]] = {}
    for family in families:
        found |= await _tiers(exchange, kind, mode, [family])
    return found
