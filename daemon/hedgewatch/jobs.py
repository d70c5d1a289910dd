"""The tables of periodic jobs. The way of a tick and the `for:` of alerts are not among them."""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Generic, Protocol, TypeVar

import structlog
from apscheduler import events
from apscheduler.schedulers.asyncio import AsyncIOScheduler

_MINUTE, _DAY = 60.0, 86_400.0

Spawn = Callable[[str, Coroutine[Any, Any, None]], object]

Watched = TypeVar("Watched", bound="Watch")

_log = structlog.get_logger()


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


def scheduler(
    accounts: Callable[[], Iterable[AccountJobs]],
    markets: Callable[[], Iterable[MarketJobs]],
    spawn: Spawn,
) -> AsyncIOScheduler:
    """Every job for everything that is watched when it is due.

    The defaults of APScheduler would skip a run after a stall of a second: here a late run is
    made once.
    """
    table = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    _plan(table, ACCOUNT_JOBS, accounts, spawn)
    _plan(table, MARKET_JOBS, markets, spawn)
    table.add_listener(_complain, events.EVENT_JOB_ERROR)
    return table


def _plan(
    table: AsyncIOScheduler,
    jobs: Iterable[Job[Watched]],
    watches: Callable[[], Iterable[Watched]],
    spawn: Spawn,
) -> None:
    """What is still at a job is left to it, and holds up no other."""
    at_work: set[tuple[str, Watched]] = set()

    async def work(job: Job[Watched], watch: Watched) -> None:
        try:
            await job.do(watch)
        finally:
            at_work.discard((job.name, watch))

    async def begin(job: Job[Watched]) -> None:
        for watch in watches():
            if (job.name, watch) not in at_work:
                at_work.add((job.name, watch))
                spawn(f"{job.name}:{watch.name}", work(job, watch))

    for job in jobs:
        table.add_job(begin, "interval", (job,), seconds=job.every, jitter=job.jitter, id=job.name)


def _complain(event: events.JobExecutionEvent) -> None:
    _log.warning("job_failed", job=event.job_id, error=str(event.exception))
