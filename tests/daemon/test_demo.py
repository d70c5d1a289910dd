"""The demonstration, played to its end ten times as fast, and what it then reports."""

import asyncio
import json
from collections import defaultdict
from subprocess import CompletedProcess
from typing import Any

import pytest
import pytest_asyncio

from tests.support.daemons import run_program

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

HEDGE = {
    "required_contracts", "hedge_ratio", "target", "hedge_drift", "contracts_to_target",
    "exposure_value", "cover_value", "exposure_pnl", "cover_pnl", "hedge_correlation",
}  # fmt: skip
POOL = {"equity", "maintenance_margin", "margin_ratio", "headroom"}
POSITION = {"liquidation_price", "liquidation_distance"}

Report = dict[str, Any]
Runs = dict[str, "CompletedProcess[str]"]


async def demo(story: str, *more: str) -> "CompletedProcess[str]":
    fixed = ("--speed", "10", "--listen", "127.0.0.1:0", "--json")
    return await run_program("demo", "--story", story, *fixed, *more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runs() -> Runs:
    """Both stories at the same time: they mostly wait."""
    async with asyncio.TaskGroup() as group:
        playing = {
            "hedged-book": group.create_task(demo("hedged-book")),
            "selloff": group.create_task(demo("selloff")),
        }
    return {story: task.result() for story, task in playing.items()}


@pytest.fixture
def reports(runs: Runs) -> dict[str, Report]:
    return {story: json.loads(run.stdout) for story, run in runs.items()}


async def test_demonstration_ends_well_and_prints_nothing_but_its_report(runs: Runs) -> None:
    for run in runs.values():
        assert (run.returncode, json.loads(run.stdout)["violations"]) == (0, [])
        assert "Traceback" not in run.stderr


async def test_report_has_every_number_that_scripts_were_promised(
    reports: dict[str, Report],
) -> None:
    for report in reports.values():
        assert report["hedges"]["ai-basket"].keys() >= HEDGE
        (pool,), (position,) = report["pools"].values(), report["positions"].values()
        assert pool.keys() >= POOL
        assert position.keys() >= POSITION
        assert report["ticks"] > 20
        assert 0 < report["latency_ms"]["p50"] <= report["latency_ms"]["p99"] < 1000


async def test_correlation_is_known_in_seconds_from_what_the_venue_remembers(
    reports: dict[str, Report],
) -> None:
    assert 0.5 < reports["hedged-book"]["hedges"]["ai-basket"]["hedge_correlation"] < 1.0


async def test_every_alert_of_the_story_fires_and_resolves(reports: dict[str, Report]) -> None:
    told: dict[str, list[str]] = defaultdict(list)
    for transition in reports["hedged-book"]["alerts"]:
        assert transition.keys() >= {"time", "alertname", "subject", "state"}
        told[transition["alertname"]].append(transition["state"])
    for alertname in ("HedgeDrift", "LiquidationNear", "MarginDanger"):
        lasting = [state for state in told[alertname] if state in {"firing", "resolved"}]
        assert lasting == ["firing", "resolved"], alertname
    for alertname, states in told.items():
        assert states[-1] in {"resolved", "inactive"}, alertname
    assert told.keys().isdisjoint({"AccountBlind", "AccountUnusable", "PositionVanished"})


async def test_sell_off_loses_forty_thousand_and_gains_it_with_the_cover(
    reports: dict[str, Report],
) -> None:
    hedge = reports["selloff"]["hedges"]["ai-basket"]
    assert hedge["exposure_pnl"] == pytest.approx(-40_000, rel=1e-3)
    assert hedge["cover_pnl"] == pytest.approx(40_000, rel=1e-3)
    assert abs(hedge["hedge_drift"]) < 0.01
    assert hedge["required_contracts"] == pytest.approx(200)
    assert hedge["contracts_to_target"] == 0
    (pool,) = reports["selloff"]["pools"].values()
    assert pool["equity"] == pytest.approx(140_000, rel=1e-3)
    fired = {t["alertname"] for t in reports["selloff"]["alerts"] if t["state"] == "firing"}
    assert fired == set()


async def test_story_that_does_not_exist_is_a_mistake_of_the_command_line() -> None:
    run = await demo("no-such-story")
    assert run.returncode == 2
    assert "hedged-book" in run.stderr
