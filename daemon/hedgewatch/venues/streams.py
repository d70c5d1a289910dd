"""The sockets of an account: kept alive, watched for silence, and given up on any doubt."""

import asyncio
from collections.abc import Iterable

import ccxt
import structlog

from hedgewatch.core.events import (
    AccountHeard,
    MarkPriceChanged,
    PositionChanged,
    PriceEvent,
    QuoteChanged,
)
from hedgewatch.tasks import being_cancelled
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import (
    RESUBSCRIBE,
    AccountNews,
    Dialect,
    Feed,
    PollingBegan,
    ReadAgain,
    StreamExpired,
)
from hedgewatch.venues.failures import in_words, refuses_the_key
from hedgewatch.venues.feeds import Ages, Feeds
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.ledger import Ledger
from hedgewatch.venues.readonly import ForbiddenRequestError
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.session import PausedError
from hedgewatch.venues.surroundings import Backoff, Surroundings

LIMITS = {"mark": 5.0, "quote": 30.0}
"""Seconds of silence of one market after which its feed counts as lost."""

_LOOK_SECONDS = 0.25
_MOST_PATIENCE = 6
_GOOD_WHILE_SECONDS = 30.0
_ENDS = (ccxt.BaseError, OddReplyError, ForbiddenRequestError, PausedError)

log = structlog.get_logger()


