"""`python -m tests.bench.client KIND LOOP PORT HOOK`: one reader of the benchmark's exchange.

Each kind is a process of its own, so that its CPU time and memory are nobody else's.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from tests.bench.server import commands, say

_PAGE = 4096
_LOOK_SECONDS = 0.01
_FLOOD_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader shows of itself: how many frames it handled, the first market's price."""

    handled: Callable[[], int]
    price: Callable[[], float]


Reader = Callable[[int, str, str], AbstractAsyncContextManager[Sight]]
"""Takes the exchange's port, the webhook's address and the key; stands once prices flow."""


def resident_megabytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6


async def work(reader: AbstractAsyncContextManager[Sight]) -> None:
    async with reader as sight:
        say({"at": time.perf_counter(), "rss": resident_megabytes()})
        async for command in commands():
            if command["do"] == "measure":
                waiting = asyncio.sleep(command["seconds"])
            else:
                waiting = _shown(sight, command["last"])
            say({**await _spent(sight, waiting), "rss": resident_megabytes()})


async def _spent(sight: Sight, waiting: Awaitable[Any]) -> dict[str, float]:
    """CPU and wall seconds, and frames handled, until that is over."""
    handled, cpu, wall = sight.handled(), time.process_time(), time.perf_counter()
    await waiting
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "handled": sight.handled() - handled,
    }


async def _shown(sight: Sight, last: float) -> None:
    """Until the last frame of a flood was handled."""
    say({"waiting": True})
    async with asyncio.timeout(_FLOOD_SECONDS):
        while sight.price() != last:  # noqa: ASYNC110 - a reader that tells would cost more
            await asyncio.sleep(_LOOK_SECONDS)


def run(reader: Reader, arguments: list[str]) -> None:
    """Arguments are the event loop, the port, the webhook's address, the key."""
    loop, port, hook, key = arguments
    factory = uvloop.new_event_loop if loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work(reader(int(port), hook, key)))


if __name__ == "__main__":
    sys.exit("ask one of tests.bench.bare, tests.bench.idle, tests.bench.daemon")
