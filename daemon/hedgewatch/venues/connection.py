"""ccxt, fenced in: an allow-list below its requests, and frames that its parsers never see.

Importing this module imports ccxt, which takes seconds: import it when an account is to be watched.
"""

import asyncio
import zlib
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

import ccxt
import orjson
import structlog
from ccxt.async_support.base.throttler import Throttler
from yarl import URL

from hedgewatch.core.events import PriceEvent, VenueClockRead
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
from hedgewatch.venues.fenced import fenced
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.readonly import AllowList, ForbiddenRequestError
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.session import Fence
from hedgewatch.venues.settings import CREDENTIALS, AccountSettings
from hedgewatch.venues.socket import GuardedSocket
from hedgewatch.venues.surroundings import Surroundings

_REQUEST_MILLISECONDS = 5_000
_PING_MILLISECONDS = {"user": 3_000, "mark": 15_000, "quote": 15_000}
"""ccxt gives up at a ping when the last pong is two of these old: after three at the latest, on
a new socket after four.
"""

_PLAIN_PONG = b"pong"
"""How OKX, Bitget and others answer the text `ping`: no JSON."""

_GREETING = b"Websocket connection established."
"""What Hyperliquid says first, in plain text."""

_FUTURE_SECONDS = 60.0
_STEP_SECONDS = 1.0
_CONFIG: dict[str, Any] = {
    "timeout": _REQUEST_MILLISECONDS,
    "session": None,  # given, so that ccxt makes none of its own
    "aiohttp_trust_env": False,
    "requiredCredentials": {"privateKey": False},  # what trades must sign with, and we never hold
    "rollingWindowSize": 60_000.0,
    "rateLimiterAlgorithm": "rollingWindow",  # a burst at the start, instead of a queue
    "streaming": {"keepAlive": 15_000},
}
_SOCKET_OPTIONS = {"cost": 1, "connectionTimeout": _REQUEST_MILLISECONDS}

_OF_PARSERS = (
    *(ValueError, LookupError, TypeError, ArithmeticError, AttributeError),
    *(RuntimeError, OSError, zlib.error, asyncio.InvalidStateError),
)
"""What ccxt's generated parsers raise for a frame that they do not expect, or cannot unpack."""

log = structlog.get_logger()


class Listener(Protocol):
    """Who is told what the sockets say."""

    def price(self, event: PriceEvent) -> None:
        """A fresh price."""

    def news(self, item: AccountNews) -> None:
        """Something of the account, in order."""

    def connected(self, feed: Feed) -> None:
        """A socket of this feed was opened."""

    def ponged(self, feed: Feed) -> None:
        """A socket of this feed answered a ping."""

    def clock_stepped_back(self) -> None:
        """The venue's clock shows less than it did."""


