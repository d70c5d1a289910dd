"""ccxt, fenced in: an allow-list below its requests, and frames that its parsers never see.

Importing this module imports ccxt, which takes seconds: import it when an account is to be watched.
"""

from collections.abc import Coroutine
from typing import Any

import ccxt
from ccxt.async_support.base.throttler import Throttler
from yarl import URL

from hedgewatch.core.events import PriceEvent, VenueClockRead
from hedgewatch.venues.access import Access
from hedgewatch.venues.dialect import (
    FEEDS,
    AccountNews,
    ByAddress,
    Dialect,
    Exchange,
    Feed,
    LeavesFramesToCcxt,
    Prices,
)
from hedgewatch.venues.endpoint import moved, replace_addresses
from hedgewatch.venues.fenced import CONFIG, SOCKET_OPTIONS, fenced
from hedgewatch.venues.incoming import Incoming
from hedgewatch.venues.listener import Listener, RelayedError
from hedgewatch.venues.odd import OddFrames
from hedgewatch.venues.readonly import AllowList
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.reliefs import Reliefs
from hedgewatch.venues.session import Fence
from hedgewatch.venues.socket import GuardedSocket
from hedgewatch.venues.surroundings import Surroundings

_PING_MILLISECONDS = {"user": 3_000, "mark": 15_000, "quote": 15_000}
"""ccxt gives up at a ping when the last pong is two of these old: after three at the latest, on
a new socket after four.
"""

_STEP_SECONDS = 1.0


