"""The table of periodic jobs. The way of a tick and the `for:` of alerts are not among them."""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Protocol

import structlog
from apscheduler import events
from apscheduler.schedulers.asyncio import AsyncIOScheduler

_MINUTE, _DAY = 60.0, 86_400.0

Spawn = Callable[[str, Coroutine[Any, Any, None]], object]

_log = structlog.get_logger()


class Watch(Protocol):
    """What a watched account can be asked to do; each answers for its own errors."""

    @property
    def name(self) -> str: ...
    async def reconcile(self) -> None: ...
    async def read_clock(self) -> None: ...
    async def keep_listen_key(self) -> None: ...
    async def refresh_tiers(self) -> None: ...
    async def refresh_terms(self) -> None: ...
    async def read_collateral(self) -> None: ...
    async def read_liquidity(self) -> None: ...
    async def read_history(self) -> None: ...
    async def check_key(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the table: every so many seconds, spread by `jitter` seconds."""

    name: str
    every: float
    jitter: float
    do: Callable[[Watch], Coroutine[Any, Any, None]]


JOBS = (
    Job("reconcile", 8.0, 0.5, lambda watch: watch.reconcile()),
    Job("read_clock", 5 * _MINUTE, 10.0, lambda watch: watch.read_clock()),
    Job("keep_listen_key", 25 * _MINUTE, _MINUTE, lambda watch: watch.keep_listen_key()),
    Job("read_collateral", 5.0, 0.5, lambda watch: watch.read_collateral()),
    Job("read_liquidity", 30.0, 2.0, lambda watch: watch.read_liquidity()),
    Job("read_history", _MINUTE, 5.0, lambda watch: watch.read_history()),
    Job("refresh_terms", 10 * _MINUTE, _MINUTE, lambda watch: watch.refresh_terms()),
    Job("refresh_tiers", _DAY, 10 * _MINUTE, lambda watch: watch.refresh_tiers()),
    Job("check_key", _DAY, 10 * _MINUTE, lambda watch: watch.check_key()),
)


def scheduler(watches: Callable[[], Iterable[Watch]], spawn: Spawn) -> AsyncIOScheduler:
    """Every job for every account that is watched when it is due.

    The defaults of APScheduler would skip a run after a stall of a second: here a late run is
    made once. An account that is still at a job is left to it, and holds up no other.
    """
    table = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    at_work: set[tuple[str, str]] = set()

    async def work(job: Job, watch: Watch) -> None:
        try:
            await job.do(watch)
        finally:
            at_work.discard((job.name, watch.name))

    async def begin(job: Job) -> None:
        for watch in watches():
            if (job.name, watch.name) not in at_work:
                at_work.add((job.name, watch.name))
                spawn(f"{job.name}:{watch.name}", work(job, watch))

    for job in JOBS:
        table.add_job(begin, "interval", (job,), seconds=job.every, jitter=job.jitter, id=job.name)
    table.add_listener(_complain, events.EVENT_JOB_ERROR)
    return table


def _complain(event: events.JobExecutionEvent) -> None:
    _log.warning("job_failed", job=event.job_id, error=str(event.exception))