class Connection:
    """One account's ccxt exchange and its sockets, for one attempt."""

    def __init__(
        self,
        settings: AccountSettings,
        dialect: Dialect,
        redactor: Redactor,
        around: Surroundings,
        listener: Listener,
    ) -> None:
        self._account = settings.name
        self._dialect = dialect
        self._redactor = redactor
        self._around = around
        self._listener = listener
        self.odd_frames = 0
        self._venue = settings.venue
        self._lead = 0.0
        self._said: set[tuple[str, str]] = set()
        self._by_ccxt = dialect if isinstance(dialect, LeavesFramesToCcxt) else None
        self.fence = Fence(self._allowed(settings), around.now, around.paused_until)
        self.exchange = self._exchange(settings)

    def _allowed(self, settings: AccountSettings) -> AllowList:
        if self._by_ccxt is not None:
            return self._by_ccxt.fence(settings.endpoint)
        listed = self._dialect.requests
        requests = ((method, moved(url, settings.endpoint)) for method, url in listed)
        return AllowList(requests, self._dialect.operations)

    def _exchange(self, settings: AccountSettings) -> Exchange:
        login = self._login(settings)
        options = {**self._dialect.options, "ws": _SOCKET_OPTIONS}
        exchange = fenced(settings.venue)({**_CONFIG, **login, "options": options})
        exchange.opener = self
        if settings.endpoint is not None:
            exchange.urls = replace_addresses(exchange.urls, settings.endpoint)
        return exchange

    def _login(self, settings: AccountSettings) -> dict[str, str]:
        """By ccxt's names. An address is no secret; the parts of a key are in no word of ours."""
        if settings.credentials is None:
            return {} if settings.address is None else {"walletAddress": settings.address}
        given = settings.credentials
        parts = {name: getattr(given, ours) for name, ours in CREDENTIALS.items()}
        login = {name: part.read().reveal() for name, part in parts.items() if part is not None}
        for secret in login.values():
            self._redactor.learn(secret)
        return login

    async def measure_clock(self) -> None:
        """How far the venue's clock is ahead: of the wall clock, which signs, and of ours."""
        exchange = self.exchange
        if not exchange.has.get("fetchTime"):
            return  # the venue has no way to tell, and signs with the time of this machine
        await exchange.load_time_difference()
        there = exchange.milliseconds() - exchange.options["timeDifference"]
        lead = there / 1000.0 - self._around.now()
        if lead < self._lead - _STEP_SECONDS:
            self._listener.clock_stepped_back()
        self._lead = lead
        self._around.publish(VenueClockRead(self._venue, self._lead))

    def venue_now(self) -> float:
        """What the venue's clock shows: the time of what it sends without one."""
        return self._around.now() + self._lead

    @property
    def refused(self) -> int:
        """How much the fence held back."""
        return self.fence.allowed.refused

    async def close(self) -> None:
        """End all of it."""
        await self.exchange.close()

    # sockets

    def socket(self, url: str) -> GuardedSocket:
        """A socket for ccxt to dial."""
        exchange, feed = self.exchange, self._feed(url)
        options = {
            "keepAlive": _PING_MILLISECONDS[feed],
            "throttle": Throttler(exchange.tokenBucket, exchange.asyncio_loop),
            "asyncio_loop": exchange.asyncio_loop,
            "ping": getattr(exchange, "ping", None),  # what the venue wants to hear, if anything
            **_SOCKET_OPTIONS,
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
        if self._by_ccxt is not None:
            self._by_ccxt.dropped(feed, reason)
        sockets = self.exchange.clients or {}
        for url in [url for url in sockets if self._feed(url) == feed]:
            sockets.pop(url).abandon(ccxt.NetworkError(reason))

    def connected(self, socket: GuardedSocket) -> None:
        """Tell that a socket was opened, unless it was given up meanwhile."""
        if socket.error is None:
            self._listener.connected(self._feed(socket.url))

    def _feed(self, url: str) -> Feed:
        address = URL(url)
        return FEEDS.get(address.fragment) or self._dialect.feed_of(address.path)

    # frames

    def take(self, socket: GuardedSocket, data: bytes) -> PriceEvent | None:
        """Decode one frame; a bad one is counted, said once, and is not the last."""
        if socket.error is not None or data == _GREETING:
            return None
        if self._by_ccxt is not None:
            self._pass_on(socket, data)
            return None
        try:
            price, news = self._decoded(socket, data)
        except (ValueError, LookupError, TypeError, ArithmeticError, OddReplyError) as error:
            self._count_odd(socket, data, error)
            return None
        socket.heard = True
        for item in news:
            self._listener.news(item)
        return price

    def _pass_on(self, socket: GuardedSocket, data: bytes) -> None:
        """Let ccxt read a frame: whatever its parser makes of it, the next one is read as well."""
        try:
            socket.parse(data)
        except (ccxt.BaseError, ForbiddenRequestError, *_OF_PARSERS) as error:
            self._count_odd(socket, data, error)
        else:
            socket.heard = True

    def _decoded(
        self, socket: GuardedSocket, data: bytes
    ) -> tuple[PriceEvent | None, Sequence[AccountNews]]:
        if data == _PLAIN_PONG:
            socket.hear_pong()
            return None, ()
        message = orjson.loads(data)
        if type(message) is not dict:
            raise OddReplyError("a frame that is no object")
        now = self.venue_now()
        price = socket.price(message, now)
        if price is None:
            return None, self._other(socket, message)
        if price.venue_time > now + _FUTURE_SECONDS:
            raise OddReplyError("a price from the future")
        return price, ()

    def _other(self, socket: GuardedSocket, message: dict[str, Any]) -> Sequence[AccountNews]:
        answer = self._dialect.answer(message)
        if answer is None:
            return self._dialect.account_news(message)
        if answer.over:
            socket.reset(ccxt.NetworkError(self._redactor.scrub(answer.over)))
            return ()
        answers = socket.is_answer(answer.asked) if answer.asked else not socket.heard
        if not answer.refused:
            if answer.pong:
                socket.hear_pong()
            if answer.to:
                socket.resolve(message, answer.to)
            return ()
        said = self._redactor.scrub(answer.refused)
        if socket.heard and not answers:
            raise OddReplyError(f"an error that answers nothing: {said}")
        socket.reset(ccxt.ExchangeError(f"the venue refused the subscription: {said}"))
        return ()

    def _count_odd(self, socket: GuardedSocket, data: bytes, error: Exception) -> None:
        self.odd_frames += 1
        kind = (self._feed(socket.url), f"{type(error).__name__}: {error!s:.60}")
        if kind in self._said or len(self._said) > 100:  # noqa: PLR2004 - a bound, not a tuning
            return
        self._said.add(kind)
        log.warning(
            "a frame that makes no sense was skipped",
            account=self._account,
            feed=kind[0],
            error=self._redactor.scrub(error),
            size=len(data),
            begins=self._redactor.scrub(data[:120].decode(errors="replace")),
        )

    def publish(self, event: PriceEvent) -> None:
        """Pass a price on."""
        self._listener.price(event)

    def ponged(self, socket: GuardedSocket) -> None:
        """Tell that a socket lives."""
        if socket.error is None:
            self._listener.ponged(self._feed(socket.url))

    def check_frame(self, message: object) -> None:
        """Only subscriptions leave on a socket."""
        self.fence.allowed.check_frame(message)

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run the loop of a socket."""
        self._around.spawn(f"{name} {self._account}", work)
