"""What a venue streams through ccxt's own parsers: prices sooner than they are asked for, and hints
that the account changed.

Nothing here is relied on. A call of ccxt's that fails or falls silent is made anew, on a new
socket: many of ccxt's ends are dead ones, where the same call would wait for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import cache
from typing import Any

import ccxt
import structlog

from hedgewatch.core.events import PositionChanged, PriceEvent
from hedgewatch.tasks import being_cancelled, end_if_cancelled
from hedgewatch.venues.dialect import Exchange, Feed, ReadAgain, Tell
from hedgewatch.venues.dialects.generic_parts import Modes
from hedgewatch.venues.dialects.generic_replies import position_readings
from hedgewatch.venues.fenced import DIALLED_FOR
from hedgewatch.venues.fields import OddReplyError, Row
from hedgewatch.venues.pauses import PausedError
from hedgewatch.venues.polling import ODD, Poller, ways
from hedgewatch.venues.readonly import ForbiddenRequestError
from hedgewatch.venues.survey import exchange_class

TICKERS_WITH_MARKS = frozenset(
    {
        *("blofin", "bybit", "bybitid", "coinbaseinternational", "deribit", "gate"),
        *("krakenfutures", "lighter", "weex"),
    }
)
"""Venues whose parser of streamed tickers fills `markPrice` (`pro/<venue>.py` of ccxt 4.5.90)."""

TRUSTED_POSITIONS = frozenset(
    {"bybit", "bybitid", "cryptocom", "gate", "kucoin", "kucoinfutures", "okx", "okxus", "woo"}
)
"""Venues whose streamed positions go through the parser of the read ones: their quantities count.
What the others stream is a hint.
"""

_TOGETHER = 0.1
"""Seconds between two looks at what came: a call of ccxt's costs more than what it brings."""

_SILENT_AFTER = 30.0
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_ENDS = (ccxt.BaseError, ForbiddenRequestError, PausedError, TimeoutError, *ODD)

log = structlog.get_logger()

Work = Coroutine[Any, Any, None]
Call = Callable[[], Awaitable[object]]


@cache
def has(venue: str) -> Any:
    """What ccxt claims that it has of a venue."""
    return exchange_class(venue)().has


def mark_stream(venue: str) -> str:
    """The method that streams mark prices, empty where none does."""
    claims = has(venue)
    if claims.get("watchMarkPrices"):
        return "watch_mark_prices"
    if venue in TICKERS_WITH_MARKS and claims.get("watchTickers"):
        return "watch_tickers"
    return ""


def quote_stream(venue: str) -> str:
    """The method that streams the best bids and asks, empty where none does."""
    return "watch_bids_asks" if has(venue).get("watchBidsAsks") else ""


class Streamer:
    """The streams of one account."""

    def __init__(self, account: str, venue: str, poller: Poller) -> None:
        self._account = account
        self._venue = venue
        self._poller = poller
        self._told_at: dict[tuple[str, str], float] = {}
        self._seen: dict[str, object] = {}

    def told_since(self, kind: str, symbol: str, moment: float) -> bool:
        """Whether a mark price, or a quote, came by stream after a moment."""
        return self._told_at.get((kind, symbol), 0.0) > moment

    def _tell(self, event: PriceEvent, tell: Tell) -> None:
        self._told_at[event.key[0], event.symbol] = event.venue_time
        tell(event)

    def marks(
        self, exchange: Exchange, symbols: Sequence[str], tell: Tell, now: Callable[[], float]
    ) -> list[Work]:
        """Listen to mark prices, where there is anything to listen to."""
        way = mark_stream(self._venue)
        if not way or not ways(exchange, [way]):
            return []

        async def once() -> None:
            async with asyncio.timeout(_SILENT_AFTER):
                await getattr(exchange, way)(list(symbols))
            self._tell_marks(exchange, symbols, tell, now())
            await asyncio.sleep(_TOGETHER)

        return [self._keep(exchange, "mark", once)]

    def _tell_marks(
        self, exchange: Exchange, symbols: Sequence[str], tell: Tell, moment: float
    ) -> None:
        """From ccxt's cache: of several markets only one is returned."""
        for symbol in symbols:
            row = (exchange.tickers or {}).get(symbol)
            if row is None or self._seen.get(symbol) is row:
                continue
            self._seen[symbol] = row
            event = self._poller.mark(symbol, row, moment)
            if event is not None:
                self._tell(event, tell)

    def quotes(
        self, exchange: Exchange, symbols: Sequence[str], tell: Tell, now: Callable[[], float]
    ) -> list[Work]:
        """Listen to the best bids and asks."""
        way = quote_stream(self._venue)
        if not way or not symbols or not ways(exchange, [way]):
            return []

        async def once() -> None:
            await getattr(exchange, way)(list(symbols))
            rows = {each: (exchange.bidsasks or {}).get(each) or {} for each in symbols}
            for event in self._poller.quotes(rows, now()):
                self._tell(event, tell)
            await asyncio.sleep(_TOGETHER)

        return [self._keep(exchange, "quote", once)]

    def account(
        self, exchange: Exchange, by_side: set[str], modes: Modes, tell: Tell
    ) -> list[Work]:
        """Listen to the account: what changes there is read."""
        work = []
        if ways(exchange, ["watch_positions"]):

            async def positions() -> None:
                listed = await exchange.watch_positions()
                self._hint(exchange, listed, by_side, modes, tell)

            work.append(self._keep(exchange, "quote", positions))
        if ways(exchange, ["watch_balance"]):

            async def balance() -> None:
                reply = await exchange.watch_balance()
                totals = dict(reply.get("total") or {}) if isinstance(reply, dict) else reply
                self._hint_if_new("balance", totals, tell)
                await asyncio.sleep(_TOGETHER)

            work.append(self._keep(exchange, "quote", balance))
        return work

    def _hint(
        self, exchange: Exchange, listed: object, by_side: set[str], modes: Modes, tell: Tell
    ) -> None:
        """What is trusted is told at once; a reading follows in any case."""
        rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
        if self._venue in TRUSTED_POSITIONS:
            self._tell_positions(rows, exchange.markets or {}, by_side, modes, tell)
        state = [(row.get("symbol"), row.get("side"), row.get("contracts")) for row in rows]
        self._hint_if_new("positions", state, tell)

    def _tell_positions(
        self, rows: Sequence[Row], markets: Any, by_side: set[str], modes: Modes, tell: Tell
    ) -> None:
        try:
            told = position_readings(self._venue, list(rows), markets, by_side, modes)
        except OddReplyError as error:
            log.info("a streamed position is only a hint", account=self._account, error=str(error))
            return
        for position in told:
            if not modes.may_be_another(position):
                tell(PositionChanged(self._account, position))

    def _hint_if_new(self, what: str, state: object, tell: Tell) -> None:
        if self._seen.get(what) != state:
            self._seen[what] = state
            tell(ReadAgain(f"{what} changed, by the stream"))

    async def _keep(self, exchange: Exchange, feed: Feed, once: Call) -> None:
        """Again and again. What ccxt does not support after all is left alone."""
        DIALLED_FOR.set(feed)
        failures = 0
        while True:
            try:
                await once()
                failures = 0
            except ccxt.NotSupported:
                return
            except asyncio.CancelledError:
                if being_cancelled():
                    raise
                failures += 1
            except _ENDS as error:
                end_if_cancelled()
                log.info("a stream ended", account=self._account, error=type(error).__name__)
                failures += 1
            if failures:
                exchange.opener.drop(feed, "a stream of this feed ended")
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES)) - 1])
