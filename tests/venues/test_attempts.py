"""What is tried for ever ends when it is told to, whatever it was doing."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

import ccxt
import pytest

from hedgewatch.tasks import all_of
from hedgewatch.venues.attempts import Attempts
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.surroundings import Surroundings
from tests.support.patience import PATIENCE
from tests.venues.watching import now


def spawns_nothing(name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    work.close()
    raise AssertionError(name)


def attempts() -> Attempts:
    around = Surroundings(lambda _: None, now, spawns_nothing, Random(7))
    return Attempts("main", Redactor(), around)


async def fails_at_once() -> None:
    raise ccxt.ExchangeError("odd")


async def goes_wrong_when_it_is_ended() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        raise ccxt.NetworkError("the socket ended")


class Watched:
    """Each attempt is a group, as a connection is; the first ones fail by themselves."""

    def __init__(self, *failing: int) -> None:
        self.begun = 0
        self.stands = asyncio.Event()
        self._failing = failing

    async def attempt(self) -> None:
        self.begun += 1
        if self.begun in self._failing:
            await all_of((fails_at_once(), goes_wrong_when_it_is_ended()))
        self.stands.set()
        await all_of((goes_wrong_when_it_is_ended(), goes_wrong_when_it_is_ended()))


@pytest.mark.parametrize("failing", [(), (1, 2)])
async def test_a_watch_ends_when_it_is_told_to_also_after_failures_and_amid_them(
    failing: tuple[int, ...],
) -> None:
    """Else neither a reload nor the end of the daemon would ever be over."""
    watched = Watched(*failing)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        running = group.create_task(attempts().run(watched.attempt, lambda *_: None))
        await watched.stands.wait()
        assert not running.cancelling()  # who ends it looks whether somebody did already
        running.cancel()
        await asyncio.wait({running})
    assert running.cancelled()
    assert watched.begun == len(failing) + 1
