"""A webhook's other end: a real HTTP server that checks signatures and can misbehave."""

import asyncio
import hashlib
import hmac
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.support.serving import serving

RESET = struct.pack("ii", 1, 0)  # linger 0: closing sends RST


@dataclass(slots=True)
class Sink:
    """What it got, and what it answers: first each of `answers`, then 200.

    An answer is a status with headers, "hang" or "reset".
    """

    secret: str = ""
    answers: list[tuple[int, dict[str, str]] | str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refuses: tuple[bytes, ...] = ()
    """A body that contains one of these is never taken."""
    path: str = "/alerts"
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        if self.secret and not self._signed(request, content):
            return web.Response(status=401)
        if any(words in content for words in self.refuses):
            return web.Response(status=400)
        answer = self.answers.pop(0) if self.answers else (200, {})
        if answer == "hang":
            await asyncio.Event().wait()
        if answer == "reset":
            assert request.transport is not None
            raw = request.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            request.transport.abort()
        if isinstance(answer, str):
            return web.Response(status=500)
        status, headers = answer
        if status == 200:
            self.bodies.append(json.loads(content))
            self.headers.append(dict(request.headers))
        return web.Response(status=status, headers=headers)

    def _signed(self, request: web.Request, content: bytes) -> bool:
        digest = hmac.new(self.secret.encode(), content, hashlib.sha256).hexdigest()
        given = request.headers.get("X-Hedgewatch-Signature", "")
        return hmac.compare_digest(given, f"sha256={digest}")


@asynccontextmanager
async def listening(sink: Sink, tls: ssl.SSLContext | None = None) -> AsyncIterator[Sink]:
    async with serving(sink.path, sink.handle, tls=tls) as root:
        sink.url = f"{root}{sink.path}"
        yield sink