class Connection:
    """A ccxt exchange and its sockets, for one attempt.

    What is public of a venue is lent to those who ask for what is private: the table of its
    markets, and what its clock shows.
    """

    listener: Listener
    """Set by whoever listens, before anything is asked."""

    def __init__(
        self, access: Access, dialect: Dialect, redactor: Redactor, around: Surroundings
    ) -> None:
        self._access = access
        self._dialect = dialect
        self.redactor = redactor
        self._around = around
        self._lead = 0.0
        self._incoming = Incoming(dialect, self, OddFrames(access.name, redactor), redactor)
        self._reliefs = Reliefs()
        self._by_ccxt = dialect if isinstance(dialect, LeavesFramesToCcxt) else None
        self.fence = Fence(self._allowed(), around.now, around.pauses)
        self.addresses = around.addresses
        self.exchange = self._exchange()

    def _allowed(self) -> AllowList:
        endpoint = self._access.endpoint
        if self._by_ccxt is not None:
            return self._by_ccxt.fence(endpoint)
        requests = ((method, moved(url, endpoint)) for method, url in self._dialect.requests)
        return AllowList(requests, self._dialect.operations)

    def _exchange(self) -> Exchange:
        access = self._access
        options = {**self._dialect.options, "ws": SOCKET_OPTIONS}
        exchange = fenced(access.venue)({**CONFIG, **access.login, "options": options})
        exchange.opener = self
        if access.endpoint is not None:
            exchange.urls = replace_addresses(exchange.urls, access.endpoint)
        return exchange

    async def measure_clock(self) -> None:
        """How far the venue's clock is ahead: of the wall clock, which signs, and of ours."""
        exchange = self.exchange
        if not exchange.has.get("fetchTime"):
            return  # the venue has no way to tell, and signs with the time of this machine
        asked = self._around.now()
        await exchange.load_time_difference()
        there = exchange.milliseconds() - exchange.options["timeDifference"]
        lead = there / 1000.0 - (asked + self._around.now()) / 2.0
        if lead < self._lead - _STEP_SECONDS:
            self.listener.clock_stepped_back()
        self._lead = lead
        self._around.publish(VenueClockRead(self._access.venue, self._lead))

    def wall_clock_stepped(self) -> None:
        """Ccxt signs by the wall clock. How far that is ahead of the venue's now is known without
        asking, by our clock, which does not step; also where it was asked for since.
        """
        if self.exchange.has.get("fetchTime"):
            ahead = self.exchange.milliseconds() - self.venue_now() * 1000.0
            self.exchange.options["timeDifference"] = round(ahead)
        self.exchange.pace_anew()

    def borrow_clock(self, lender: "Connection") -> None:
        """Take over what another connection measured of the venue's clock."""
        self._lead = lender._lead  # noqa: SLF001 - the same class
        lead = lender.exchange.options.get("timeDifference", 0)  # not of venues without a clock
        self.exchange.options["timeDifference"] = lead

    def borrow_markets(self, lender: "Connection") -> None:
        """Take over the table of markets, which is not copied, and tell the dialect of it."""
        self.exchange.share_markets(lender.exchange)
        self._dialect.list_markets(self.exchange.markets)

    def venue_now(self) -> float:
        """What the venue's clock shows: the time of what it sends without one."""
        return self._around.now() + self._lead

    @property
    def refused(self) -> int:
        """How much the fence held back."""
        return self.fence.allowed.refused

    @property
    def odd_frames(self) -> int:
        """How many frames made no sense."""
        return self._incoming.odd.counted

    async def close(self) -> None:
        """End all of it."""
        self._reliefs.end_all("the connection ended")
        await self.exchange.close()

    # sockets

    def socket(self, url: str) -> GuardedSocket:
        """A socket for ccxt to dial."""
        exchange, feed = self.exchange, self.feed_of(url)
        options = {
            "keepAlive": _PING_MILLISECONDS[feed],
            "throttle": Throttler(exchange.tokenBucket, exchange.asyncio_loop),
            "asyncio_loop": exchange.asyncio_loop,
            "ping": getattr(exchange, "ping", None),  # what the venue wants to hear, if anything
            **SOCKET_OPTIONS,
            **self._options_of_ccxt(),
        }
        callbacks = (
            exchange.handle_message,
            exchange.on_error,
            exchange.on_close,
            exchange.on_connected,
        )
        socket = GuardedSocket(url, *callbacks, options)
        socket.wire, socket.price = self, self._prices_at(url)
        return socket

    def _prices_at(self, url: str) -> Prices:
        """What decodes the prices of a socket."""
        dialect = self._dialect
        return dialect.price_at(URL(url).path) if isinstance(dialect, ByAddress) else dialect.price

    def _options_of_ccxt(self) -> dict[str, Any]:
        """How a venue packs its frames, where ccxt reads them."""
        if self._by_ccxt is None:
            return {}
        options = self.exchange.options
        packed = options.get("decompressBinary", True)
        return {**(options.get("ws") or {}), "decompressBinary": packed}

    def drop(self, feed: Feed, reason: str) -> None:
        """Give up every socket of a feed; its pending calls end at once."""
        self._reliefs.end(feed, reason)
        self.drop_current(feed, reason)

    def drop_current(self, feed: Feed, reason: str) -> None:
        """The same, but for those that another was to relieve."""
        for socket in self._taken(feed):
            socket.abandon(ccxt.NetworkError(reason))

    def relay(self, feed: Feed) -> None:
        """Its pending calls end, to begin anew; what still serves goes on until that stands."""
        self._reliefs.begin(feed, self._taken(feed))
        if self._by_ccxt is not None:
            self._by_ccxt.begin_anew(feed, RelayedError("with other markets"))

    def old_serves(self, feed: Feed) -> bool:
        """Whether a socket that is to be relieved still does its work."""
        return self._reliefs.serves(feed)

    def _taken(self, feed: Feed) -> list[GuardedSocket]:
        """The sockets of a feed, of which ccxt knows nothing any more."""
        sockets = self.exchange.clients or {}
        return [sockets.pop(url) for url in list(sockets) if self.feed_of(url) == feed]

    def connected(self, socket: GuardedSocket) -> None:
        """Tell that a socket was opened, unless it was given up meanwhile."""
        if socket.error is not None:
            return
        feed = self.feed_of(socket.url)
        self._reliefs.stands(feed, socket)
        self.listener.connected(feed)

    def feed_of(self, url: str) -> Feed:
        """Which feed a socket carries, by its address."""
        address = URL(url)
        return FEEDS.get(address.fragment) or self._dialect.feed_of(address.path)

    # frames

    def take(self, socket: GuardedSocket, data: bytes) -> PriceEvent | None:
        """Decode one frame, and pass its news on."""
        return self._incoming.take(socket, data)

    def tell(self, item: AccountNews) -> None:
        """Pass a piece of news on."""
        self.listener.news(item)

    def publish(self, event: PriceEvent) -> None:
        """Pass a price on."""
        self.listener.price(event)

    def ponged(self, socket: GuardedSocket) -> None:
        """Tell that a socket lives."""
        if socket.error is None:
            self.listener.ponged(self.feed_of(socket.url))

    def check_frame(self, message: object) -> None:
        """Only subscriptions leave on a socket."""
        self.fence.allowed.check_frame(message)

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run the loop of a socket."""
        self._around.spawn(f"{name} {self._access.name}", work)
