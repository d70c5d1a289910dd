"""Watches for ever what is public of one venue, once for all accounts there: its markets, prices,
order books, past, terms and clock. No key is used for it, and none can spoil it.

Importing this module imports ccxt, which takes seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from hedgewatch.core.model import Market
from hedgewatch.tasks import all_of
from hedgewatch.venues.access import public
from hedgewatch.venues.attempts import Attempts, each_time
from hedgewatch.venues.catalogue import Catalogue
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import Dialect, SharesTables
from hedgewatch.venues.dialects import dialect_of
from hedgewatch.venues.followers import Followers
from hedgewatch.venues.prices import PriceStreams
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import AccountSettings
from hedgewatch.venues.sidelines import Sidelines
from hedgewatch.venues.standing import Open
from hedgewatch.venues.surroundings import Surroundings
from hedgewatch.venues.tally import Tally

log = structlog.get_logger()


class MarketWatch:
    """The watch of the markets of one venue, at one endpoint. Only `run` opens anything.

    None of the calls raises for what a venue does.
    """

    def __init__(self, settings: AccountSettings, around: Surroundings) -> None:
        self.name = settings.venue
        self.followers = Followers(around.publish)
        self._access = public(settings)
        self._around = around
        self._dialect = dialect_of(settings)
        self._redactor = Redactor()
        self._attempts = Attempts(self.name, self._redactor, around)
        self._catalogue = Catalogue(self._dialect, around.publish)
        self._sidelines = Sidelines(self._dialect, self._catalogue, around)
        self._borrowers: list[Connection] = []
        self._open: Open | None = None
        self._lender: Connection | None = None
        self._tried: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._one_listing = asyncio.Lock()
        self._tally = Tally()

    async def run(self) -> None:
        """For ever, with a pause after each failure."""
        await self._attempts.run(self._watch, self._failed)

    def _failed(self, failure: BaseException, reason: str) -> None:
        del failure
        log.warning("the markets of a venue cannot be watched", venue=self.name, reason=reason)
        self.followers.lose_all(reason)
        self._tell_who_waits(reason)

    def _tell_who_waits(self, reason: str) -> None:
        """How the attempt went; empty when well."""
        tried, self._tried = self._tried, asyncio.get_running_loop().create_future()
        if not tried.cancelled():
            tried.set_result(reason)

    async def _watch(self) -> None:
        """One connection, from its first request until something fails that a socket does not."""
        connection = Connection(self._access, self._dialect, self._redactor, self._around)
        self._tally.begin(connection)
        streams = PriceStreams(
            connection, self._dialect, self._catalogue, self.followers, self._around
        )
        try:
            await self._attempts.aside(connection.measure_clock(), "the venue's clock was not read")
            await self._catalogue.load(connection.exchange)
            self._lend(connection)
            await self._stream(Open(connection, streams))
        finally:
            self._open = None
            self._tally.end()
            await connection.close()

    async def _stream(self, open_: Open) -> None:
        self._open = open_
        streams = open_.streams
        await all_of(
            (
                streams.run(),
                each_time(streams.clock_wanted, self.read_clock),
                each_time(streams.history_wanted, self.read_history),
                each_time(streams.quotes_wanted, self.read_quotes),
                each_time(streams.books_wanted, self.read_liquidity),
                self.refresh_terms(),
            )
        )

    # for the accounts

    def share_tables(self, borrower: Dialect) -> None:
        """What is public and asked for by accounts is asked for once for all of them."""
        if isinstance(borrower, SharesTables):
            borrower.borrow_tables(self._dialect)

    async def lend(self, borrower: Connection, complain: Callable[[str], None]) -> None:
        """Let a connection have the markets and the clock, now and whenever they are read anew.

        `complain` is told each time why there are none yet.
        """
        while not self._catalogue.loaded:
            reason = await asyncio.shield(self._tried)
            if reason:
                complain(reason)
        self._borrowers.append(borrower)
        self._give(borrower)

    def take_back(self, borrower: Connection) -> None:
        """It is over."""
        if borrower in self._borrowers:
            self._borrowers.remove(borrower)

    def _lend(self, lender: Connection) -> None:
        self._lender = lender
        for borrower in self._borrowers:
            self._give(borrower)
        self._tell_who_waits("")

    def _give(self, borrower: Connection) -> None:
        if self._lender is not None:
            borrower.borrow_markets(self._lender)
            borrower.borrow_clock(self._lender)

    def define(self, symbols: Iterable[str]) -> None:
        """Tell of these markets, unless that was said already."""
        self._catalogue.define(symbols)

    def complaint(self, symbols: Iterable[str]) -> str:
        """What to say of those that the venue does not list, empty when it lists all."""
        return self._catalogue.complaint(symbols)

    def market(self, symbol: str) -> Market | None:
        """One that was told of."""
        return self._catalogue.market(symbol)

    # what jobs ask for

    async def refresh_markets(self) -> None:
        """Read anew what is listed; who comes meanwhile waits for the same reading."""
        if self._one_listing.locked():
            async with self._one_listing:
                return
        async with self._one_listing:
            await self._aside(self._list, "the list of markets is old")

    async def _list(self, open_: Open) -> None:
        await self._catalogue.load(open_.exchange)
        self._lend(open_.connection)

    async def read_clock(self) -> None:
        """Ask for the venue's time: its clock may have stepped."""
        await self._aside(self._time, "the venue's clock was not read")

    async def _time(self, open_: Open) -> None:
        await open_.connection.measure_clock()
        for borrower in self._borrowers:
            borrower.borrow_clock(open_.connection)

    async def read_quotes(self) -> None:
        """Read the quotes of quiet pairs."""
        await self._aside(self._sidelines.read_quotes, "quotes are old")

    async def refresh_terms(self) -> None:
        """Read anew what changes more often than markets do: funding intervals."""
        await self._aside(self._sidelines.read_terms, "funding intervals are old")

    async def read_liquidity(self) -> None:
        """Read the order books of the markets that are watched, one after the other."""
        await self._aside(self._sidelines.read_liquidity, "order books are old")

    async def read_history(self) -> None:
        """Read the minutes that were missed of the markets that are watched."""
        await self._aside(self._sidelines.read_history, "some minutes stay missed")

    async def _aside(self, read: Callable[[Open], Awaitable[None]], complaint: str) -> None:
        if self._open is not None:
            await self._attempts.aside(read(self._open), complaint)

    async def reconnect(self, reason: str) -> None:
        """Trust no socket any more, the wall clock stepped: open new ones."""
        if self._open is not None:
            self._open.connection.wall_clock_stepped()
            self._open.streams.doubt_all(reason)
            await self.read_clock()

    @property
    def odd_frames(self) -> int:
        """Frames that made no sense and were skipped."""
        return self._tally.odd_frames

    @property
    def refused_requests(self) -> int:
        """Requests and frames that the fence held back."""
        return self._tally.refused_requests
