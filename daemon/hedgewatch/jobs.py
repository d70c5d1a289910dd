"""The tables of periodic jobs. The way of a tick and the `for:` of alerts are not among them."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

import structlog
from apscheduler import events
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from hedgewatch.store import Store, StoreError
from hedgewatch.telemetry.job_runs import DONE, FAILED, MISSED, SKIPPED, JobRuns

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0

Spawn = Callable[[str, Coroutine[Any, Any, None]], object]

Watched = TypeVar("Watched", bound="Watch")

_log = structlog.get_logger()


class JobFailedError(Exception):
    """A job could not be done; the daemon lives on, and it is tried again when it is due."""


class Watch(Protocol):
    """Something watched, which answers for its own errors."""

    @property
    def name(self) -> str: ...


class AccountJobs(Watch, Protocol):
    """What a watched account can be asked to do."""

    async def reconcile(self) -> None: ...
    async def keep_listen_key(self) -> None: ...
    async def refresh_tiers(self) -> None: ...
    async def read_collateral(self) -> None: ...
    async def check_key(self) -> None: ...


class MarketJobs(Watch, Protocol):
    """What the watch of a venue can be asked to do, once for all accounts there."""

    async def read_clock(self) -> None: ...
    async def read_quotes(self) -> None: ...
    async def read_liquidity(self) -> None: ...
    async def read_history(self) -> None: ...
    async def refresh_terms(self) -> None: ...
    async def refresh_markets(self) -> None: ...


async def _no_report() -> None:
    """Where none is wanted."""


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """What is to be done of the daemon's own, whatever it watches. `report` makes those that are
    due, or raises JobFailedError.
    """

    store: Store
    clock: Callable[[], float]
    name: str = "hedgewatch"
    report: Callable[[], Awaitable[None]] = _no_report

    async def tidy_store(self) -> None:
        """Let go of what the store need not keep."""
        try:
            gone = await self.store.tidy(self.clock())
        except StoreError as error:
            raise JobFailedError(str(error)) from error
        if gone:
            _log.info("store_tidied", rows=gone)

    async def make_reports(self) -> None:
        """Make the reports that are due."""
        await self.report()


@dataclass(frozen=True, slots=True)
class Job(Generic[Watched]):
    """One line of a table: every so many seconds, spread by `jitter` seconds."""

    name: str
    every: float
    jitter: float
    do: Callable[[Watched], Coroutine[Any, Any, None]]


ACCOUNT_JOBS: tuple[Job[AccountJobs], ...] = (
    Job("reconcile", 8.0, 0.5, lambda watch: watch.reconcile()),
    Job("keep_listen_key", 25 * _MINUTE, _MINUTE, lambda watch: watch.keep_listen_key()),
    Job("read_collateral", 5.0, 0.5, lambda watch: watch.read_collateral()),
    Job("refresh_tiers", 15 * _MINUTE, _MINUTE, lambda watch: watch.refresh_tiers()),
    Job("check_key", _DAY, 10 * _MINUTE, lambda watch: watch.check_key()),
)
MARKET_JOBS: tuple[Job[MarketJobs], ...] = (
    Job("read_clock", _MINUTE, 5.0, lambda watch: watch.read_clock()),
    Job("read_quotes", 8.0, 0.5, lambda watch: watch.read_quotes()),
    Job("read_liquidity", 30.0, 2.0, lambda watch: watch.read_liquidity()),
    Job("read_history", _MINUTE, 5.0, lambda watch: watch.read_history()),
    Job("refresh_terms", 10 * _MINUTE, _MINUTE, lambda watch: watch.refresh_terms()),
    Job("refresh_markets", 15 * _MINUTE, _MINUTE, lambda watch: watch.refresh_markets()),
)
OWN_JOBS: tuple[Job[Housekeeping], ...] = (
    Job("tidy_store", _HOUR, 5 * _MINUTE, lambda own: own.tidy_store()),
    # Not at the time itself: a look each 20 s also finds what became due while nobody was there.
    Job("make_reports", 20.0, 1.0, lambda own: own.make_reports()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """For whom jobs are done, where they run, and who counts them."""

    accounts: Callable[[], Iterable[AccountJobs]]
    markets: Callable[[], Iterable[MarketJobs]]
    own: Housekeeping
    spawn: Spawn
    runs: JobRuns


def scheduler(place: Workplace) -> AsyncIOScheduler:
    """Every job for everything that is watched when it is due.

    The defaults of APScheduler would skip a run after a stall of a second: here a late run is
    made once.
    """
    table = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    place.runs.clock = place.own.clock
    _plan(table, ACCOUNT_JOBS, place.accounts, place)
    _plan(table, MARKET_JOBS, place.markets, place)
    _plan(table, OWN_JOBS, lambda: [place.own], place)
    _listen(table, place.runs)
    return table


def keep_pace(table: AsyncIOScheduler, wall: float) -> None:
    """APScheduler goes by the wall clock: when that was set back, every job would wait as long as
    the step was. None waits longer than it would after a run.
    """
    for job in table.get_jobs() if table.running else ():
        latest = datetime.fromtimestamp(wall, UTC) + job.trigger.interval
        if job.next_run_time > latest:
            job.modify(next_run_time=latest)


def _plan(
    table: AsyncIOScheduler,
    jobs: Iterable[Job[Watched]],
    watches: Callable[[], Iterable[Watched]],
    place: Workplace,
) -> None:
    """What is still at a job is left to it, and holds up no other."""
    runs = place.runs

    async def work(job: Job[Watched], watch: Watched) -> None:
        outcome = FAILED
        try:
            await job.do(watch)
            outcome = DONE
        except JobFailedError as error:
            _log.warning("job_failed", job=job.name, of=watch.name, error=str(error))
        finally:
            runs.ended(job.name, watch, outcome)

    async def begin(job: Job[Watched]) -> None:
        for watch in watches():
            if runs.at_work(job.name, watch):
                runs.counted(job.name, SKIPPED)
            else:
                runs.began(job.name, watch)
                place.spawn(f"{job.name}:{watch.name}", work(job, watch))

    for job in jobs:
        runs.expect(job.name)
        table.add_job(begin, "interval", (job,), seconds=job.every, jitter=job.jitter, id=job.name)


_WORDS = {
    events.EVENT_JOB_ERROR: FAILED,
    events.EVENT_JOB_MISSED: MISSED,
    events.EVENT_JOB_MAX_INSTANCES: SKIPPED,
}


def _listen(table: AsyncIOScheduler, runs: JobRuns) -> None:
    """What goes wrong before a run can begin is APScheduler's to tell."""

    def complain(event: events.JobEvent) -> None:
        outcome = _WORDS[event.code]
        runs.counted(event.job_id, outcome)
        error = str(getattr(event, "exception", "") or "")
        _log.warning("job_not_begun", job=event.job_id, outcome=outcome, error=error)

    table.add_listener(complain, sum(_WORDS))
