"""Server-sent events: the stream of the status page over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from socket import SO_SNDBUF, SOL_SOCKET

from aiohttp import hdrs, web

from hedgewatch.telemetry.stream import Listener, Stream

STREAM = "/api/v1/stream"
_HEARTBEAT_SECONDS = 15.0
PATIENCE_SECONDS = 30.0
"""How long a client may take nothing before its line is cut: it comes back by itself."""
_ON_THE_WAY_BYTES = 65_536
"""What the kernel may hold for one client (it takes twice that). Left alone it holds 4 MB: three
minutes of a small desk, which a slow client would read as if they were now.
"""
_HEADERS = {
    hdrs.CONTENT_TYPE: "text/event-stream",
    hdrs.CACHE_CONTROL: "no-store",
    "X-Accel-Buffering": "no",  # a proxy that collects would hold the news back
}


def stream_routes(stream: Stream, patience: float = PATIENCE_SECONDS) -> list[web.RouteDef]:
    """Where the page listens. There is no HEAD of it: it would never end."""
    return [web.get(STREAM, _listens(stream, patience), allow_head=False)]


def close_with(app: web.Application, stream: Stream) -> None:
    """End every stream at once when the daemon stops: they would hold it up."""

    async def close(_: web.Application) -> None:
        stream.close()

    app.on_shutdown.append(close)


def _listens(
    stream: Stream, patience: float
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def listen(request: web.Request) -> web.StreamResponse:
        if stream.is_full:
            raise web.HTTPServiceUnavailable(
                text="too many listen already: close some pages\n", headers={"Retry-After": "10"}
            )
        response = web.StreamResponse(headers=_HEADERS)
        _keep_short(request)
        await response.prepare(request)
        last_id = request.headers.get("Last-Event-ID", "")
        with stream.listening(last_id) as listener, suppress(ConnectionResetError):
            try:
                await _tell(response, listener, patience)
            except TimeoutError:  # a good end would wait for it to take what it does not
                _hang_up(request)
        return response

    return listen


def _keep_short(request: web.Request) -> None:
    line = None if request.transport is None else request.transport.get_extra_info("socket")
    if line is not None:
        line.setsockopt(SOL_SOCKET, SO_SNDBUF, _ON_THE_WAY_BYTES)


def _hang_up(request: web.Request) -> None:
    """At once, with all that waits to be sent: else it would keep memory and a descriptor."""
    if request.transport is not None:
        request.transport.abort()


async def _tell(response: web.StreamResponse, listener: Listener, patience: float) -> None:
    """Until there is no more to tell. A comment, when nothing was told, keeps proxies from closing
    the line, and shows a client that is gone.
    """
    while True:
        try:
            async with asyncio.timeout(_HEARTBEAT_SECONDS):
                frame = await listener.take()
        except TimeoutError:
            frame = b": still here\n\n"
        if frame is None:
            return
        async with asyncio.timeout(patience):
            await response.write(frame)
