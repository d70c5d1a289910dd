"""The private socket of an account: kept alive, and given up when it did not tell everything."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from hedgewatch.core.events import AccountHeard, PositionChanged, PriceEvent
from hedgewatch.tasks import all_of
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import (
    AccountNews,
    Dialect,
    Feed,
    LeavesFramesToCcxt,
    LogsIn,
    PollingBegan,
    ReadAgain,
    StreamBegan,
    StreamExpired,
)
from hedgewatch.venues.feeds import Feeds
from hedgewatch.venues.ledger import Ledger
from hedgewatch.venues.lines import Lines
from hedgewatch.venues.listener import pass_on
from hedgewatch.venues.surroundings import Surroundings

_LOOK_SECONDS = 0.25

log = structlog.get_logger()


class PrivateStream:
    """Listens to the private socket of one connection. It is the connection's `Listener`."""

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        feeds: Feeds,
        symbols: Callable[[], Sequence[str]],
        around: Surroundings,
    ) -> None:
        connection.listener = self
        self.read_wanted = asyncio.Event()
        self.opened = asyncio.Event()
        self.ledger = Ledger()
        self._connection = connection
        self._dialect = dialect
        self._feeds = feeds
        self._symbols = symbols
        self._around = around
        self._lines = Lines(connection, around, self._lost)
        self._doubted = False
        self._given_up = False

    @property
    def is_streamed(self) -> bool:
        """Whether the venue tells of accounts on a socket at all."""
        return "user" in self._dialect.feeds

    # what the socket says

    def price(self, event: PriceEvent) -> None:
        """Pass on a price that came among the news."""
        self._around.publish(event)

    def news(self, item: AccountNews) -> None:
        """Pass on what it tells; hints lead to a reading, its end to a new one."""
        match item:
            case ReadAgain(reason):
                log.debug("reading again", account=self._feeds.account, reason=reason)
                self.read_wanted.set()
            case StreamBegan():
                self._began()
            case StreamExpired(reason):
                self.doubt(reason)
            case PollingBegan():
                log.debug("nothing is polled here")
            case _:
                if isinstance(item, PositionChanged):
                    self.ledger.told(item.position)
                self._around.publish(item)

    def connected(self, feed: Feed) -> None:
        """It was dialled. Where a login follows, that has to be accepted before it counts."""
        if not self.is_streamed:
            return
        self._lines.connected(feed)
        if not isinstance(self._dialect, LogsIn):
            self._began()

    def _began(self) -> None:
        """It stands; what happened before it did has to be read."""
        self.ledger.begin()
        self.opened.set()
        self.read_wanted.set()
        self._feeds.restored("user")

    def clock_stepped_back(self) -> None:
        """Whoever listens to prices measures the clock."""

    def ponged(self, feed: Feed) -> None:
        """Only while the stream is not in doubt is its pong a sign that all was told."""
        if self._feeds.is_up(feed):
            self._around.publish(AccountHeard(self._feeds.account))

    # keeping it alive

    async def run(self) -> None:
        """Until something goes wrong that a new socket does not mend."""
        if self.is_streamed:
            await all_of((self._look(), self._lines.keep("user", self._subscribe)))
        elif isinstance(self._dialect, LeavesFramesToCcxt):
            tell = partial(pass_on, self)
            await all_of(self._dialect.overhear(self._connection.exchange, tell))

    async def _subscribe(self) -> None:
        """Ends with the socket. The key of the stream is kept out of whatever is told."""
        exchange = self._connection.exchange
        self._connection.redactor.learn(await self._dialect.new_stream_key(exchange))
        await self._dialect.watch(exchange, "user", self._symbols(), partial(pass_on, self))

    def _lost(self, feed: Feed, reason: str) -> None:
        """What it would have told is read; where the key is refused, that shows as well."""
        say = self._feeds.lost if self._given_up else self._feeds.failed
        self._given_up = False
        say(feed, reason)
        self.read_wanted.set()

    def doubt(self, reason: str) -> None:
        """Whatever the socket still says, it may not say everything."""
        self._feeds.lost("user", reason)
        self._doubted = True

    def drop(self, reason: str) -> None:
        """Give the socket up now."""
        if self.is_streamed:
            self._feeds.lost("user", reason)
            self._give_up(reason)

    def _give_up(self, reason: str) -> None:
        """By our own decision, whose reason was said."""
        self._given_up = True
        self._connection.drop("user", reason)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = self._around.now()
            self._lines.look(now)
            symbol = self.ledger.untold(now)
            if symbol:
                self.ledger.begin()
                self.doubt(f"a change of {symbol} was read that the stream did not tell")
            if self._doubted:
                self._doubted = False
                self._give_up("the private stream is in doubt")
