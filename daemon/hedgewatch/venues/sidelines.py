"""Public readings that can be done without for a while: a failure makes them old, nobody blind."""

import asyncio
from math import inf

import ccxt
import structlog

from hedgewatch.venues.catalogue import Catalogue
from hedgewatch.venues.dialect import Dialect
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.standing import Open
from hedgewatch.venues.surroundings import Surroundings

ROUND_SECONDS = 25.0
"""What a round of all order books takes at least: a little less than the pause of its job."""

PAUSE_SECONDS = 1.5
"""Between two books at least. At weight 12 each that is 480 of Binance's 2400 a minute, of however
many markets: with more than 16 of them a round takes longer. Between two pasts, too, which weigh 10
at most.
"""

MINUTES_WANTED = 1500
"""What the estimates keep, of a market whose past was never read."""

_MINUTES_MORE = 3
"""The one that runs, the one that was not final when the past was read, and the one between."""

log = structlog.get_logger()


class Sidelines:
    """Order books, quotes, the past, and funding intervals, of one venue."""

    def __init__(self, dialect: Dialect, catalogue: Catalogue, around: Surroundings) -> None:
        self._dialect = dialect
        self._catalogue = catalogue
        self._around = around
        self._one_round = asyncio.Lock()
        self._one_past = asyncio.Lock()
        self._past_read_at: dict[str, float] = {}

    async def read_liquidity(self, open_: Open) -> None:
        """One round, evenly spread; a market that cannot be read holds up no other."""
        async with self._one_round:
            symbols = list(open_.streams.symbols)
            pause = max(ROUND_SECONDS / max(len(symbols), 1), PAUSE_SECONDS)
            for number, symbol in enumerate(symbols):
                if number:
                    await asyncio.sleep(pause)
                await self._read_book(open_, symbol)

    async def _read_book(self, open_: Open, symbol: str) -> None:
        try:
            book = await self._dialect.read_liquidity(open_.exchange, symbol)
        except (ccxt.BadRequest, ccxt.RequestTimeout, OddReplyError) as error:
            log.info("an order book was not read", symbol=symbol, error=type(error).__name__)
        else:
            if book is not None:
                self._around.publish(book)

    async def read_history(self, open_: Open) -> None:
        """The minutes of each market that nobody may have listened to, since they were read last.

        Slowly: what is needed to judge is asked for meanwhile. What failed is still missing.
        """
        async with self._one_past:
            since = open_.streams.listening_since
            missed = [s for s in open_.streams.symbols if self._past_read_at.get(s, -inf) < since]
            for number, symbol in enumerate(missed):
                if number:
                    await asyncio.sleep(PAUSE_SECONDS)
                await self._read_past(open_, symbol)

    async def _read_past(self, open_: Open, symbol: str) -> None:
        now = self._around.now()
        read_at = self._past_read_at.get(symbol, -inf)
        count = int(min((now - read_at) / 60.0 + _MINUTES_MORE, MINUTES_WANTED))
        there = open_.connection.venue_now()
        try:
            bars = await self._dialect.read_bars(open_.exchange, symbol, count, there)
        except (ccxt.BadRequest, ccxt.RequestTimeout, OddReplyError) as error:
            log.info("the past was not read", symbol=symbol, error=type(error).__name__)
        else:
            self._past_read_at[symbol] = now
            self._around.publish(bars)

    async def read_quotes(self, open_: Open) -> None:
        """Of pairs that are quiet on the stream."""
        asked, there = self._around.now(), open_.connection.venue_now()
        symbols = open_.streams.symbols
        quotes = await self._dialect.read_quotes(open_.exchange, symbols, there)
        open_.streams.polled(quotes, asked)

    async def read_terms(self, open_: Open) -> None:
        """What the listing lacks; what changed by it is told."""
        await self._dialect.read_terms(open_.exchange)
        self._catalogue.define(self._catalogue.defined)
