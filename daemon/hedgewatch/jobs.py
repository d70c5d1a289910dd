"""The table of periodic jobs. The way of a tick and the `for:` of alerts are not among them."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Protocol

import structlog
from apscheduler import events
from apscheduler.schedulers.asyncio import AsyncIOScheduler

_MINUTE, _DAY = 60.0, 86_400.0

_log = structlog.get_logger()


class Watch(Protocol):
    """What a watched account can be asked to do; each answers for its own errors."""

    async def reconcile(self) -> None: ...
    async def read_clock(self) -> None: ...
    async def keep_listen_key(self) -> None: ...
    async def refresh_tiers(self) -> None: ...
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
    Job("refresh_tiers", _DAY, 10 * _MINUTE, lambda watch: watch.refresh_tiers()),
    Job("check_key", _DAY, 10 * _MINUTE, lambda watch: watch.check_key()),
)


def scheduler(watches: Callable[[], Iterable[Watch]]) -> AsyncIOScheduler:
    """Every job for every account that is watched when it is due.

    The defaults of APScheduler would skip a run after a stall of a second: here a late run is
    made once, and none overlaps itself.
    """
    table = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for job in JOBS:
        table.add_job(
            _run, "interval", (job, watches), seconds=job.every, jitter=job.jitter, id=job.name
        )
    table.add_listener(_complain, events.EVENT_JOB_ERROR | events.EVENT_JOB_MAX_INSTANCES)
    return table


async def _run(job: Job, watches: Callable[[], Iterable[Watch]]) -> None:
    async with asyncio.TaskGroup() as group:
        for watch in watches():
            group.create_task(job.do(watch))


def _complain(event: events.JobEvent) -> None:
    _log.warning("job_failed", job=event.job_id, error=str(getattr(event, "exception", "overrun")))
