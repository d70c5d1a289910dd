import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hedgewatch.store import Store, StoreError
from tests.test_store import FIRING, Row


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "hedgewatch.db"


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> bytes:
    """The changed content, which is in the file now."""
    content = change(path.read_bytes() if path.exists() else b"")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return content


def flip_a_page(content: bytes) -> bytes:
    return content[:4096] + b"\xa5" * 4096 + content[8192:]


def _cut_short(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _zeroed(content: bytes) -> bytes:
    return bytes(len(content))


def _cut_in_its_first_words(content: bytes) -> bytes:
    return content[:10]


def _emptied(_content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize(
    "damage", [flip_a_page, _cut_short, _cut_in_its_first_words, _zeroed, _emptied]
)
async def test_a_damaged_file_is_set_aside_and_said_but_never_deleted(
    path: Path, damage: Callable[[bytes], bytes]
) -> None:
    store = await Store.open(path)
    assert store.recovered_from is None
    await store.commit([FIRING], [Row()])
    await store.close()
    damaged = rewritten(path, damage)

    with capture_logs() as logs:
        store = await Store.open(path)
    assert [entry["event"] for entry in logs] == ["store_was_damaged"]
    assert store.recovered_from == path.with_name("hedgewatch.db.corrupt-1")
    assert rewritten(store.recovered_from, bytes) == damaged
    assert await store.load() == ((), ())
    await store.commit([FIRING], [])
    await store.close()


async def test_each_damaged_file_is_kept_under_a_name_of_its_own(path: Path) -> None:
    names = []
    for _ in range(2):
        rewritten(path, lambda _: b"SQLite format 3\0, but nothing that it could read" * 100)
        store = await Store.open(path)
        names.append(store.recovered_from and store.recovered_from.name)
        await store.close()
    assert names == ["hedgewatch.db.corrupt-1", "hedgewatch.db.corrupt-2"]


@pytest.mark.parametrize("content", [b"hush\n", b"SQLite format 2\0" * 500, b"\0" * 15 + b"k"])
async def test_a_file_that_never_was_a_store_is_refused_and_left_untouched(
    path: Path, content: bytes
) -> None:
    path = path.with_name("main.key")
    rewritten(path, lambda _: content)
    with pytest.raises(StoreError) as refused:
        await Store.open(path)
    assert str(refused.value) == f"{path} is not a store of hedgewatch: choose another store:"
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == {path.name: content}


@pytest.mark.parametrize("name", ["state.db", "state"])
async def test_garbage_where_a_store_was_is_kept_aside_and_no_reason_not_to_start(
    path: Path, name: str
) -> None:
    path = path.with_name(name)
    await (await Store.open(path)).close()
    rewritten(path, lambda _: b"\x07garbage" * 1000)
    store = await Store.open(path)
    assert store.recovered_from == path.with_name(f"{name}.corrupt-1")
    await store.close()


async def test_an_empty_file_is_a_store_to_begin(path: Path) -> None:
    rewritten(path, bytes)
    store = await Store.open(path)
    assert store.recovered_from is None
    assert await store.load() == ((), ())
    await store.close()


async def test_a_file_of_a_newer_version_is_left_as_it_is(path: Path) -> None:
    await (await Store.open(path)).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer hedgewatch"):
        await Store.open(path)
    assert [file.name for file in path.parent.iterdir() if "corrupt" in file.name] == []


async def test_an_alert_that_cannot_be_read_does_not_hide_the_others(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([FIRING, replace(FIRING, alertname="HedgeDrift")], [])
    await store.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alerts SET record = '{}' WHERE alertname LIKE '%HedgeDrift%'")
    store = await Store.open(path)
    records, _ = await store.load()
    assert (records, store.unreadable) == ((FIRING,), 1)
    await store.close()
