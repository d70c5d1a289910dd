"""Readings that the account can be watched without: a failure makes them old, nobody blind."""

import asyncio
from collections.abc import Sequence
from math import inf

import ccxt
import structlog

from hedgewatch.core.events import BalanceChanged
from hedgewatch.core.model import EndReason
from hedgewatch.venues.catalogue import Catalogue
from hedgewatch.venues.dialect import Dialect, Question
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.standing import Standing
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

EXPLAINED_WITHIN = 10.0
"""Seconds. A later answer explains nothing any more, and the next reading waits for this."""

log = structlog.get_logger()


class Sidelines:
    """Order books, the past, funding intervals, and the prices of collateral, of one account."""

    def __init__(
        self, account: str, dialect: Dialect, catalogue: Catalogue, around: Surroundings
    ) -> None:
        self._account = account
        self._dialect = dialect
        self._catalogue = catalogue
        self._around = around
        self._one_round = asyncio.Lock()
        self._one_past = asyncio.Lock()
        self._past_read_at: dict[str, float] = {}

    async def read_liquidity(self, standing: Standing) -> None:
        """One round, evenly spread; a market that cannot be read holds up no other."""
        async with self._one_round:
            symbols = standing.streams.symbols
            pause = max(ROUND_SECONDS / max(len(symbols), 1), PAUSE_SECONDS)
            for number, symbol in enumerate(symbols):
                if number:
                    await asyncio.sleep(pause)
                await self._read_book(standing, symbol)

    async def _read_book(self, standing: Standing, symbol: str) -> None:
        try:
            book = await self._dialect.read_liquidity(standing.exchange, symbol)
        except (ccxt.BadRequest, ccxt.RequestTimeout, OddReplyError) as error:
            log.info("an order book was not read", symbol=symbol, error=type(error).__name__)
        else:
            if book is not None:
                self._around.publish(book)

    async def read_history(self, standing: Standing) -> None:
        """The minutes of each market that nobody may have listened to, since they were read last.

        Slowly: what is needed to judge is asked for meanwhile. What failed is still missing.
        """
        async with self._one_past:
            since = standing.streams.listening_since
            missed = [
                s for s in standing.streams.symbols if self._past_read_at.get(s, -inf) < since
            ]
            for number, symbol in enumerate(missed):
                if number:
                    await asyncio.sleep(PAUSE_SECONDS)
                await self._read_past(standing, symbol)

    async def _read_past(self, standing: Standing, symbol: str) -> None:
        now = self._around.now()
        read_at = self._past_read_at.get(symbol, -inf)
        count = int(min((now - read_at) / 60.0 + _MINUTES_MORE, MINUTES_WANTED))
        there = standing.connection.venue_now()
        try:
            bars = await self._dialect.read_bars(standing.exchange, symbol, count, there)
        except (ccxt.BadRequest, ccxt.RequestTimeout, OddReplyError) as error:
            log.info("the past was not read", symbol=symbol, error=type(error).__name__)
        else:
            self._past_read_at[symbol] = now
            self._around.publish(bars)

    async def read_collateral(self, standing: Standing) -> None:
        """What each asset counts, where all of them are one pool."""
        priced = await self._dialect.read_collateral(standing.exchange)
        if priced is not None:
            self._around.publish(priced)

    async def explain_losses(self, standing: Standing) -> None:
        """Ask why coins became less; what the venue knows is told of the same balance again."""
        losses = self._dialect.losses(standing.exchange, standing.streams.symbols)
        async with asyncio.timeout(EXPLAINED_WITHIN):
            for balance, questions in losses:
                end = await self._answer(questions)
                log.info("a balance shrank", asset=balance.asset, reason=end)
                if end is not None:
                    self._around.publish(BalanceChanged(self._account, balance, end))

    async def _answer(self, questions: Sequence[Question]) -> EndReason | None:
        """The first that knows. One that is refused or not heard keeps nobody from the others."""
        for ask in questions:
            try:
                end = await ask()
            except (ccxt.ExchangeError, ccxt.OperationFailed, OddReplyError) as error:
                log.info("the venue does not say", error=type(error).__name__)
                continue
            if end is not None:
                return end
        return None

    async def read_terms(self, standing: Standing) -> None:
        """What the listing lacks; what changed by it is told."""
        await self._dialect.read_terms(standing.exchange)
        self._catalogue.define(self._catalogue.defined)
