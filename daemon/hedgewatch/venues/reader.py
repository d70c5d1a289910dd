"""Readings of an account by REST: one at a time, and none that begins before it was asked for."""

import asyncio

from hedgewatch.core.events import AccountRead
from hedgewatch.venues.catalogue import Catalogue
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import Dialect, Exchange
from hedgewatch.venues.feeds import Feeds
from hedgewatch.venues.fields import UnlistedMarketError
from hedgewatch.venues.streams import Streams
from hedgewatch.venues.surroundings import Surroundings


class Reader:
    """Reads, tells of new markets before the positions in them, and publishes."""

    def __init__(
        self, dialect: Dialect, catalogue: Catalogue, feeds: Feeds, around: Surroundings
    ) -> None:
        self._dialect = dialect
        self._catalogue = catalogue
        self._feeds = feeds
        self._around = around
        self._one_at_a_time = asyncio.Lock()
        self._asked = 0
        self._answered = 0

    async def read(self, connection: Connection, streams: Streams) -> None:
        """A reading that begins after this call; calls that wait meanwhile share the next one."""
        self._asked += 1
        mine = self._asked
        async with self._one_at_a_time:
            if self._answered >= mine:
                return
            answering = self._asked
            await self._read(connection, streams)
            self._answered = answering

    async def _read(self, connection: Connection, streams: Streams) -> None:
        exchange = connection.exchange
        reading = await self._reading(exchange)
        held = [position.symbol for position in reading.positions if position.contracts]
        self._catalogue.define(held)
        await self._catalogue.load_missing_tiers(exchange)
        streams.hold(held)
        streams.ledger.read(reading.positions, self._around.now())
        self._around.publish(reading)
        self._feeds.restored("rest")
        asked = self._around.now()
        there = connection.venue_now()
        quotes = await self._dialect.read_quotes(exchange, streams.symbols, there)
        streams.polled(quotes, asked)
        await self._catalogue.load_missing_tiers(exchange)

    async def _reading(self, exchange: Exchange) -> AccountRead:
        """A position in a market that was listed since is no reason to know nothing."""
        try:
            return await self._dialect.read_account(exchange)
        except UnlistedMarketError:
            await self._catalogue.load_markets(exchange)
            await self._catalogue.load_tiers(exchange)
            return await self._dialect.read_account(exchange)
