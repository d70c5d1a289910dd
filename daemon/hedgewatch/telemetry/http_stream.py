"""Server-sent events: the stream of the status page over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import hdrs, web

from hedgewatch.telemetry.stream import Listener, Stream

STREAM = "/api/v1/stream"
_HEARTBEAT_SECONDS = 15.0
_PATIENCE_SECONDS = 30.0
"""How long a client may take nothing before it is left alone: it comes back by itself."""
_HEADERS = {
    hdrs.CONTENT_TYPE: "text/event-stream",
    hdrs.CACHE_CONTROL: "no-store",
    "X-Accel-Buffering": "no",  # a proxy that collects would hold the news back
}


def stream_routes(stream: Stream) -> list[web.RouteDef]:
    """Where the page listens."""
    return [web.get(STREAM, _listens(stream))]


def close_with(app: web.Application, stream: Stream) -> None:
    """End every stream at once when the daemon stops: they would hold it up."""

    async def close(_: web.Application) -> None:
        stream.close()

    app.on_shutdown.append(close)


def _listens(stream: Stream) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def listen(request: web.Request) -> web.StreamResponse:
        if stream.is_full:
            raise web.HTTPServiceUnavailable(
                text="too many listen already: close some pages\n", headers={"Retry-After": "10"}
            )
        response = web.StreamResponse(headers=_HEADERS)
        await response.prepare(request)
        last_id = request.headers.get("Last-Event-ID", "")
        gone = suppress(ConnectionResetError, TimeoutError)  # or it takes nothing
        with stream.listening(last_id) as listener, gone:
            await _tell(response, listener)
        return response

    return listen


async def _tell(response: web.StreamResponse, listener: Listener) -> None:
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
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await response.write(frame)
