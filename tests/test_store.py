import asyncio
import os
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import AlertRecord, AlertState, Past, Severity, Told
from hedgewatch.core.model import EndReason, Scope, Subject
from hedgewatch.store import Store, StoreBusyError, StoreError
from hedgewatch.store.file import _MIGRATIONS, connect
from hedgewatch.store.rows import decode_record, encode_record

POOL = Subject(Scope.POOL, (("account", "main"), ("venue", "binanceusdm"), ("pool", "USDT")))
FIRING = AlertRecord(
    alertname="MarginDanger",
    subject=POOL,
    state=AlertState.FIRING,
    severity=Severity.CRITICAL,
    episode="3f2a",
    active_since=1_790_000_000.25,
    fired_at=1_790_000_003.5,
    clear_since=None,
    reason="",
    labels={"team": "treasury"},
    annotations={"summary": "main: 83 % – soon liquidated"},
    values={"margin_ratio": float("inf"), "shock_down": float("-inf"), "up": True, "basis": None},
)


@dataclass(frozen=True, slots=True)
class Row:
    key: str = "MarginDanger|pool:main|3f2a|firing|phone"
    receiver: str = "phone"
    payload: str = "{}"
    attempts: int = 0
    next_at: float = 1_790_000_004.0
    created_at: float = 1_790_000_003.5
    expires_at: float = 1_790_086_403.5


@contextmanager
def a_full_disk(size: int) -> Iterator[None]:
    """No file of this process can grow beyond `size`; Python ignores the signal for it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "hedgewatch.db"


async def test_an_alert_and_its_notifications_come_back_after_a_restart(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([FIRING], [Row()])
    await store.close()

    store = await Store.open(path)
    (record,), (row,) = await store.load()
    await store.close()

    assert record == FIRING
    assert (row.key, row.receiver, row.payload, row.next_at) == (
        Row().key,
        "phone",
        "{}",
        1_790_000_004.0,
    )


numbers = st.none() | st.booleans() | st.floats(allow_nan=False)
texts = st.text(max_size=20)
records = st.builds(
    AlertRecord,
    alertname=texts,
    subject=st.builds(
        Subject, st.sampled_from(Scope), st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
    ),
    state=st.sampled_from(AlertState),
    severity=st.sampled_from(Severity),
    episode=texts,
    active_since=st.floats(0, 4e9),
    fired_at=st.none() | st.floats(0, 4e9),
    clear_since=st.none() | st.floats(0, 4e9),
    reason=st.sampled_from([reason.value for reason in EndReason]),
    labels=st.dictionaries(texts, texts, max_size=3),
    annotations=st.dictionaries(texts, texts, max_size=3),
    values=st.dictionaries(texts, numbers, max_size=4),
    told=st.none()
    | st.builds(
        Told,
        at=st.floats(0, 4e9),
        severity=st.sampled_from(Severity),
        badness=st.none() | st.floats(allow_nan=False),
    ),
    past=st.builds(
        Past,
        fired=st.lists(st.floats(0, 4e9), max_size=3).map(tuple),
        over_at=st.none() | st.floats(0, 4e9),
        flaps=st.booleans(),
    ),
)


@given(records)
def test_every_alert_survives_the_way_to_the_disk_and_back(record: AlertRecord) -> None:
    assert decode_record(encode_record(record)) == record


async def test_an_alert_that_is_over_is_forgotten_by_the_store(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([FIRING], [])
    await store.commit([replace(FIRING, state=AlertState.INACTIVE)], [])
    assert await store.load() == ((), ())
    await store.close()


async def test_a_resolved_alert_is_kept_for_its_past(path: Path) -> None:
    store = await Store.open(path)
    past = Past(fired=(1_790_000_003.5,), over_at=1_790_000_090.0, flaps=True)
    resolved = replace(FIRING, state=AlertState.RESOLVED, past=past)
    await store.commit([FIRING], [])
    await store.commit([resolved], [])
    assert await store.load() == ((resolved,), ())
    await store.close()


async def test_the_same_rule_on_another_subject_is_another_alert(path: Path) -> None:
    store = await Store.open(path)
    other = replace(FIRING, subject=Subject(Scope.POOL, (("account", "spare"),)))
    await store.commit([FIRING], [])
    await store.commit([other, replace(FIRING, clear_since=1_790_000_009.0)], [])
    loaded, _ = await store.load()
    await store.close()
    assert sorted(record.clear_since or 0.0 for record in loaded) == [0.0, 1_790_000_009.0]


async def test_state_and_notifications_are_written_together_or_not_at_all(path: Path) -> None:
    store = await Store.open(path)
    unwritable = Row(payload=None)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match=r"hedgewatch\.db"):
        await store.commit([FIRING], [Row(), unwritable])
    assert await store.load() == ((), ())
    await store.close()


async def test_a_notification_that_is_known_already_is_not_queued_again(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([], [Row()])
    await store.mark_sent([Row().key])
    await store.commit([], [Row()])
    assert await store.load() == ((), ())
    await store.close()


async def test_only_what_is_neither_sent_nor_given_up_waits_to_be_delivered(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([], [Row(key=name) for name in ("sent", "dead", "late", "fresh")])
    await store.mark_sent(["sent"])
    await store.mark_dead("dead", "refused")
    await store.mark_retry("late", 1_790_000_060.0)
    _, waiting = await store.load()
    await store.close()
    assert [(row.key, row.attempts, row.next_at) for row in waiting] == [
        ("late", 1, 1_790_000_060.0),
        ("fresh", 0, 1_790_000_004.0),
    ]


async def test_a_week_later_settled_notifications_leave_the_file_and_waiting_ones_stay(
    path: Path,
) -> None:
    store = await Store.open(path)
    await store.commit([], [Row(key="settled"), Row(key="waiting")])
    await store.mark_sent(["settled"])
    await store.commit([], [Row(key="next", created_at=Row().created_at + 8 * 86400)])
    await store.close()
    with closing(sqlite3.connect(path)) as database:
        keys = [key for (key,) in database.execute("SELECT key FROM outbox ORDER BY id")]
    assert keys == ["waiting", "next"]


async def test_a_second_instance_is_refused_and_told_who_holds_the_store(path: Path) -> None:
    store = await Store.open(path)
    with pytest.raises(StoreBusyError) as refusal:
        await Store.open(path)
    assert str(path) in str(refusal.value)
    assert str(os.getpid()) in str(refusal.value)
    await store.close()
    await (await Store.open(path)).close()


HOLDER = """
import asyncio, pathlib, sys
from hedgewatch.store import Store
async def hold():
    await Store.open(pathlib.Path(sys.argv[1]))
    print("open", flush=True)
    await asyncio.Event().wait()
