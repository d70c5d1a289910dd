"""The running daemon keeps what it sees, and reports of it."""

import signal
from functools import partial
from pathlib import Path

import pytest

from hedgewatch.clock import Clock
from hedgewatch.reports import minute
from hedgewatch.reports.periods import Kind, named_period
from hedgewatch.reports.report import kept_of, report_of
from hedgewatch.sim import PaperExchange
from hedgewatch.store import Store
from hedgewatch.store.history import read
from tests.reports.days import SUNDAY, Pool, minutes_of
from tests.support.daemons import Daemon, run_program, worked_example

pytestmark = [pytest.mark.live, pytest.mark.slow]


async def test_days_of_before_and_of_now_are_reported_while_it_runs_and_after(
    tmp_path: Path,
) -> None:
    store = await Store.open(tmp_path / "state.db")
    for each in [*minutes_of(SUNDAY, Pool("main/USDT"))][:3]:
        await store.history.keep(each.begins, partial(minute.encode, each))
    await store.close()
    async with PaperExchange("manual", tick_seconds=0.1) as exchange:
        daemon = Daemon(tmp_path, worked_example(tmp_path, exchange))
        daemon.document["receivers"] = [{"name": "log", "console": {}}]
        daemon.document["reports"] = {"daily": {"timezone": "Europe/Berlin", "receivers": ["log"]}}
        daemon.write()
        await daemon.start()
        await daemon.until_ready()
        asked = ["report", "--url", f"http://{daemon.address}", "--at", SUNDAY.last.isoformat()]
        before = await run_program(*asked)
        status, refused = await daemon.ask("/api/v1/report?timezone=Berlin")
        await daemon.stop(signal.SIGTERM)
    assert before.returncode == 0, before.stderr
    assert before.stdout.startswith("desk-1: daily report, Sunday 29 November 2026")
    assert (status, "no such timezone" in refused) == (400, True)
    now = Clock().now()
    today = named_period(Kind.DAILY, "today", "UTC", now)
    kept = read(tmp_path / "state.db", today.begins, now + 60.0, today.begins)
    told = report_of(today, kept_of(kept.minutes, kept.transitions, kept.latest), now)
    (pool,) = told["figures"]["pools"]
    assert (pool["name"], pool["opens"], pool["closes"]) == ("main/USDT", 100_000.0, 100_000.0)
    assert pool["ratio"]["value"] == pytest.approx(0.085)
    assert told["figures"]["hedges"][0]["last"]["exposure"] == 200_000.0
    assert "AccountBlind" not in told["text"]
