"""What every request passes before it reaches the wire of a venue: gateways, and lines that rot.

It knows no protocol of any venue: its faults look the same at all of them.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from aiohttp import web

from hedgewatch.sim.faults import Faults
from hedgewatch.sim.wire.wire import Wire

_DRIP_SECONDS = 0.1
_PAGE = b"<html><body><h1>504 Gateway Time-out</h1></body></html>"


async def _page(_request: web.Request) -> web.StreamResponse:
    return web.Response(body=_PAGE, content_type="text/html")


async def _empty(_request: web.Request) -> web.StreamResponse:
    return web.Response(content_type="application/json")


async def _null(_request: web.Request) -> web.StreamResponse:
    return web.Response(text="null", content_type="application/json")


async def _words(_request: web.Request) -> web.StreamResponse:
    return web.Response(text="upstream connect error or disconnect/reset before headers")


async def _half_packed(_request: web.Request) -> web.StreamResponse:
    """A gzip stream that breaks off."""
    packed = gzip.compress(b'{"serverTime": 1}' * 50)[:-20]
    headers = {"Content-Encoding": "gzip"}
    return web.Response(body=packed, headers=headers, content_type="application/json")


async def _half(request: web.Request) -> web.StreamResponse:
    """A body that breaks off, and the line with it."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"serverTime":')
    if request.transport is not None:
        request.transport.abort()
    return response


async def _drip(request: web.Request) -> web.StreamResponse:
    """A byte now and then, without end."""
    response = web.StreamResponse()
    await response.prepare(request)
    while request.transport is not None and not request.transport.is_closing():
        await response.write(b" ")
        await asyncio.sleep(_DRIP_SECONDS)
    return response


ODD_ANSWERS: Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = (
    MappingProxyType(
        {
            "page": _page,
            "empty": _empty,
            "null": _null,
            "words": _words,
            "half-packed": _half_packed,
            "half": _half,
            "drip": _drip,
        }
    )
)
"""With the status 200, all of them."""


class Door:
    """That of one venue."""

    def __init__(self, wire: Wire, faults: Faults) -> None:
        self._wire = wire
        self._faults = faults
        self._sockets: set[asyncio.Transport] = set()
        faults.door = self

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A request or a handshake, if it gets through."""
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._upgraded(request)
        if self._faults.odd_answer:
            return await ODD_ANSWERS[self._faults.odd_answer](request)
        return await self._wire.answer(request)

    async def _upgraded(self, request: web.Request) -> web.StreamResponse:
        if self._faults.turned_away:
            return web.Response(status=self._faults.turned_away, text="turned away")
        line = request.transport
        if line is None:
            return web.Response(status=400)
        self._sockets.add(line)
        try:
            return await self._wire.serve(request)
        finally:
            self._sockets.discard(line)

    def write(self, data: bytes) -> None:
        """Bytes on every open socket, as they are: frames that no library would write."""
        for line in self._sockets:
            line.write(data)
