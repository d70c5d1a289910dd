"""Reports that make themselves: each once, late rather than never, and never twice."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hedgewatch.jobs import JobFailedError
from hedgewatch.reporting import CannotReportError, Reporting, made_in_a_process
from hedgewatch.reports import minute
from hedgewatch.reports.periods import Period
from hedgewatch.reports.settings import ReportsSettings
from hedgewatch.store import Store
from tests.notify.alerts import Memory, Phone, composed, running
from tests.notify.test_report import REPORT
from tests.reports.days import SUNDAY, Pool, minutes_of

EIGHT = SUNDAY.ends + 8 * 3_600.0
"""On Monday in Berlin."""

WANTED = {
    "daily": {"at": "08:00", "timezone": "Europe/Berlin", "receivers": ["phone"]},
    "weekly": {"at": "09:00", "day": "mon", "timezone": "Europe/Berlin", "receivers": ["phone"]},
}


@dataclass(slots=True)
class Desk:
    """What makes reports, with a clock that a test sets, and a phone."""

    store: Store
    phone: Phone
    now: float = EIGHT
    asked: list[Period] = field(default_factory=list)
    trouble: str = ""
    wanted: Mapping[str, Any] = field(default_factory=lambda: WANTED)

    async def make(self, path: Path, period: Period) -> Mapping[str, Any]:
        assert path == self.store.path
        self.asked.append(period)
        if self.trouble:
            raise CannotReportError(self.trouble)
        fields = {name: getattr(REPORT, name) for name in type(REPORT).__slots__}
        return fields | {"kind": period.kind.value, "begins": period.begins}

    def started(self) -> Reporting:
        """A daemon that starts now on this store."""
        delivering = composed([self.phone], Memory(), clock=lambda: self.now)
        settings = ReportsSettings.model_validate(self.wanted)
        self.delivering = delivering
        return Reporting(self.store, delivering.dispatcher, lambda: self.now, settings, self.make)

    delivering: Any = None


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = await Store.open(tmp_path / "state.db")
    first = next(minutes_of(SUNDAY, Pool("a/USDT")))
    await store.history.keep(first.begins, partial(minute.encode, first))
    yield Desk(store, Phone())
    await store.close()


async def test_each_is_made_when_it_is_due_and_once(desk: Desk) -> None:
    reporting = desk.started()
    async with running(desk.delivering):
        desk.now = EIGHT - 1.0  # Sunday's is not due, Saturday's is: nothing is kept of before
        await reporting.make_due()
        assert desk.asked == []
        desk.now = EIGHT
        for _ in range(3):
            await reporting.make_due()
        assert [(p.kind, p.last) for p in desk.asked] == [("daily", SUNDAY.last)]
        desk.now = EIGHT + 3_600.0
        await reporting.make_due()
        got = await desk.phone.has(2)
    assert [each.report.kind for each in got if each.report] == ["daily", "weekly"]


async def test_a_restart_makes_none_again(desk: Desk) -> None:
    for _ in range(2):
        reporting = desk.started()
        async with running(desk.delivering):
            await reporting.make_due()
            await reporting.make_due()
    assert len(desk.asked) == 1


@pytest.mark.parametrize(("hours", "kinds"), [(2, ["daily", "weekly"]), (13, ["weekly"]), (90, [])])
async def test_one_that_was_missed_is_made_at_the_start_unless_it_is_old(
    desk: Desk, hours: float, kinds: list[str]
) -> None:
    desk.now = EIGHT + hours * 3_600.0
    desk.wanted = {**WANTED, "daily": {**WANTED["daily"], "at": "08:00"}}
    if hours > 24:
        desk.wanted = {"weekly": WANTED["weekly"]}
    reporting = desk.started()
    async with running(desk.delivering):
        await reporting.make_due()
    assert [period.kind for period in desk.asked] == kinds


async def test_a_desk_that_was_not_watched_yet_is_told_nothing_of_it(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "new.db")
    fresh = Desk(store, Phone())
    reporting = fresh.started()
    async with running(fresh.delivering):
        await reporting.make_due()
    assert fresh.asked == []
    assert await store.history.made("daily", SUNDAY.begins)
    await store.close()


async def test_one_that_fails_is_a_job_that_failed_and_is_tried_again_after_a_while(
    desk: Desk,
) -> None:
    desk.trouble = "no space left on device"
    reporting = desk.started()
    with pytest.raises(JobFailedError, match="no daily report: no space left on device"):
        await reporting.make_due()
    await reporting.make_due()
    assert len(desk.asked) == 1, "not at every look"
    desk.trouble, desk.now = "", EIGHT + 601.0
    async with running(desk.delivering):
        await reporting.make_due()
        await desk.phone.has(1)


async def test_whoever_asks_gets_any_day_or_hears_what_is_wrong(desk: Desk) -> None:
    reporting = desk.started()
    assert (await reporting.made("daily", "2026-11-27", ""))["kind"] == "daily"
    assert desk.asked[0].timezone == "Europe/Berlin", "that of the reports that are made"
    for kind, at, zone in (("daily", "soon", ""), ("daily", "", "Berlin"), ("yearly", "", "")):
        with pytest.raises(ValueError, match=r"2026-11-29|timezone|yearly"):
            await reporting.made(kind, at, zone)


@pytest.mark.live
async def test_the_process_makes_it_of_the_open_store_and_says_why_it_cannot(desk: Desk) -> None:
    told = await made_in_a_process(desk.store.path, SUNDAY)
    assert told["title"] == "desk-1: daily report, Sunday 29 November 2026"
    assert "a/USDT" in json.dumps(told["figures"]["pools"])
    with pytest.raises(CannotReportError, match="does not exist"):
        await made_in_a_process(desk.store.path.with_name("none.db"), SUNDAY)
