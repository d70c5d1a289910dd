"""The periodic jobs: every account in its own time."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from apscheduler import events
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from hedgewatch.jobs import (
    ACCOUNT_JOBS,
    MARKET_JOBS,
    OWN_JOBS,
    Housekeeping,
    JobFailedError,
    Spawn,
    Workplace,
    keep_pace,
    scheduler,
)
from hedgewatch.store import Store
from hedgewatch.telemetry.job_runs import JobRuns

NOW = 1_900_000_000.0


class Asked:
    """Something watched that counts what it was asked, and answers when it is let go."""

    def __init__(self, name: str, *, slow: bool = False) -> None:
        self.name = name
        self.asked: list[str] = []
        self.free = asyncio.Event()
        if not slow:
            self.free.set()

    async def _answer(self, what: str) -> None:
        self.asked.append(what)
        await self.free.wait()


class Account(Asked):
    """An account."""

    async def reconcile(self) -> None:
        await self._answer("reconcile")

    async def keep_listen_key(self) -> None:
        await self._answer("keep_listen_key")

    async def refresh_tiers(self) -> None:
        await self._answer("refresh_tiers")

    async def read_collateral(self) -> None:
        await self._answer("read_collateral")

    async def check_key(self) -> None:
        await self._answer("check_key")


class Markets(Asked):
    """What is public of a venue."""

    async def read_clock(self) -> None:
        await self._answer("read_clock")

    async def read_quotes(self) -> None:
        await self._answer("read_quotes")

    async def read_liquidity(self) -> None:
        await self._answer("read_liquidity")

    async def read_history(self) -> None:
        await self._answer("read_history")

    async def refresh_terms(self) -> None:
        await self._answer("refresh_terms")

    async def refresh_markets(self) -> None:
        await self._answer("refresh_markets")


def planned(
    spawn: Spawn,
    accounts: Sequence[Account] = (),
    markets: Sequence[Markets] = (),
    runs: JobRuns | None = None,
    path: Path = Path("absent.db"),
    clock: Callable[[], float] = lambda: NOW,
) -> AsyncIOScheduler:
    """The table of jobs of a daemon that has not begun."""
    place = Workplace(
        accounts=lambda: accounts,
        markets=lambda: markets,
        own=Housekeeping(Store(path), clock),
        spawn=spawn,
        runs=runs or JobRuns(),
    )
    return scheduler(place)


def shown(runs: JobRuns, job: str) -> dict[str, float]:
    """What the metrics say of a job, by the name of the series and the outcome."""
    return {
        sample.labels.get("outcome", sample.name): sample.value
        for family in runs.collect()
        for sample in family.samples
        if sample.labels["task"] == job
    }


async def test_an_account_that_is_slow_holds_up_no_other_and_is_not_asked_twice() -> None:
    slow, quick, now = Account("slow", slow=True), Account("quick"), [NOW]
    runs = JobRuns()
    async with asyncio.TaskGroup() as group:

        def spawn(name: str, work: Coroutine[Any, Any, None]) -> object:
            return group.create_task(work, name=name)

        reconcile = planned(spawn, [slow, quick], runs=runs, clock=lambda: now[0]).get_job(
            "reconcile"
        )
        for _ in range(3):
            await reconcile.func(*reconcile.args)
            await asyncio.sleep(0)
        assert (len(slow.asked), len(quick.asked)) == (1, 3)
        now[0] += 90.0
        assert shown(runs, "reconcile") == {
            "done": 3.0, "failed": 0.0, "skipped": 2.0, "missed": 0.0,
            "hedgewatch_job_last_done_timestamp_seconds": NOW,
            "hedgewatch_job_longest_run_seconds": 90.0,
        }  # fmt: skip
        slow.free.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await reconcile.func(*reconcile.args)
    assert (len(slow.asked), len(quick.asked)) == (2, 4)
    assert shown(runs, "reconcile")["done"] == 6.0
    assert shown(runs, "reconcile")["hedgewatch_job_longest_run_seconds"] == 0.0


async def test_every_job_asks_all_that_is_watched_for_what_its_name_says() -> None:
    account, markets = Account("main"), Markets("binanceusdm")
    async with asyncio.TaskGroup() as group:

        def spawn(name: str, work: Coroutine[Any, Any, None]) -> object:
            return group.create_task(work, name=name)

        table = planned(spawn, [account], [markets])
        for job in table.get_jobs():
            if job.id not in {own.name for own in OWN_JOBS}:
                await job.func(*job.args)
    assert account.asked == [job.name for job in ACCOUNT_JOBS]
    assert markets.asked == [job.name for job in MARKET_JOBS]


async def test_reports_are_looked_after_by_a_job_of_their_own(tmp_path: Path) -> None:
    made, runs = [], JobRuns()

    async def report() -> None:
        made.append(NOW)
        if len(made) > 1:
            raise JobFailedError("no daily report: no space left on device")

    async with asyncio.TaskGroup() as group:

        def spawn(name: str, work: Coroutine[Any, Any, None]) -> object:
            return group.create_task(work, name=name)

        own = Housekeeping(Store(tmp_path / "state.db"), lambda: NOW, report=report)
        place = Workplace(accounts=list, markets=list, own=own, spawn=spawn, runs=runs)
        job = scheduler(place).get_job("make_reports")
        for _ in range(2):
            await job.func(*job.args)
            await asyncio.sleep(0)
    assert made == [NOW, NOW]
    told = shown(runs, "make_reports")
    assert (told["done"], told["failed"]) == (1.0, 1.0)


async def tidied(path: Path, runs: JobRuns) -> None:
    """The job that tidies the store, done once by itself."""
    async with asyncio.TaskGroup() as group:

        def spawn(name: str, work: Coroutine[Any, Any, None]) -> object:
            return group.create_task(work, name=name)

        job = planned(spawn, runs=runs, path=path).get_job("tidy_store")
        await job.func(*job.args)


async def test_a_store_in_which_nothing_happens_forgets_what_is_old_and_not_what_waits(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.db"
    store = await Store.open(path)
    ages = {"sent old": 8, "sent": 6, "dead old": 8, "pending old": 300}
    with closing(sqlite3.connect(path)) as database, database:
        for key, days in ages.items():
            database.execute(
                "INSERT INTO outbox (key, receiver, payload, attempts, next_at, created_at,"
                " expires_at, state) VALUES (?, 'phone', '', 0, 0, ?, 0, ?)",
                (key, NOW - days * 86400.0, key.split()[0]),
            )
        for days in (401, 399):
            database.execute("INSERT INTO audit (at, entry) VALUES (?, '')", (NOW - days * 86400,))
        database.execute("INSERT INTO nonces VALUES ('spent', ?), ('new', ?)", (NOW - 1, NOW + 1))
    assert await store.tidy(NOW) == 4
    assert await store.tidy(NOW) == 0
    await store.close()
    with closing(sqlite3.connect(path)) as database:
        keys = [key for (key,) in database.execute("SELECT key FROM outbox ORDER BY id")]
        assert keys == ["sent", "pending old"]
        assert database.execute("SELECT COUNT(*) FROM audit").fetchone() == (1,)
        assert database.execute("SELECT nonce FROM nonces").fetchall() == [("new",)]


async def test_a_job_that_fails_is_counted_and_told_and_ends_nothing(tmp_path: Path) -> None:
    path, runs = tmp_path / "state.db", JobRuns()
    path.write_bytes(b"SQLite format 3\0" + b"x" * 500)  # damaged
    with capture_logs() as logs:
        await tidied(path, runs)
    assert shown(runs, "tidy_store")["failed"] == 1.0
    assert shown(runs, "tidy_store")["hedgewatch_job_last_done_timestamp_seconds"] == 0.0
    (told,) = [line for line in logs if line["event"] == "job_failed"]
    assert (told["job"], str(path) in told["error"]) == ("tidy_store", True)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (events.EVENT_JOB_ERROR, "failed"),
        (events.EVENT_JOB_MISSED, "missed"),
        (events.EVENT_JOB_MAX_INSTANCES, "skipped"),
    ],
)
async def test_what_the_scheduler_could_not_begin_is_counted_too(code: int, outcome: str) -> None:
    runs = JobRuns()
    table = planned(lambda _, work: work.close(), runs=runs)
    event = events.JobEvent(code, "reconcile", "default")
    table._dispatch_event(event)  # noqa: SLF001 - a scheduler that misses takes a stalled machine
    assert shown(runs, "reconcile")[outcome] == 1.0


async def test_after_the_wall_clock_was_set_back_no_job_waits_longer_than_after_a_run() -> None:
    """APScheduler goes by it: each would wait an hour."""
    table = planned(lambda _, work: work.close())
    keep_pace(table, NOW)  # nothing to mind before it runs
    table.start()
    try:
        began = min(job.next_run_time.timestamp() for job in table.get_jobs())
        due = {job.id: job.next_run_time.timestamp() for job in table.get_jobs()}
        keep_pace(table, began - 3600.0)
        for job in table.get_jobs():
            latest = began - 3600.0 + job.trigger.interval.total_seconds()
            assert job.next_run_time.timestamp() <= latest
        before = {job.id: job.next_run_time for job in table.get_jobs()}
        keep_pace(table, began + 3600.0)
        assert {job.id: job.next_run_time for job in table.get_jobs()} == before
        assert due["reconcile"] > before["reconcile"].timestamp()
    finally:
        table.shutdown(wait=False)
