"""TLS before a server that has none, at an address of its own."""

import asyncio
import re
import ssl
from contextlib import suppress

_CHUNK = 65_536
_HOST = re.compile(rb"\r\nHost: ([^\r]+)\r\n", re.IGNORECASE)


class TlsFront:
    """It notes which server name each line asked for, and which host its first request."""

    def __init__(self, context: ssl.SSLContext, target: int) -> None:
        self._context, self._target = context, target
        self.named: list[str | None] = []
        self.hosts: list[str] = []
        self._lines: set[asyncio.WriteTransport] = set()
        context.sni_callback = lambda _, name, __: self.named.append(name)

    async def listen(self, host: str, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._serve, host, port, ssl=self._context)

    def cut(self) -> None:
        """Drop every line, those as well on which nothing is said at the moment."""
        for line in self._lines:
            line.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer.transport)
        try:
            await self._passed_on(reader, writer)
        finally:
            self._lines.discard(writer.transport)

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(_CHUNK)
        self.hosts += [host.decode() for host in _HOST.findall(first)]
        behind, onward = await asyncio.open_connection("127.0.0.1", self._target)
        onward.write(first)
        async with asyncio.TaskGroup() as group:
            group.create_task(_pump(reader, onward))
            group.create_task(_pump(behind, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All that comes, until one of the ends is gone."""
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()