class Streams:
    """Listens to the sockets of one connection. It is the connection's `Listener`."""

    def __init__(
        self, account: str, dialect: Dialect, feeds: Feeds, redactor: Redactor, around: Surroundings
    ) -> None:
        self.read_wanted = asyncio.Event()
        self.clock_wanted = asyncio.Event()
        self.history_wanted = asyncio.Event()
        self.listening_since = 0.0
        self.user_open = asyncio.Event()
        self.ledger = Ledger()
        self._account = account
        self._dialect = dialect
        self._feeds = feeds
        self._redactor = redactor
        self._around = around
        self._ages: dict[str, Ages] = {feed: Ages(each=feed == "mark") for feed in LIMITS}
        self._patience = dict.fromkeys(LIMITS, 1)
        self._symbols: set[str] = set()
        self._wanted: set[str] = set()
        self._held: set[str] = set()
        self._quotes: dict[str, tuple[float, float]] = {}
        self._more = asyncio.Event()
        self._doubted = False

    @property
    def symbols(self) -> list[str]:
        """The markets that are watched."""
        return sorted(self._symbols)

    def _of(self, feed: Feed) -> list[str]:
        """Those that a feed carries: only contracts have a mark price, and ccxt names what settles
        them behind a colon.
        """
        return [symbol for symbol in self.symbols if feed != "mark" or ":" in symbol]

    @property
    def _leading(self) -> Feed | None:
        """The first feed that carries anything: whether we listen is asked of it."""
        return next((feed for feed in self._dialect.feeds if self._of(feed)), None)

    # what the sockets say

    def price(self, event: PriceEvent) -> None:
        """Pass a price on, and note the life in it."""
        if isinstance(event, MarkPriceChanged):
            self._heard("mark", event)
        else:
            self._quotes[event.symbol] = (event.bid, event.ask)
            self._heard("quote", event)
        self._around.publish(event)

    def _heard(self, feed: str, event: PriceEvent) -> None:
        ages = self._ages[feed]
        ages.heard(event.symbol, event.venue_time, self._around.now())
        if ages.complete and not self._feeds.is_up(feed):
            self._feeds.restored(feed)

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
        """Pass on what the private stream tells; hints lead to a reading, its end to a new one."""
        match item:
            case ReadAgain(reason):
                log.debug("reading again", account=self._account, reason=reason)
                self.read_wanted.set()
            case StreamExpired(reason):
                self.doubt_user(reason)
            case PollingBegan(feed):
                self.connected(feed)
            case _:
                if isinstance(item, PositionChanged):
                    self.ledger.told(item.position)
                self._around.publish(item)

    def connected(self, feed: Feed) -> None:
        """A socket stands; what happened before it did has to be read."""
        if feed != "user":
            self._ages[feed].expect(self._of(feed), self._around.now())
            self._quotes.clear()
            if feed == self._leading:
                self.listening_since = self._around.now()
                self.clock_wanted.set()
                self.history_wanted.set()
            return
        self.ledger.begin()
        self.user_open.set()
        self.read_wanted.set()
        self._feeds.restored("user")

    def clock_stepped_back(self) -> None:
        """The venue's clock did: what it sends now looks older than what it sent before."""
        for ages in self._ages.values():
            ages.forget_order()

    def ponged(self, feed: Feed) -> None:
        """Only while the private stream is not in doubt is its pong a sign that all was told."""
        if feed == "user" and self._feeds.is_up("user"):
            self._around.publish(AccountHeard(self._account))

    # keeping them alive

    async def run(self, connection: Connection) -> None:
        """Until something goes wrong that a new socket does not mend."""
        self._more.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look(connection))
            for feed in self._dialect.feeds:
                group.create_task(self._keep(connection, feed))

    def follow(self, symbols: Iterable[str]) -> None:
        """Watch these markets as well, whatever is held."""
        self._wanted |= set(symbols)
        self._follow(self._wanted)

    def hold(self, symbols: Iterable[str]) -> None:
        """Watch what is held. What was held before is let go of when it falls silent: contracts
        expire, and would count as a silent feed for ever.
        """
        self._held = set(symbols)
        self._follow(self._held)

    def _follow(self, symbols: set[str]) -> None:
        new = symbols - self._symbols
        self._symbols |= new
        if new:
            self._more.set()

    def doubt_user(self, reason: str) -> None:
        """Whatever the private socket still says, it may not say everything."""
        self._feeds.lost("user", reason)
        self._doubted = True

    def doubt_all(self, connection: Connection, reason: str) -> None:
        """Give up every socket."""
        for feed in self._dialect.feeds:
            self._feeds.lost(feed, reason)
            connection.drop(feed, reason)

    async def _keep(self, connection: Connection, feed: Feed) -> None:
        """One pending call of ccxt's a feed: it subscribes, and ends with the socket."""
        pauses = Backoff(self._around.rng, good_while=_GOOD_WHILE_SECONDS)
        began = self._around.now()
        while True:
            reason = await self._until_it_ends(connection, feed)
            connection.drop(feed, reason)
            if reason == RESUBSCRIBE:
                continue
            self._feeds.lost(feed, reason)
            await asyncio.sleep(pauses.after(self._around.now() - began))
            began = self._around.now()

    async def _until_it_ends(self, connection: Connection, feed: Feed) -> str:
        """Subscribe and wait; says why it is over. Never cancelled from outside but with all."""
        symbols = self._of(feed)
        if feed != "user" and not symbols:
            await self._more.wait()
            return RESUBSCRIBE
        try:
            await self._subscribe(connection, feed, symbols)
        except _ENDS as error:
            if refuses_the_key(error):
                raise
            return str(error) if str(error) == RESUBSCRIBE else in_words(error, self._redactor)
        except asyncio.CancelledError:
            if being_cancelled():
                raise
        return "the socket ended"

    async def _subscribe(self, connection: Connection, feed: Feed, symbols: list[str]) -> None:
        """Ends with the socket. The key of the private stream is kept out of whatever is told."""
        if feed == "user":
            self._redactor.learn(await self._dialect.new_stream_key(connection.exchange))
        await self._dialect.watch(connection.exchange, feed, symbols, self._tell)

    def _tell(self, item: PriceEvent | AccountNews) -> None:
        """What a dialect learned on no socket of ours."""
        if isinstance(item, MarkPriceChanged | QuoteChanged):
            self.price(item)
        else:
            self.news(item)

    # watching for silence

    async def _look(self, connection: Connection) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = self._around.now()
            self._look_for_more(connection)
            self._look_at_user(connection, now)
            for feed in [feed for feed in self._dialect.feeds if feed != "user"]:
                self._look_at_prices(connection, feed, now)

    def _look_for_more(self, connection: Connection) -> None:
        if self._more.is_set():
            self._more.clear()
            for feed in [feed for feed in self._dialect.feeds if feed != "user"]:
                connection.drop(feed, RESUBSCRIBE)

    def _look_at_user(self, connection: Connection, now: float) -> None:
        symbol = self.ledger.untold(now) if "user" in self._dialect.feeds else ""
        if symbol:
            self.ledger.begin()
            self.doubt_user(f"a change of {symbol} was read that the stream did not tell")
        if self._doubted:
            self._doubted = False
            connection.drop("user", "the private stream is in doubt")

    def _look_at_prices(self, connection: Connection, feed: Feed, now: float) -> None:
        ages, limit = self._ages[feed], LIMITS[feed]
        let_go = set(ages.silent(now, limit)) - self._wanted - self._held
        ages.forget(let_go)
        self._symbols -= let_go
        silent = ages.silent(now, limit)
        if not silent:
            self._patience[feed] = 1 if ages.complete else self._patience[feed]
            return
        if feed == "quote" and self._feeds.is_up("mark"):
            return
        self._feeds.lost(feed, f"silent for {limit:.1f} s: {', '.join(silent[:3])}")
        if ages.silent(now, limit * self._patience[feed]):
            self._patience[feed] = min(self._patience[feed] * 2, _MOST_PATIENCE)
            ages.expect(self._of(feed), now)
            connection.drop(feed, "silent")
