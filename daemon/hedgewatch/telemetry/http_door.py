"""The door of the HTTP server: how many stand in it, for how long, and what is said of nonsense.

Whoever can reach the port can knock. That must cost neither a tick, nor the descriptors that the
venues' sockets need, nor the room that the log has.
"""

import asyncio
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from hedgewatch.complaints import Complaints

MOST_CONNECTIONS = 256
"""At once. A page keeps two, a scrape one; a process has 1,024 descriptors unless it asks."""
_BACKLOG = 128

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPatience:
    """Seconds that a connection may be open without a whole request (a scrape each minute keeps
    its own), that a client may not take what is sent to it (RFC 5482), that a handshake may take,
    and for which the rest of a request is read that was answered without it.
    """

    idle: float = 75.0
    unread: float = 30.0
    handshake: float = 10.0
    linger: float = 2.0


class RequestComplaints:
    """What the server says of requests, in place of its logger: of a kind of trouble one line a
    minute, with the last peer and how many there were. Of malformed ones nothing is quoted: there
    may be a secret in it.
    """

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._of: defaultdict[str, Complaints] = defaultdict(Complaints)

    def debug(self, message: str, *arguments: object, exc_info: object = None) -> None:
        """What is no HTTP at all from its first byte; other lines of this kind say nothing."""
        if isinstance(exc_info, HttpProcessingError):
            self.exception(message, *arguments, exc_info=exc_info)

    def exception(self, message: str, *arguments: object, exc_info: object = None) -> None:
        """What the client did wrong in a line, our own mistakes with all that is known of them."""
        kind = type(exc_info).__name__
        if isinstance(exc_info, HttpProcessingError | web.RequestPayloadError):
            peer = str(arguments[0]) if arguments else "unknown"
            self.warn("http_request_malformed", peer=peer, problem=kind)
        elif times := self._untold(f"failed: {kind}"):
            problem = message % arguments
            _log.error("http_request_failed", times=times, problem=problem, exc_info=exc_info)

    def warn(self, event: str, **fields: str) -> None:
        """`times` counts what was not told since the last."""
        if times := self._untold(event):
            _log.warning(event, times=times, **fields)

    def _untold(self, kind: str) -> int:
        """How many of them are to be told now; 0 while it is too early for another line."""
        unsaid = self._of[kind].say(self._steady())
        return 0 if unsaid is None else unsaid + 1


class Door:
    """Makes a handler for each connection, and turns away what is too many. `handshake` is how many
    seconds one may take, 0 where there is none.
    """

    def __init__(self, server: web.Server, complaints: RequestComplaints, handshake: float) -> None:
        self._server, self._complaints = server, complaints
        self._handshake = handshake
        self._shaking: deque[float] = deque()

    def __call__(self) -> asyncio.Protocol:
        """Of those that began a handshake lately nobody tells how it ended: all of them count."""
        now = asyncio.get_running_loop().time()
        while self._shaking and now - self._shaking[0] >= self._handshake:
            self._shaking.popleft()
        if len(self._server.connections) + len(self._shaking) >= MOST_CONNECTIONS:
            self._complaints.warn("http_connections_refused", most=str(MOST_CONNECTIONS))
            return _Refusal()
        if self._handshake:
            self._shaking.append(now)
        return self._server()


class _Refusal(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """At once. A transport of uvloop is one by its methods and not by its class."""
        cast("asyncio.Transport", transport).abort()


async def listen(
    door: Door, at: tuple[str, int], tls: ssl.SSLContext | None, patience: DoorPatience
) -> asyncio.Server:
    """Accept at that host and port; OSError. Who does not take what is sent loses the connection,
    as the kernel sees to: what is set on these sockets holds for all that come of them.
    """
    server = await asyncio.get_running_loop().create_server(
        door,
        *at,
        ssl=tls,
        ssl_handshake_timeout=patience.handshake if tls is not None else None,
        backlog=_BACKLOG,
    )
    for line in server.sockets:
        unread = int(patience.unread * 1000)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread)
    return server
