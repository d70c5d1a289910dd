"""The disk fails under an open store: full, an fsync that fails, locked, torn by a power cut."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedgewatch.store import Store, StoreError
from tests.notify.alerts import Phone, composed, now, running, transition
from tests.support.chance import examples
from tests.support.patience import PATIENCE
from tests.test_store import FIRING, Row, a_full_disk
from tests.test_store_damage import flip_a_page, rewritten

WAL_FRAME = 24 + 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@contextmanager
def an_fsync_that_fails(path: Path) -> Iterator[None]:
    """Of the log that is open now: /dev/null takes every write, and its fsync is an error."""
    log = os.path.realpath(f"{path}-wal")
    opened = {os.path.realpath(entry): entry.name for entry in Path("/proc/self/fd").iterdir()}
    with Path("/dev/null").open("r+b") as nothing:
        os.dup2(nothing.fileno(), int(opened[log]))
    yield


async def setting(store: Store, name: str) -> object:
    """A pragma of the connection that the next change goes through."""

    def ask() -> object:
        with store.transaction() as database:
            return database.execute(f"PRAGMA {name}").fetchone()[0]

    return await store.on_thread(ask)


async def test_after_a_failed_fsync_nothing_is_believed_and_the_file_is_read_anew(
    path: Path,
) -> None:
    store = await Store.open(path)
    await store.commit([FIRING], [])
    with an_fsync_that_fails(path), pytest.raises(StoreError, match="disk I/O error"):
        await store.commit([], [Row(key="lost")])
    assert await store.load() == ((FIRING,), ()), "what the disk never had is not remembered"
    await store.commit([], [Row(key="written again")])
    await store.close()
    store = await Store.open(path)
    (record,), (row,) = await store.load()
    await store.close()
    assert (record, row.key, store.lost) == (FIRING, "written again", "")


async def test_a_file_that_came_back_damaged_from_a_failure_is_not_written_to(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([FIRING], [])
    await store.close()
    store = await Store.open(path)
    with a_full_disk(1), pytest.raises(StoreError):
        await store.commit([], [Row()])
    damaged = rewritten(path, flip_a_page)
    for _ in range(2):
        with pytest.raises(StoreError, match="Page 2"):
            await store.commit([], [Row()])
    assert rewritten(path, bytes) == damaged
    await store.close()
    store = await Store.open(path)
    assert store.recovered_from == path.with_name("state.db.corrupt-1")
    await store.close()


@pytest.mark.parametrize("trouble", ["none", "full", "fsync"])
async def test_every_connection_waits_for_the_disk(path: Path, trouble: str) -> None:
    store = await Store.open(path)
    await store.commit([FIRING], [])
    if trouble == "full":
        with a_full_disk(1), pytest.raises(StoreError):
            await store.commit([], [Row()])
    if trouble == "fsync":
        with an_fsync_that_fails(path), pytest.raises(StoreError):
            await store.commit([], [Row()])
    assert [await setting(store, name) for name in ("journal_mode", "synchronous")] == ["wal", 2]
    await store.close()


async def test_while_another_writes_alerts_go_out_it_is_said_and_made_up_for(path: Path) -> None:
    phone, store = Phone(), await Store.open(path)
    async with running(composed([phone], store)) as delivering:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            began = now()
            delivering.tell(transition(at=began))
            await phone.has(1)
            assert delivering.dispatcher.store_error == "", "it waits for no lock"
            async with asyncio.timeout(PATIENCE):
                while not (said := delivering.dispatcher.store_error):  # noqa: ASYNC110 - a state
                    await asyncio.sleep(0.01)
            other.execute("ROLLBACK")
        await delivering.dispatcher.drain(5.0)
        assert delivering.dispatcher.store_error == ""
    records, waiting = await store.load()
    await store.close()
    assert said == f"{path}: database is locked"
    assert [(one.alertname, one.fired_at) for one in records] == [("MarginDanger", began)]
    assert waiting == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(15))
@given(frames=st.integers(0, 40), into=st.integers(0, WAL_FRAME - 1), flip=st.booleans())
def test_a_power_cut_leaves_the_transactions_up_to_a_moment_and_no_damage(
    tmp_path: Path, *, frames: int, into: int, flip: bool
) -> None:
    path, cut, torn = (tmp_path / name for name in ("whole.db", "cut.db", "torn.db"))
    if not cut.exists():
        asyncio.run(_written(path, cut))
    _copy(cut, torn)
    log = Path(f"{torn}-wal")
    at = min(32 + frames * WAL_FRAME + into, log.stat().st_size - 1)
    content = bytearray(log.read_bytes())
    if flip:
        content[at] ^= 0xFF
    log.write_bytes(content if flip else content[:at])

    names, lost = asyncio.run(_left(torn))
    assert (names, lost) == (sorted(f"Rule{number:02}" for number in range(len(names))), "")


def _copy(path: Path, to: Path) -> None:
    """The store as it lies there, its log with it."""
    for ending in ("", "-wal"):
        Path(f"{to}{ending}").write_bytes(Path(f"{path}{ending}").read_bytes())


async def _written(path: Path, cut: Path) -> None:
    """A store with 20 transactions in its log, and a copy as a power cut would leave it."""
    store = await Store.open(path)
    for number in range(20):
        record = replace(FIRING, alertname=f"Rule{number:02}")
        await store.commit([record], [Row(key=str(number))])
    _copy(path, cut)
    await store.close()


async def _left(path: Path) -> tuple[list[str], str]:
    store = await Store.open(path)
    records, waiting = await store.load()
    await store.close()
    assert len(waiting) == len(records), "an alert and its messages stand or fall together"
    return [record.alertname for record in records], store.lost
