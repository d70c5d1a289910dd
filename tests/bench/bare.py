"""The least that reading prices can cost with these libraries: aiohttp, orjson, one float kept."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import orjson

from tests.bench.client import Sight, run
from tests.bench.venue import IDS


@asynccontextmanager
async def reading(port: int, hook: str, key: str) -> AsyncIterator[Sight]:
    del hook, key
    last: dict[str, float] = {}
    handled = 0

    async def read(socket: aiohttp.ClientWebSocketResponse) -> None:
        nonlocal handled
        async for message in socket:
            frame = orjson.loads(message.data)
            if "p" in frame:
                last[frame["s"]] = float(frame["p"])
                handled += 1

    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"ws://127.0.0.1:{port}/market/ws/1") as socket,
        asyncio.TaskGroup() as group,
    ):
        await socket.send_json({"method": "SUBSCRIBE", "params": [], "id": 1})
        task = group.create_task(read(socket))
        while len(last) < len(IDS):  # noqa: ASYNC110 - only at the start
            await asyncio.sleep(0.01)
        yield Sight(lambda: handled, lambda: last[IDS[0]])
        task.cancel()


if __name__ == "__main__":
    run(reading, sys.argv[1:])
