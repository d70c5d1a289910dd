"""A restart within a pause that a venue asked for knows of it: asking would make it longer."""

import sqlite3
from pathlib import Path

import pytest

from hedgewatch.parts import pauses_of
from hedgewatch.store import Store
from hedgewatch.tasks import Tasks
from hedgewatch.venues.pauses import Answered, PausedError

FAPI = "https://fapi.binance.com"
BANNED = Answered(418, "3600", b"")


async def test_a_ban_is_known_after_a_restart_and_forgotten_when_it_is_over(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "state.db")
    async with Tasks() as tasks:
        pauses = await pauses_of(store, 1_000.0, tasks)
        pauses.note(FAPI, BANNED, 1_000.0)
        await tasks.spawn("after it", store.bans.keep("https://other.example", 1_500.0))
    await store.close()
    store = await Store.open(tmp_path / "state.db")
    async with Tasks() as tasks:
        pauses = await pauses_of(store, 2_000.0, tasks)
        with pytest.raises(PausedError, match="as before the restart until 1970-01-01 01:16:40"):
            pauses.check(FAPI, 2_000.0)
        pauses.check("https://other.example", 2_000.0)
        pauses.check(FAPI, 4_601.0)
    assert await store.bans.known(4_601.0) == {}
    await store.close()


async def test_a_disk_that_fails_costs_no_more_than_the_memory_of_a_pause(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "state.db")
    with sqlite3.connect(tmp_path / "state.db") as database:
        database.execute("DROP TABLE pauses")
    async with Tasks() as tasks:
        pauses = await pauses_of(store, 1_000.0, tasks)
        pauses.note(FAPI, BANNED, 1_000.0)
        with pytest.raises(PausedError):
            pauses.check(FAPI, 1_001.0)
    await store.close()


@pytest.mark.parametrize("until", [1e12, float("inf")])
async def test_a_moment_that_no_venue_would_name_is_no_pause(tmp_path: Path, until: float) -> None:
    """It may come from a clock that was wrong by years."""
    store = await Store.open(tmp_path / "state.db")
    await store.bans.keep(FAPI, until)
    async with Tasks() as tasks:
        (await pauses_of(store, 1_000.0, tasks)).check(FAPI, 1_000.0)
    await store.close()
