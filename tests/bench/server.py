"""The benchmark's exchange, a process of its own: REST, sockets, paced and flooding mark prices.

It is told by lines of JSON on standard input what to send. Frames are written to the transports
as they stand on the wire: what sending costs here must not slow the reader that is measured.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from random import Random
from struct import pack
from typing import Any

from aiohttp import WSMsgType, web

from tests.bench.hook import Hook
from tests.bench.venue import IDS, IN_A_POOL, PRICE, reply

_STEP = 77
"""Through the 200 markets in an order that mixes the pools."""

_CALM_SECONDS = 10.0


class Exchange:
    """The sockets that listen to mark prices, by the port they came to, and what they are sent.

    A client has a port for itself, so that several can stand while one is measured.
    """

    def __init__(self) -> None:
        self._listening: defaultdict[int, list[asyncio.Transport]] = defaultdict(list)
        self._chance = Random(11)
        self._stamp = 0
        self._number = 0
        self._quiet = False
        self._flooded = 0

    # what clients ask

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._serve(request)
        key = request.headers.get("X-MBX-APIKEY", "")
        found = reply(request.path, key, self._now())
        return web.json_response(found, status=404 if found is None else 200)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        transport = request.transport
        assert isinstance(transport, asyncio.Transport)
        listening = self._listening[transport.get_extra_info("sockname")[1]]
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                await socket.send_json({"id": json.loads(message.data).get("id"), "result": None})
                if "/market/" in request.path:
                    listening.append(transport)
                    transport.write(b"".join(map(self._frame, IDS)))
        finally:
            if transport in listening:
                listening.remove(transport)
        return socket

    # what is sent

    async def pace(self, port: int, rate: float, seconds: float) -> dict[str, float]:
        """One frame every 1/rate seconds, to the microsecond: asyncio's timers have 1 ms."""
        self._quiet = True
        began, total = time.perf_counter(), int(rate * seconds)
        for number in range(total):
            left = began + number / rate - time.perf_counter()
            if left > 0.0:
                time.sleep(left)  # noqa: ASYNC251, TID251 - nothing else runs here meanwhile
            self._send(port, self._frame(self._next()))
            await asyncio.sleep(0)
        self._quiet, self._flooded = False, 0
        return {"frames": total, "seconds": time.perf_counter() - began}

    def flood(self, port: int, frames: int, last: float) -> dict[str, float]:
        """All at once, as fast as the socket takes them; then nothing that hides the last.

        Whoever shows the price `last` of the first market has seen all of it, however long that
        takes: this port is told nothing more before something else is asked.
        """
        made = [self._frame(self._next()) for _ in range(frames - 1)]
        self._send(port, b"".join(made) + self._frame(IDS[0], last))
        self._flooded = port
        return {"frames": frames}

    async def alert(self, port: int, hook: Hook, trials: int) -> dict[str, list[float]]:
        """Seconds from writing a frame that makes an alert to the first byte of its message."""
        self._quiet, self._flooded = True, 0
        waits = []
        for _ in range(trials):
            await asyncio.sleep(self._chance.uniform(0.005, 0.03))
            written = time.perf_counter()
            self._send(port, self._frame(IDS[0], 2.0 * PRICE))
            waits.append(await hook.arrived("firing") - written)
            await self._calm(port, hook)
        self._quiet = False
        return {"seconds": waits}

    async def _calm(self, port: int, hook: Hook) -> None:
        """The usual prices, until the alert is over: frames that wait together count as one."""
        async with asyncio.timeout(_CALM_SECONDS):
            while not hook.has("resolved"):
                self._send(port, b"".join(map(self._frame, IDS[:IN_A_POOL])))
                await asyncio.sleep(0.003)

    async def keep_fresh(self) -> None:
        """Once a second, as Binance does, while nothing else is sent."""
        while True:
            await asyncio.sleep(1.0)
            for port in () if self._quiet else self._listening:
                if port != self._flooded:
                    self._send(port, b"".join(map(self._frame, IDS)))

    def _send(self, port: int, data: bytes) -> None:
        for transport in self._listening[port]:
            transport.write(data)

    def _next(self) -> str:
        self._number = (self._number + _STEP) % len(IDS)
        return IDS[self._number]

    def _frame(self, market: str, price: float | None = None) -> bytes:
        """A mark price as Binance tells it, as a WebSocket frame. Two never have one time."""
        text = (
            f"{PRICE * (1.0 + self._chance.uniform(-2e-4, 2e-4)) if price is None else price:.8f}"
        )
        self._stamp = max(self._now(), self._stamp + (self._number == 0))
        body = (
            f'{{"e":"markPriceUpdate","E":{self._stamp},"s":"{market}","p":"{text}","ap":"{text}",'
            f'"P":"{text}","i":"{text}","r":"0.00010000","T":{self._stamp + 3_600_000}}}'
        ).encode()
        return b"\x81\x7e" + pack(">H", len(body)) + body

    @staticmethod
    def _now() -> int:
        return time.time_ns() // 1_000_000  # noqa: TID251 - the venue's clock


async def commands() -> AsyncIterator[dict[str, Any]]:
    """Lines of JSON on standard input, until it ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield json.loads(line)


def say(found: object) -> None:
    print(json.dumps(found), flush=True)


async def main() -> None:
    exchange = Exchange()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", exchange.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    for _ in range(int(sys.argv[1])):
        await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with Hook() as hook, asyncio.TaskGroup() as group:
        fresh = group.create_task(exchange.keep_fresh())
        say({"ports": [address[1] for address in runner.addresses], "hook": hook.url})
        async for command in commands():
            if command["do"] == "pace":
                say(await exchange.pace(command["port"], command["rate"], command["seconds"]))
            elif command["do"] == "flood":
                say(exchange.flood(command["port"], command["frames"], command["last"]))
            else:
                say(await exchange.alert(command["port"], hook, command["trials"]))
        fresh.cancel()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
