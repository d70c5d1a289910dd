"""A crash loop is counted by the starts that followed an unclean end."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hedgewatch.store import Store
from tests.test_store import FIRING


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hedgewatch.db"


async def started(path: Path, now: float, *, ends_well: bool = False) -> int:
    """The crashes that a run which begins now knows of."""
    store = await Store.open(path)
    await store.load()
    recovery = await store.recovery(now)
    if ends_well:
        await store.end_well()
    await store.close()
    assert recovery.lost == ""
    return recovery.crashes


async def test_starts_after_a_crash_are_counted_for_ten_minutes(path: Path) -> None:
    assert [await started(path, at) for at in (1000.0, 1010.0, 1020.0, 1030.0)] == [0, 1, 2, 3]
    assert await started(path, 1625.0) == 2
    assert await started(path, 9000.0) == 1


async def test_a_start_after_a_run_that_ended_well_is_no_crash(path: Path) -> None:
    assert await started(path, 1000.0, ends_well=True) == 0
    assert await started(path, 1010.0, ends_well=True) == 0
    assert await started(path, 1020.0) == 0
    assert await started(path, 1030.0) == 1


async def test_what_was_lost_is_told_once(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([FIRING], [])
    await store.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alerts SET record = '{}'")
    store = await Store.open(path)
    assert (await store.load())[0] == ()
    assert "1 alerts in" in (await store.recovery(1000.0)).lost
    await store.end_well()
    await store.close()
    assert await started(path, 1010.0) == 0
