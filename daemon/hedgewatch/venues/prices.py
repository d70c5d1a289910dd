"""The price sockets of a venue: kept alive, watched for silence, and given up on any doubt."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

import structlog

from hedgewatch.core.events import MarkPriceChanged, PriceEvent, QuoteChanged
from hedgewatch.tasks import all_of
from hedgewatch.venues.catalogue import Catalogue
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import AccountNews, Dialect, Feed, PollingBegan
from hedgewatch.venues.feeds import Ages
from hedgewatch.venues.followers import Followers
from hedgewatch.venues.lines import Lines
from hedgewatch.venues.listener import pass_on
from hedgewatch.venues.surroundings import Surroundings

LIMITS = {"mark": 5.0, "quote": 30.0}
"""Seconds of silence of one market after which its feed counts as lost."""

_LOOK_SECONDS = 0.25
_MOST_PATIENCE = 6

log = structlog.get_logger()


class PriceStreams:
    """Listens to the price sockets of one connection. It is the connection's `Listener`."""

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        catalogue: Catalogue,
        followers: Followers,
        around: Surroundings,
    ) -> None:
        connection.listener = self
        self.clock_wanted = asyncio.Event()
        self.history_wanted = asyncio.Event()
        self.quotes_wanted = asyncio.Event()
        self.books_wanted = asyncio.Event()
        self.listening_since = 0.0
        self.symbols: list[str] = []
        self._carried: dict[Feed, list[str]] = {f: [] for f in dialect.feeds if f != "user"}
        self._some = {feed: asyncio.Event() for feed in self._carried}
        self._outgrown: set[Feed] = set()
        self._dialect = dialect
        self._catalogue = catalogue
        self._followers = followers
        self._around = around
        self._connection = connection
        self._lines = Lines(connection, around, followers.lost)
        self._ages: dict[str, Ages] = {feed: Ages(each=feed == "mark") for feed in LIMITS}
        self._patience = dict.fromkeys(LIMITS, 1)
        self._quotes: dict[str, tuple[float, float]] = {}

    @property
    def _leading(self) -> Feed | None:
        """The first feed that carries anything: whether we listen is asked of it."""
        return next((feed for feed, symbols in self._carried.items() if symbols), None)

    # what the sockets say

    def price(self, event: PriceEvent) -> None:
        """Pass a price on, and note the life in it."""
        if isinstance(event, MarkPriceChanged):
            self._heard("mark", event)
        else:
            self._quotes[event.symbol] = (event.bid, event.ask)
            self._heard("quote", event)
        self._around.publish(event)

    def _heard(self, feed: Feed, event: PriceEvent) -> None:
        ages = self._ages[feed]
        ages.heard(event.symbol, event.venue_time, self._around.now())
        if self._followers.some_down(feed):
            self._followers.delivers(feed, ages.missing(self._carried[feed]))

    def polled(self, quotes: Iterable[QuoteChanged], asked: float) -> None:
        """Quotes that were read: one that shows what the stream told last proves it alive."""
        for quote in quotes:
            if self._ages["quote"].moved_since(quote.symbol, asked):
                continue
            best = (quote.bid, quote.ask)
            if self._quotes.setdefault(quote.symbol, best) == best:
                self._heard("quote", quote)
            self._around.publish(quote)

    def news(self, item: AccountNews) -> None:
        """A feed may be polled. What concerns an account is told on its own socket."""
        if isinstance(item, PollingBegan):
            self.connected(item.feed)
            return
        log.debug("news of an account among prices", kind=type(item).__name__)

    def connected(self, feed: Feed) -> None:
        """A socket stands; what happened before it did has to be read."""
        self._lines.connected(feed)
        ages, carried, now = self._ages[feed], self._carried[feed], self._around.now()
        relieves = self._connection.old_serves(feed)
        if relieves:
            ages.expect_more(carried, now)
        else:
            ages.expect(carried, now)
            self._quotes.clear()
        if feed == self._leading:
            self.listening_since = self.listening_since if relieves else now
            self.clock_wanted.set()
            self.history_wanted.set()

    def clock_stepped_back(self) -> None:
        """The venue's clock did: what it sends now looks older than what it sent before."""
        for ages in self._ages.values():
            ages.forget_order()

    def ponged(self, feed: Feed) -> None:
        """A frozen feed answers pings, too: only prices are a sign of life."""

    # keeping them alive

    async def run(self) -> None:
        """Until something goes wrong that a new socket does not mend."""
        self._followers.on_change = self._take_more
        self._take_more()
        await all_of((self._look(), *map(self._keep, self._carried)))

    async def _keep(self, feed: Feed) -> None:
        tell = partial(pass_on, self)

        async def subscribe() -> None:
            await self._some[feed].wait()
            symbols = self._carried[feed]
            await self._dialect.watch(self._connection.exchange, feed, symbols, tell)

        await self._lines.keep(feed, subscribe)

    def doubt_all(self, reason: str) -> None:
        """Give up every socket."""
        for feed in self._carried:
            self._followers.lost(feed, reason)
            self._connection.drop(feed, reason)

    # watching for silence, and for more that is to be watched

    async def _look(self) -> None:
        while True:
            now = self._around.now()
            self._take_more()  # also what is listed since
            self._relay_outgrown()
            self._lines.look(now)
            for feed in self._carried:
                self._look_at(feed, now)
            await asyncio.sleep(_LOOK_SECONDS)

    def _take_more(self) -> None:
        """What is in the lists already goes on meanwhile."""
        new = self._catalogue.known(self._followers.symbols.difference(self.symbols))
        if not new:
            return
        self.symbols = sorted({*self.symbols, *new})
        for feed in self._carried:
            self._carry(feed, [s for s in new if feed != "mark" or ":" in s])
        self.quotes_wanted.set()
        self.books_wanted.set()

    def _carry(self, feed: Feed, new: list[str]) -> None:
        """On one feed. The list is the one that `watch` was given."""
        carried = self._carried[feed]
        if new and carried:
            self._outgrown.add(feed)
        carried[:] = sorted({*carried, *new})
        if carried:
            self._some[feed].set()

    def _relay_outgrown(self) -> None:
        while self._outgrown:
            self._lines.relay(self._outgrown.pop())

    def _look_at(self, feed: Feed, now: float) -> None:
        ages, limit = self._ages[feed], LIMITS[feed]
        self._let_go(feed, set(ages.silent(now, limit)) - self._followers.symbols)
        silent = ages.silent(now, limit)
        if not silent:
            self._patience[feed] = 1 if ages.complete else self._patience[feed]
        elif not self._is_a_quiet_market(feed, silent):
            self._try_another(feed, ages.silent(now, limit * self._patience[feed]), now)

    def _let_go(self, feed: Feed, symbols: set[str]) -> None:
        self._ages[feed].forget(symbols)
        self._carried[feed][:] = [s for s in self._carried[feed] if s not in symbols]
        self.symbols = sorted({s for carried in self._carried.values() for s in carried})

    def _is_a_quiet_market(self, feed: Feed, silent: Sequence[str]) -> bool:
        """Or else it is said who can rely on the feed no more."""
        said = f"silent for {LIMITS[feed]:.1f} s: {', '.join(silent[:3])}"
        if feed == "quote":
            return self._followers.quotes_lost(said)
        self._followers.lost(feed, said, silent)
        return False

    def _try_another(self, feed: Feed, silent: Sequence[str], now: float) -> None:
        """A new socket, at first at once, then with more patience; what still flows goes on."""
        if not silent:
            return
        self._patience[feed] = min(self._patience[feed] * 2, _MOST_PATIENCE)
        self._ages[feed].expect_again(silent, now)
        if len(silent) < len(self._carried[feed]):
            self._lines.relay(feed)
        else:
            self._connection.drop(feed, "silent")
