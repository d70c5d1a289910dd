"""The far end of a webhook, which notes when the first byte of each message came."""

import asyncio
import json
import time
from typing import Self

_PATIENCE = 10.0


class Hook:
    """A server on loopback; each request is answered with 200 and its connection closed."""

    def __init__(self) -> None:
        self.url = ""
        self._messages: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/alerts"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def arrived(self, status: str) -> float:
        """When the first byte of the next message of that status came."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                found, at = await self._messages.get()
                if found == status:
                    return at

    def has(self, status: str) -> bool:
        """True once a message of that status came."""
        while not self._messages.empty():
            if self._messages.get_nowait()[0] == status:
                return True
        return False

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(1)
        at = time.perf_counter()
        head = first + await reader.readuntil(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"]
        body = json.loads(await reader.readexactly(int(lengths[0][15:])))
        self._messages.put_nowait((body["status"], at))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
