"""Every venue that has no dialect of its own, by what ccxt knows of it.

Readings by REST are what counts; prices are asked for every second or two. What the venue streams
comes on top: prices sooner, and hints that the account changed. Nothing doubtful becomes a number.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
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
from hedgewatch.venues.dialect import (
    RESUBSCRIBE,
    AccountNews,
    Answer,
    Exchange,
    Feed,
    PollingBegan,
    Question,
    Tell,
)
from hedgewatch.venues.dialects.generic_fence import ReadingList
from hedgewatch.venues.dialects.generic_reading import GenericReader
from hedgewatch.venues.dialects.generic_rights import ASKED, rights_at
from hedgewatch.venues.dialects.generic_streams import Streamer
from hedgewatch.venues.dialects.generic_units import contract_size
from hedgewatch.venues.failures import first_cause
from hedgewatch.venues.fenced import DIALLED_FOR
from hedgewatch.venues.fields import OddReplyError, Row, number_or_none, text
from hedgewatch.venues.known import KNOWN
from hedgewatch.venues.permissions import KeyRights
from hedgewatch.venues.polling import SHORTEST_PAUSE, Poller
from hedgewatch.venues.readonly import AllowList
from hedgewatch.venues.session import PausedError
from hedgewatch.venues.settings import AccountSettings, EndpointSettings

log = structlog.get_logger()

_SMALLEST_STEP = Decimal("0.00000001")
"""Where ccxt does not tell steps."""

_MOST_BARS = 500
_MINUTE = 60_000.0


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
        self._streamer = Streamer(settings.name, settings.venue, Poller(settings.venue))
        self._held: set[str] = set()
        self._ends: dict[Feed, asyncio.Future[None]] = {}

    def fence(self, endpoint: EndpointSettings | None) -> AllowList:
        """What may be asked of the venue."""
        more = ASKED[self._venue][1] if self._venue in ASKED else ()
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
        """Whether a Bitget account is unified: ccxt takes any failure to ask for a no."""
        if self._venue != "bitget":
            return
        try:
            await exchange.privateUtaGetV3AccountSettings()
        except ccxt.ExchangeError:
            exchange.options["uta"] = False
        else:
            exchange.options["uta"] = True

    async def read_terms(self, exchange: Exchange) -> None:
        """None."""

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """Venues count a book in contracts, coins or dollars, and ccxt does as they do."""
        del exchange, symbol
        return None

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of what was traded, as ccxt unifies it: a bar has the time of its beginning."""
        if not exchange.has.get("fetchOHLCV"):
            return BarsRead(self._venue, symbol, ())
        reply = await exchange.fetch_ohlcv(symbol, "1m", None, min(count, _MOST_BARS))
        if not isinstance(reply, list):
            raise OddReplyError("bars is not a list")
        return BarsRead(self._venue, symbol, tuple(_bars(reply, now)))

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
        """One whole reading; what is held is asked the price of from now on."""
        reading = await self._reader.read(exchange)
        self._held = {each.symbol for each in reading.positions if each.contracts}
        return reading

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
        settle = unified.get("settle") or ""
        end = number_or_none(unified, "expiry")
        return Market(
            venue=self._venue,
            symbol=text(unified, "symbol"),
            base=text(unified, "base"),
            quote=text(unified, "quote"),
            settle=settle,
            contract_size=contract_size(self._venue, unified) if settle else 1.0,
            step=self._step(unified, "amount"),
            tick=self._step(unified, "price"),
            linear=not unified.get("inverse"),
            expiry=None if end is None else end / 1000.0,
            status="halted" if unified.get("active") is False else "trading",
        )

    def _step(self, unified: Row, name: str) -> Decimal:
        precision = unified.get("precision")
        told = number_or_none(precision, name) if isinstance(precision, Mapping) else None
        if not KNOWN[self._venue].steps or told is None or told <= 0.0:
            return _SMALLEST_STEP
        return Decimal(str(told)).normalize()

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """No need: ccxt names the markets."""

    async def new_stream_key(self, exchange: Exchange) -> str:
        """By ccxt's own means, where one is needed."""
        del exchange
        return ""

    async def keep_stream_key(self, exchange: Exchange) -> None:
        """By ccxt's own means; a stream that ends for it is opened again."""

    def dropped(self, feed: Feed, reason: str) -> None:
        """A feed is given up. Only new markets end the asking: what sockets do is no matter."""
        end = self._ends.get(feed)
        if reason == RESUBSCRIBE and end is not None and not end.done():
            end.set_exception(ccxt.NetworkError(reason))

    async def watch(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> None:
        """Ask for prices for ever, and listen to what is streamed beside it."""
        DIALLED_FOR.set(feed)
        end = self._ends[feed] = asyncio.get_running_loop().create_future()
        tell(PollingBegan(feed))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_until(end))
                for work in self._work(exchange, feed, symbols, tell):
                    group.create_task(work)
        except BaseExceptionGroup as failures:
            raise first_cause(failures) from failures

    def _work(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> list[Coroutine[Any, Any, None]]:
        """Marks of contracts, or quotes of pairs, and beside these what tells of the account."""
        listening, now = self._streamer, partial(venue_now, exchange)
        if feed == "mark":
            return [
                self._poll(exchange, partial(self._contracts, symbols), tell),
                *listening.marks(exchange, symbols, tell, now),
            ]
        pairs = [symbol for symbol in symbols if ":" not in symbol]
        return [
            self._poll(exchange, lambda: pairs, tell),
            *listening.quotes(exchange, symbols, tell, now),
            *listening.account(exchange, self._reader.by_side, tell),
        ]

    def _contracts(self, symbols: Sequence[str]) -> list[str]:
        return sorted({*symbols, *self._held})

    async def _poll(
        self, exchange: Exchange, wanted: Callable[[], Sequence[str]], tell: Tell
    ) -> None:
        """A round that fails is no reason to stop: silence tells, after five seconds of it."""
        poller = Poller(self._venue)
        while True:
            symbols = wanted()
            for event in await self._round(exchange, poller, symbols) if symbols else ():
                tell(event)
            await asyncio.sleep(poller.pause(exchange))

    async def _round(
        self, exchange: Exchange, poller: Poller, symbols: Sequence[str]
    ) -> list[PriceEvent]:
        """What was streamed while we asked is newer than the answer."""
        asked = venue_now(exchange)
        if all(self._streamer.told_since(symbol, asked - SHORTEST_PAUSE) for symbol in symbols):
            return []
        try:
            events = await poller.round(exchange, symbols, partial(venue_now, exchange))
        except (ccxt.OperationFailed, PausedError) as error:
            log.info("prices were not read", account=self._account, error=type(error).__name__)
            return []
        streamed = self._streamer.told_since
        return [e for e in events if not (e.key[0] == "mark" and streamed(e.symbol, asked))]


async def _until(end: "asyncio.Future[None]") -> None:
    await end


def venue_now(exchange: Exchange) -> float:
    """What the venue's clock shows, as far as it was asked."""
    behind = number_or_none(exchange.options, "timeDifference") or 0.0
    return float(exchange.milliseconds() - behind) / 1000.0


def _bars(reply: Sequence[Any], now: float) -> Iterable[tuple[float, float]]:
    """Ends and closes of the minutes that are over; a row that is no bar is left out."""
    for row in reply:
        fields = dict(enumerate(row)) if isinstance(row, list | tuple) else {}
        named = {str(index): each for index, each in fields.items()}
        began, close = number_or_none(named, "0"), number_or_none(named, "4")
        if began is None or close is None or close <= 0.0:
            continue
        end = (began + _MINUTE) / 1000.0
        if end <= now:
            yield end, close
