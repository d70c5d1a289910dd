"""ccxt's exchange classes with our session and our sockets in the place of their own."""

from contextvars import ContextVar
from functools import cache
from typing import Any, Protocol

from ccxt.async_support.base.exchange import BaseExchange

from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.names import KnownNames
from hedgewatch.venues.session import Fence, guarded_session
from hedgewatch.venues.socket import GuardedSocket
from hedgewatch.venues.survey import exchange_class

DIALLED_FOR: ContextVar[str] = ContextVar("DIALLED_FOR", default="")
"""Which feed a call of ccxt's is made for, where ccxt itself chooses the address: it becomes the
fragment of that address, so that each feed has sockets of its own.
"""

_REQUEST_MILLISECONDS = 5_000
CONFIG: dict[str, Any] = {
    "timeout": _REQUEST_MILLISECONDS,
    "session": None,  # given, so that ccxt makes none of its own
    "aiohttp_trust_env": False,
    "requiredCredentials": {"privateKey": False},  # what trades must sign with, and we never hold
    "rollingWindowSize": 60_000.0,
    "rateLimiterAlgorithm": "rollingWindow",  # a burst at the start, instead of a queue
    "streaming": {"keepAlive": 15_000},
}
SOCKET_OPTIONS = {"cost": 1, "connectionTimeout": _REQUEST_MILLISECONDS}

_TABLES = (
    *("markets", "markets_by_id", "symbols", "ids", "codes"),
    *("currencies", "currencies_by_id", "baseCurrencies", "quoteCurrencies"),
)


_PART_THAT_IS_BELIEVED = 0.5


class Opener(Protocol):
    """Who decides about sockets and requests."""

    fence: Fence
    addresses: KnownNames

    def socket(self, url: str) -> GuardedSocket:
        """A socket for ccxt to dial."""

    def connected(self, socket: GuardedSocket) -> None:
        """The dialling succeeded."""


class FencedExchange(BaseExchange):  # type: ignore[misc]  # ccxt is untyped to us
    """Mixed in before a class of `ccxt.pro`."""

    opener: Opener
    session: Any
    options: Any
    clients: Any
    has: Any
    throttler: Any

    def open(self, lazy: bool = False) -> None:  # noqa: FBT001, FBT002 - ccxt's signature
        """Prepare TLS as ccxt does, but make the session ourselves."""
        super().open(lazy)
        if self.session is None:
            self.session = guarded_session(
                self.opener.fence, self.ssl_context, self.opener.addresses
            )

    async def fetch_currencies(self, params: object = None) -> dict[str, Any]:
        """None: markets name their coins, and some venues ask for a right to list them."""
        del params
        return {}

    async def list_anew(self) -> Any:
        """What the venue lists. OddReplyError for nothing, or for less than half of what it was:
        ccxt makes an empty table of an odd answer, by which no frame could be read any more.
        """
        before = {name: getattr(self, name) for name in _TABLES}
        await self.load_markets(True)  # noqa: FBT003 - ccxt's signature
        listed, known = len(self.markets or ()), len(before["markets"] or ())
        if listed == 0 or listed < known * _PART_THAT_IS_BELIEVED:
            for name, table in before.items():
                setattr(self, name, table)
            raise OddReplyError(f"a list of {listed} markets, where {known} were known")
        return self.markets

    def share_markets(self, lender: "FencedExchange") -> None:
        """What ccxt made of a listing, not copied. Its own way of this expects every helper."""
        for name in _TABLES:
            setattr(self, name, getattr(lender, name))
        helpers = lender.options.get("marketHelperProps", ())
        self.options.update(
            {name: lender.options[name] for name in helpers if name in lender.options}
        )

    def pace_anew(self) -> None:
        """Ccxt paces by the wall clock: after a step back the requests of before would count for as
        long as the step was, and hold up all that follow and who waits already.
        """
        before = self.throttler
        self.init_throttler()
        before.running = False
        while before.queue:
            waits, _cost = before.queue.popleft()
            if not waits.done():
                waits.set_result(None)

    def client(self, url: str) -> GuardedSocket:
        """The socket of an address, made when there is none."""
        self.open()
        self.clients = self.clients or {}
        feed = DIALLED_FOR.get()
        url = f"{url}#{feed}" if feed and "#" not in url else url
        if url not in self.clients:
            self.clients[url] = self.opener.socket(url)
        socket: GuardedSocket = self.clients[url]
        return socket

    def ws_dial_delay(self, url: str) -> float:
        """No back-off of ccxt's: it would come on top of ours."""
        del url
        return 0.0

    def on_connected(self, client: GuardedSocket, message: object = None) -> None:
        """Called by ccxt when a socket stands."""
        super().on_connected(client, message)
        self.opener.connected(client)

    def on_close(self, client: GuardedSocket, error: object) -> None:
        """Called by ccxt when a socket is over; another one may have its address by now."""
        if (self.clients or {}).get(client.url) is client:
            super().on_close(client, error)

    async def close(self, clean_instance_data: bool = False) -> None:  # noqa: FBT001, FBT002
        """End the sockets, then the session that ccxt does not count as its own."""
        session = self.session
        try:
            await super().close(clean_instance_data)
        finally:  # whoever is cancelled while it waits for the sockets leaves nothing open
            if session is not None:
                await session.close()


@cache
def fenced(venue: str) -> Any:
    """The class for a venue."""
    return type(f"Fenced_{venue}", (FencedExchange, exchange_class(venue)), {})
