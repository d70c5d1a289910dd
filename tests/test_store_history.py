"""What reports are made of: kept in order, bounded, and read while the daemon writes."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hedgewatch.store import Store, StoreError
from hedgewatch.store.history import read
from hedgewatch.store.retention import HISTORY_SECONDS, forget_the_old

NOON = 1_790_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


async def test_what_is_kept_is_read_from_beside_while_the_store_is_open(path: Path) -> None:
    store = await Store.open(path)
    for number in range(3):
        await store.history.keep(NOON + 60.0 * number, partial(str, f'{{"rules":["{number}"]}}'))
    await store.history.happened([(NOON - 5.0, "before"), (NOON + 1.0, "then")])
    told = read(path, NOON, NOON + 120.0, NOON - 10.0)
    assert told.minutes == ('{"rules":["0"]}', '{"rules":["1"]}')
    assert told.transitions == ("before", "then")
    assert told.latest == '{"rules":["2"]}', "what is ahead is what was looked at last"
    await store.close()
    assert read(path, NOON, NOON + 120.0, NOON) == read(path, NOON, NOON + 120.0, NOON)


async def test_a_minute_that_is_damaged_costs_itself_alone(path: Path) -> None:
    store = await Store.open(path)
    await store.history.keep(NOON, lambda: "{}")
    await store.history.keep(NOON + 60.0, lambda: "{}")
    await store.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE minutes SET minute = x'00ff' WHERE begins = ?", (NOON,))
    assert read(path, NOON, NOON + 120.0, NOON).minutes == ("{}",)


async def test_a_store_of_before_says_that_it_kept_nothing(path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        read(path, NOON, NOON + 1.0, NOON)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 5")
    with pytest.raises(StoreError, match="older hedgewatch, which kept nothing for reports"):
        read(path, NOON, NOON + 1.0, NOON)


async def test_it_goes_with_time_and_by_size_the_oldest_first(path: Path) -> None:
    store = await Store.open(path)
    await store.history.keep(NOON - HISTORY_SECONDS - 60.0, lambda: "{}")
    await store.history.happened([(NOON - HISTORY_SECONDS - 60.0, "old"), (NOON, "new")])
    assert await store.tidy(NOON) == 2
    await store.close()
    with closing(sqlite3.connect(path)) as database, database:
        for number in range(5):
            row = (NOON + 60.0 * number, 30)
            database.execute("INSERT INTO minutes VALUES (?, zeroblob(?))", row)
        assert forget_the_old(database, NOON, most=100) == 2
        left = database.execute("SELECT begins FROM minutes ORDER BY begins").fetchall()
    assert [begins for (begins,) in left] == [NOON + 60.0 * number for number in (2, 3, 4)]


async def test_a_report_is_known_to_have_been_made(path: Path) -> None:
    store = await Store.open(path)
    assert not await store.history.made("daily", NOON)
    await store.history.note_made("daily", NOON, NOON + 5.0)
    assert await store.history.made("daily", NOON)
    assert not await store.history.made("weekly", NOON)
    assert not await store.history.made("daily", NOON + 86_400.0)
    await store.close()


async def test_a_disk_that_fails_is_no_reason_not_to_watch(path: Path) -> None:
    store = await Store.open(path)
    await store.close()
    again = Store(path / "below")  # a file is no folder
    with capture_logs() as logs:
        await again.history.keep(NOON, lambda: "{}")
        await again.history.happened([(NOON, "{}")])
    await again.close()
    assert [entry["event"] for entry in logs] == ["history_not_kept"] * 2
