"""Upgrades and downgrades: stores as each version of the file left them (`tests/stores`)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hedgewatch.core.alert_model import AlertState
from hedgewatch.notify.outgoing import decode_notification
from hedgewatch.store import Store, StoreError
from hedgewatch.store.file import _MIGRATIONS
from tests.notify.alerts import NOON, Memory, Phone, composed, running
from tests.test_store_damage import rewritten

STORES = {
    int(path.stem.removeprefix("version-")): path
    for path in (Path(__file__).parent / "stores").glob("version-*.sql")
}
OLD = sorted(set(STORES) - {len(_MIGRATIONS)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hedgewatch.db"


def left_by(version: int, path: Path) -> None:
    """The store at `path`, as the program of that version wrote it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(STORES[version].read_text(encoding="utf-8"))


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def test_there_is_a_store_of_each_version() -> None:
    """A new migration needs one: that of the version before it, written by the program itself."""
    assert sorted(STORES) == list(range(1, len(_MIGRATIONS) + 1))


@pytest.mark.parametrize("version", sorted(STORES))
async def test_alerts_and_undelivered_messages_of_every_version_go_on_under_this_one(
    path: Path, version: int
) -> None:
    left_by(version, path)
    store = await Store.open(path)
    records, waiting = await store.load()
    known, silences = await store.known(), await store.commanded.silences()
    await store.close()

    assert (store.lost, version_of(path)) == ("", len(_MIGRATIONS))
    assert [(one.alertname, one.state, one.fired_at) for one in records] == [
        ("HedgeDrift", AlertState.FIRING, NOON + 1),
        ("MarginDanger", AlertState.FIRING, NOON),
    ]
    assert records[1].values["shock_down"] == float("-inf")
    assert [(row.receiver, row.attempts) for row in waiting] == [("phone", 1), ("phone", 0)]
    assert all(decode_notification(row.payload).key == row.key for row in waiting)
    assert len(known) == 3
    assert len(silences) == (1 if version > 1 else 0)


@pytest.mark.parametrize("version", sorted(STORES))
async def test_what_an_older_version_had_not_delivered_arrives_once(
    path: Path, version: int
) -> None:
    left_by(version, path)
    phone, hook = Phone(), Phone("hook")
    store = await Store.open(path)
    records, waiting = await store.load()
    desk = composed([phone, hook], Memory(), clock=lambda: NOON + 10)
    desk.dispatcher.restore(records, waiting, NOON + 10, await store.known())
    async with running(desk):
        got = await phone.has(2)
        await desk.dispatcher.drain(5.0)
    await store.close()
    assert sorted(one.transition.alertname for one in got) == ["HedgeDrift", "MarginDanger"]
    assert [one.transition.alertname for one in hook.got if not one.note] == []


@pytest.mark.parametrize("version", OLD)
async def test_before_an_upgrade_the_store_is_kept_for_whoever_has_to_go_back(
    path: Path, version: int
) -> None:
    left_by(version, path)
    await (await Store.open(path)).close()
    copy = path.with_name(f"hedgewatch.db.version-{version}")
    assert version_of(copy) == version
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM outbox").fetchone() == (3,)
    kept = copy.read_bytes()
    await (await Store.open(path)).close()
    assert copy.read_bytes() == kept, "only an upgrade makes one"


async def test_that_no_copy_can_be_made_is_no_reason_not_to_watch(path: Path) -> None:
    left_by(OLD[-1], path)
    path.with_name(f"hedgewatch.db.version-{OLD[-1]}").mkdir()
    with capture_logs() as logs:
        store = await Store.open(path)
    assert [entry["event"] for entry in logs] == ["store_not_copied_before_upgrade"]
    assert len((await store.load())[0]) == 2
    await store.close()


async def test_a_newer_store_is_refused_with_what_to_do_and_left_as_it_is(path: Path) -> None:
    left_by(len(_MIGRATIONS), path)
    newer = len(_MIGRATIONS) + 1
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE of_the_future (x)")
        database.execute(f"PRAGMA user_version = {newer}")
    before = rewritten(path, bytes)
    with pytest.raises(StoreError, match=rf"newer hedgewatch \(its version is {newer}\): run "):
        await Store.open(path)
    copy = path.with_name(f"hedgewatch.db.version-{len(_MIGRATIONS)}")
    copy.touch()
    with pytest.raises(StoreError) as refused:
        await Store.open(path)
    assert f"or put {copy} in its place" in str(refused.value)
    assert rewritten(path, bytes) == before
