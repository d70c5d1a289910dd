"""How long a test waits for what a socket, a thread or another process brings.

A wait ends as soon as what it waits for is there, so that it may be long costs nothing. It judges
no promptness: a busy machine delays the tester as much as the tested. Where promptness is the
promise, a test compares moments that the program itself tells, or looks at a stopwatch.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

_LEAST_SECONDS, _TIMES = 60.0, 5.0
_NAP_SECONDS = 0.02

PATIENCE = _LEAST_SECONDS
"""Seconds for whatever takes no time on a machine that is free."""


def patience(within: float) -> float:
    """Seconds to wait at most for what takes `within` on a machine that is free."""
    return max(_LEAST_SECONDS, _TIMES * within)


@dataclass(slots=True)
class Stopwatch:
    """Seconds that this loop had to itself: what the machine withholds is nobody's delay."""

    seconds: float = 0.0
    withheld: float = 0.0

    async def run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            before = clock()
            await asyncio.sleep(_NAP_SECONDS)
            nap = clock() - before
            self.seconds += min(nap, 2 * _NAP_SECONDS)
            self.withheld += max(0.0, nap - 2 * _NAP_SECONDS)


@asynccontextmanager
async def stopwatch() -> AsyncIterator[Stopwatch]:
    """One that runs while the block lasts."""
    watch = Stopwatch()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(watch.run())
        yield watch
        running.cancel()
