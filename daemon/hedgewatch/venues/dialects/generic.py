"""Every venue that has no dialect of its own, by what ccxt knows of it.

Readings by REST are what counts; prices are asked for every second or two. What the venue streams
comes on top: prices sooner, and hints that the account changed. Nothing doubtful becomes a number.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Any

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
from hedgewatch.tasks import all_of, end_if_cancelled
from hedgewatch.venues.dialect import (
    AccountNews,
    Answer,
    Exchange,
    Feed,
    PollingBegan,
    Question,
    Tell,
)
from hedgewatch.venues.dialects.generic_beside import ENTRIES_BESIDE
from hedgewatch.venues.dialects.generic_fence import ReadingList
from hedgewatch.venues.dialects.generic_kinds import learn_kind
from hedgewatch.venues.dialects.generic_markets import bars_of, market_of
from hedgewatch.venues.dialects.generic_reading import GenericReader
from hedgewatch.venues.dialects.generic_rights import ASKED, rights_at
from hedgewatch.venues.dialects.generic_several import ENTRIES_OF_SEVERAL
from hedgewatch.venues.dialects.generic_streams import Streamer
from hedgewatch.venues.failures import first_cause
from hedgewatch.venues.fenced import DIALLED_FOR
from hedgewatch.venues.fields import Row, number_or_none, table, text
from hedgewatch.venues.marks import ENTRIES, with_mark
from hedgewatch.venues.pauses import PausedError
from hedgewatch.venues.permissions import KeyRights
from hedgewatch.venues.polling import SHORTEST_PAUSE, Funding, Kind, Poller
from hedgewatch.venues.readonly import AllowList
from hedgewatch.venues.settings import AccountSettings, EndpointSettings

log = structlog.get_logger()

_MOST_BARS = 500
_QUOTE_SECONDS = 10.0
"""How old the quote of a contract may become before it is asked for."""


class Generic:
    """One account of any venue."""

    options: Mapping[str, Any] = MappingProxyType(
        {
            "fetchCurrencies": False,
            "watchPositions": {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False},
            "watchBalance": {"fetchBalanceSnapshot": False, "awaitBalanceSnapshot": False},
        }
    )
    feeds: tuple[Feed, ...] = ("mark", "quote")
    requests: tuple[tuple[str, str], ...] = ()
    operations: tuple[str, ...] = ()

    def __init__(self, settings: AccountSettings) -> None:
        self._account, self._venue = settings.name, settings.venue
        self._reader = GenericReader(settings.name, settings.venue)
        self._funding = Funding(settings.venue)
        poller = Poller(settings.venue, self._funding)
        self._streamer = Streamer(settings.name, settings.venue, poller)
        self._watched: set[str] = set()
        self._quoted: dict[str, float] = {}
        self._ends: dict[Feed, asyncio.Future[None]] = {}

    def fence(self, endpoint: EndpointSettings | None) -> AllowList:
        """What may be asked of the venue."""
        rights = ASKED[self._venue][1] if self._venue in ASKED else ()
        asked = (
            entries.get(self._venue, ())
            for entries in (ENTRIES, ENTRIES_BESIDE, ENTRIES_OF_SEVERAL)
        )
        more = (*rights, *chain.from_iterable(asked))
        return ReadingList(self._venue, more, endpoint)

    def feed_of(self, path: str) -> Feed:
        """The fragment of an address says it: this is not asked."""
        del path
        return "quote"

    def price(self, message: Row, now: float) -> PriceEvent | None:
        """None: ccxt's parsers read the frames."""
        del message, now
        return None

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """None, likewise."""
        del message
        return ()

    def answer(self, message: Row) -> Answer | None:
        """None, likewise."""
        del message
        return None

    async def rights(self, exchange: Exchange) -> KeyRights:
        """What the venue tells of the key, where it does."""
        return await rights_at(self._venue, exchange)

    async def settle_in(self, exchange: Exchange) -> None:
        """Whether the account is a unified one, where ccxt takes any failure to ask for a no."""
        await learn_kind(self._venue, exchange)

    async def read_terms(self, exchange: Exchange) -> None:
        """Funding rates, where they come with their interval."""
        contracts = sorted(each for each in self._watched if ":" in each)
        if exchange.has.get("fetchFundingRates"):
            told = table(await exchange.fetch_funding_rates(contracts or None), "funding rates")
        elif exchange.has.get("fetchFundingRate"):
            told = {each: await exchange.fetch_funding_rate(each) for each in contracts}
        else:
            return
        for symbol, row in told.items():
            self._funding.learn(symbol, with_mark(self._venue, table(row, "a funding rate")))

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """Venues count a book in contracts, coins or dollars, and ccxt does as they do."""
        del exchange, symbol
        return None

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of what was traded, as ccxt unifies it: a bar has the time of its beginning."""
        if not exchange.has.get("fetchOHLCV"):
            return BarsRead(self._venue, symbol, ())
        reply = await exchange.fetch_ohlcv(symbol, "1m", None, min(count, _MOST_BARS))
        return BarsRead(self._venue, symbol, bars_of(reply, now))

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """What collateral counts is the venue's secret."""
        del exchange
        return None

    def losses(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterable[tuple[BalanceReading, Sequence[Question]]]:
        """Why a coin went is not asked for."""
        del exchange, symbols
        return ()

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """One whole reading."""
        return await self._reader.read(exchange)

    async def read_quotes(
        self, exchange: Exchange, symbols: Sequence[str], now: float
    ) -> Sequence[QuoteChanged]:
        """Prices are asked for anyway."""
        del exchange, symbols, now
        return ()

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """None: nothing is computed by them."""
        del exchange, symbols
        return {}

    def market(self, unified: Row) -> Market:
        """A market by ccxt's unified fields."""
        if isinstance(info := unified.get("info"), Mapping):
            self._funding.list_market(text(unified, "symbol"), info)
        return market_of(self._venue, unified, self._funding)

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """No need: ccxt names the markets."""

    async def new_stream_key(self, exchange: Exchange) -> str:
        """By ccxt's own means, where one is needed."""
        del exchange
        return ""

    async def keep_stream_key(self, exchange: Exchange) -> None:
        """By ccxt's own means; a stream that ends for it is opened again."""

    def begin_anew(self, feed: Feed, why: Exception) -> None:
        """Only new markets end the asking: what sockets do is no matter."""
        end = self._ends.get(feed)
        if end is not None and not end.done():
            end.set_exception(why)

    def overhear(self, exchange: Exchange, tell: Tell) -> Sequence[Coroutine[Any, Any, None]]:
        """Hints that the account changed."""
        DIALLED_FOR.set("user")
        return self._streamer.account(exchange, self._reader.by_side, self._reader.modes, tell)

    async def watch(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> None:
        """Ask for prices for ever, and listen to what is streamed beside it."""
        DIALLED_FOR.set(feed)
        self._watched |= set(symbols)
        end = self._ends[feed] = asyncio.get_running_loop().create_future()
        tell(PollingBegan(feed))
        try:
            await all_of((_until(end), *self._work(exchange, feed, symbols, tell)))
        except BaseExceptionGroup as failures:
            raise first_cause(failures) from failures

    def _work(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> list[Coroutine[Any, Any, None]]:
        """Marks of contracts, or quotes of pairs."""
        listening, now = self._streamer, partial(venue_now, exchange)
        if feed == "mark":
            return [
                self._poll(exchange, "mark", lambda: symbols, tell),
                *listening.marks(exchange, symbols, tell, now),
            ]
        return [
            self._poll(exchange, "quote", partial(self._unquoted, exchange, symbols), tell),
            *listening.quotes(exchange, symbols, tell, now),
        ]

    def _unquoted(self, exchange: Exchange, symbols: Sequence[str]) -> list[str]:
        """Pairs, whose price their quotes are; contracts whose quotes come in no other way."""
        since = venue_now(exchange) - _QUOTE_SECONDS
        return [each for each in symbols if ":" not in each or self._quoted.get(each, 0.0) < since]

    async def _poll(
        self, exchange: Exchange, kind: Kind, wanted: Callable[[], Sequence[str]], tell: Tell
    ) -> None:
        """A round that fails is no reason to stop: silence tells, after five seconds of it."""
        poller = Poller(self._venue, self._funding)
        while True:
            symbols = wanted()
            events = await self._round(exchange, poller, kind, symbols) if symbols else []
            end_if_cancelled()
            for event in events:
                if isinstance(event, QuoteChanged):
                    self._quoted[event.symbol] = event.venue_time
                tell(event)
            await asyncio.sleep(poller.pause(exchange))

    async def _round(
        self, exchange: Exchange, poller: Poller, kind: Kind, symbols: Sequence[str]
    ) -> list[PriceEvent]:
        """What was streamed while we asked is newer than the answer."""
        asked, streamed = venue_now(exchange), partial(self._streamer.told_since, kind)
        if all(streamed(symbol, asked - SHORTEST_PAUSE) for symbol in symbols):
            return []
        try:
            events = await poller.round(exchange, kind, symbols, partial(venue_now, exchange))
        except (ccxt.OperationFailed, PausedError) as error:
            log.info("prices were not read", account=self._account, error=type(error).__name__)
            return []
        told = self._streamer.told_since
        return [event for event in events if not told(event.key[0], event.symbol, asked)]


async def _until(end: "asyncio.Future[None]") -> None:
    await end


def venue_now(exchange: Exchange) -> float:
    """What the venue's clock shows, as far as it was asked."""
    behind = number_or_none(exchange.options, "timeDifference") or 0.0
    return float(exchange.milliseconds() - behind) / 1000.0