asyncio.run(hold())
"""


async def test_a_killed_instance_leaves_no_lock_behind(path: Path) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"open\n"
    with pytest.raises(StoreBusyError, match=str(holder.pid)):
        await Store.open(path)
    holder.kill()
    await holder.wait()
    await (await Store.open(path)).close()


async def test_a_full_disk_is_an_error_and_leaves_what_was_written_before(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([FIRING], [])
    with a_full_disk(64 * 1024), pytest.raises(StoreError):
        await store.commit([], [Row(payload="x" * 1_000_000)])
    await store.commit([], [Row()])
    (record,), (row,) = await store.load()
    await store.close()
    assert (record, row.payload) == (FIRING, "{}")


async def test_nobody_but_its_owner_reads_the_store(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([FIRING], [])
    modes = {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()}
    await store.close()
    assert modes == dict.fromkeys(modes, 0)
    assert "hedgewatch.db-wal" in modes


def test_each_commit_waits_until_the_disk_has_it(path: Path) -> None:
    path.parent.mkdir()
    with closing(connect(path)) as database:
        settings = [
            database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        ]
    assert settings == ["wal", 2], "2 is FULL"


async def test_a_reader_sees_the_alerts_while_the_daemon_holds_the_store(path: Path) -> None:
    store = await Store.open(path)
    await store.commit([FIRING], [])
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        (number,) = reader.execute("SELECT count(*) FROM alerts").fetchone()
    assert number == 1
    await store.close()


async def test_silences_are_kept_replaced_and_forgotten(path: Path) -> None:
    store = await Store.open(path)
    await store.commanded.keep_silences({"a": "1", "b": "2"})
    await store.commanded.keep_silences({"a": "3"}, ["b"])
    await store.close()
    store = await Store.open(path)
    assert await store.commanded.silences() == ("3",)
    await store.close()


async def test_the_audit_log_is_read_backwards_and_forgets_what_is_older_than_400_days(
    path: Path,
) -> None:
    store = await Store.open(path)
    for day in (0.0, 100.0, 350.0, 450.0):
        await store.commanded.note(day * 86400, f"day {day:.0f}")
    assert await store.commanded.audit(2) == ((4, "day 450"), (3, "day 350"))
    assert await store.commanded.audit(9, before=3) == ((2, "day 100"),)
    assert len(await store.commanded.audit(9, before=10**30)) == 3
    assert await store.commanded.audit(9, before=-(10**30)) == ()
    await store.close()


async def test_a_nonce_is_spent_once_over_a_restart_too_until_it_may_be_forgotten(
    path: Path,
) -> None:
    store = await Store.open(path)
    assert await store.commanded.spend("n", 60.0, 0.0)
    await store.close()
    store = await Store.open(path)
    assert not await store.commanded.spend("n", 60.0, 30.0)
    assert await store.commanded.spend("n", 120.0, 61.0)
    await store.close()


async def test_a_store_of_the_first_version_is_brought_to_this_one(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        for statement in _MIGRATIONS[0]:
            database.execute(statement)
        database.execute("PRAGMA user_version = 1")
        database.execute(
            "INSERT INTO alerts VALUES ('x', 'y', 'firing', ?)", (encode_record(FIRING),)
        )
        database.commit()
    store = await Store.open(path)
    records, _ = await store.load()
    assert records == (FIRING,)
    assert await store.commanded.silences() == ()
    await store.close()
