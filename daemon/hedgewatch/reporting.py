"""Makes the reports that are due, once each, and those that somebody asks for.

A report is made in a process of its own, from the store: it takes a second of work that would hold
up every price, and whatever goes wrong with it ends there. Decision 36.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any

import structlog

from hedgewatch.jobs import JobFailedError
from hedgewatch.notify.delivery import Dispatcher
from hedgewatch.notify.outgoing import delivery_of
from hedgewatch.notify.report import Report
from hedgewatch.reports.periods import Kind, Period, named_period
from hedgewatch.reports.settings import DailySettings, ReportsSettings
from hedgewatch.settings import timezone
from hedgewatch.store import Store, StoreError

_PATIENCE = 120.0
_AGAIN_AFTER = 600.0
_MOST_WAITING = 4
_CALM = 10
"""How much less than the daemon's the priority of the process is."""

_LATE = {Kind.DAILY: 12 * 3_600.0, Kind.WEEKLY: 72 * 3_600.0}
"""Seconds after its time until which a report is made up for, when nobody was there to make it."""

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "PYTHONTZPATH", "PYTHONDONTWRITEBYTECODE")

Plain = Mapping[str, Any]
Make = Callable[[Path, Period], Awaitable[Plain]]

_log = structlog.get_logger()


class CannotReportError(Exception):
    """No report was made; says why."""


async def made_in_a_process(store: Path, period: Period) -> Plain:
    """The report, as `hedgewatch report --json` of the same program tells it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "hedgewatch", "report", "--json", f"--{period.kind}",
        "--store", str(store), "--at", period.last.isoformat(), "--timezone", period.timezone,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env=_environment(),
    )  # fmt: skip
    with suppress(OSError):  # a unit may not be allowed to, and it may be over already
        os.setpriority(os.PRIO_PROCESS, process.pid, _CALM)
    try:
        async with asyncio.timeout(_PATIENCE):
            told, complaint = await process.communicate()
    except TimeoutError:
        raise CannotReportError(f"it took more than {_PATIENCE:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        raise CannotReportError(last[0] if last else f"it ended with {process.returncode}")
    return _understood(told)


def _environment() -> dict[str, str]:
    """No key of a venue; and the modules, and the clocks of the world, that this process finds."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _understood(told: bytes) -> Plain:
    try:
        plain = json.loads(told)
    except ValueError:
        raise CannotReportError("what was made is no report") from None
    if not isinstance(plain, dict):
        raise CannotReportError("what was made is no report")
    return plain


class Reporting:
    """`settings` are replaced at a reload. One report is made at a time."""

    def __init__(
        self,
        store: Store,
        dispatcher: Dispatcher,
        clock: Callable[[], float],
        settings: ReportsSettings,
        make: Make = made_in_a_process,
    ) -> None:
        self.settings = settings
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._make = make
        self._one = asyncio.Lock()
        self._waiting = 0
        self._settled: dict[Kind, float] = {}
        self._again_at: dict[Kind, float] = {}

    async def make_due(self) -> None:
        """Make those that are due and were not made; JobFailedError."""
        for wanted in self.settings.wanted():
            due_at, period = wanted.due().last(self._clock())
            if self._is_open(period, due_at):
                try:
                    await self._settle(wanted, period)
                except (StoreError, CannotReportError, OSError, KeyError) as error:
                    self._again_at[period.kind] = self._clock() + _AGAIN_AFTER
                    raise JobFailedError(f"no {period.kind} report: {error}") from error

    async def made(self, kind: str, at: str, zone: str) -> Plain:
        """The report that somebody asks for; ValueError when there is none such, and
        CannotReportError.
        """
        name = timezone(zone or self.settings.timezone)
        period = named_period(Kind(kind), at, name, self._clock())
        if self._waiting >= _MOST_WAITING:
            raise CannotReportError("others are being made: ask again in a minute")
        self._waiting += 1
        try:
            return await self._one_at_a_time(period)
        finally:
            self._waiting -= 1

    def _is_open(self, period: Period, due_at: float) -> bool:
        now = self._clock()
        late = now - due_at > _LATE[period.kind]
        waits = now < self._again_at.get(period.kind, -inf)
        return not late and not waits and self._settled.get(period.kind) != period.begins

    async def _settle(self, wanted: DailySettings, period: Period) -> None:
        history, kind = self._store.history, period.kind.value
        if not await history.made(kind, period.begins):
            if await history.began_before(period.ends):
                plain = await self._one_at_a_time(period)
                self._tell(wanted, Report.of(plain))
            await history.note_made(kind, period.begins, self._clock())
        self._settled[period.kind] = period.begins

    def _tell(self, wanted: DailySettings, report: Report) -> None:
        now = self._clock()
        self._dispatcher.announce(delivery_of(report, name, now) for name in wanted.receivers)
        _log.info("report_made", report=report.kind, title=report.title, to=wanted.receivers)

    async def _one_at_a_time(self, period: Period) -> Plain:
        async with self._one:
            return await self._make(self._store.path, period)
