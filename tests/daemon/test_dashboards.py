"""Every panel of every dashboard, on a real Prometheus that has scraped a real daemon through a
story: it shows something, or it is known why there is nothing to show. The daemon is scraped under
two names, as two replicas would be: nothing is counted twice.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from grafana.builder import Json
from grafana.generate import dashboards
from grafana.job_panels import JOBS_IN_TROUBLE
from grafana.margin_panels import WORST_POOL_FIRST
from grafana.now_panels import LARGEST_DRIFT, WORST_MARGIN
from grafana.queries import Query, filled_in, queries
from hedgewatch.sim import PaperExchange
from hedgewatch.telemetry.exposition import HELP
from tests.support.daemons import Daemon, worked_example
from tests.support.servers import Server, prometheus_server

pytestmark = [pytest.mark.live, pytest.mark.slow]

SCRAPES = 6
_COLUMN_FOR_EACH_DAEMON = {"Jobs"}
_DATED = "no dated contract covers"
_UNPRICED = "nothing prices USDT in dollars here"
NOTHING_TO_SHOW: Mapping[str, str] = {
    "hedgewatch_hedge_drift_after_expiry_ratio": "no leg ends",
    "hedgewatch_hedge_blind_legs": "no leg is blind",
    "hedgewatch_annualised_basis_ratio": _DATED,
    "hedgewatch_cover_time_to_expiry_seconds": _DATED,
    "hedgewatch_roll_cost": _DATED,
    "hedgewatch_calendar_zscore": _DATED,
    "hedgewatch_recording_lost_events_total": "nothing was lost",
    "hedgewatch_total_equity": _UNPRICED,
    "hedgewatch_net_exposure": _UNPRICED,
    "hedgewatch_total_equity_known": _UNPRICED,
    "hedgewatch_gross_exposure": _UNPRICED,
    "hedgewatch_gross_exposure_known": _UNPRICED,
    "hedgewatch_asset_net_exposure": _UNPRICED,
}
"""By the metric that a panel asks for; a panel that shows it after all makes the test fail, too."""


QUIET = {
    filled_in(panel.targets[0].expr)
    for panel in (WORST_MARGIN, LARGEST_DRIFT, WORST_POOL_FIRST, JOBS_IN_TROUBLE)
}
"""Queries that show what is not known, or fails: of a desk that is well they show nothing."""


class Asked:
    """The real Prometheus."""

    def __init__(self, url: str, session: ClientSession) -> None:
        self._url = url
        self._session = session

    async def values(self, expr: str) -> list[dict[str, Any]]:
        where = f"{self._url}/api/v1/query"
        async with self._session.get(where, params={"query": expr}) as answer:
            document = await answer.json()
        assert document["status"] == "success", (expr, document)
        found: list[dict[str, Any]] = document["data"]["result"]
        return found

    async def metadata(self) -> dict[str, list[dict[str, str]]]:
        async with self._session.get(f"{self._url}/api/v1/metadata") as answer:
            found: dict[str, list[dict[str, str]]] = (await answer.json())["data"]
            return found


async def counted_twice(asked: Asked, dashboard: Json, one: str) -> list[Query]:
    """The queries that show of two daemons more than of one, and do not say which is whose."""
    found = []
    for query, of_one in zip(queries(dashboard), queries(dashboard, one), strict=True):
        both = await asked.values(query.expr)
        if any("instance" in series["metric"] for series in both):
            named = "{{instance}}" in query.legend or query.panel in _COLUMN_FOR_EACH_DAEMON
            found += [] if named else [query]
        else:
            single = await asked.values(of_one.expr)
            found += [] if _shown(query, both) == _shown(query, single) else [query]
    return found


def _shown(query: Query, series: Sequence[Mapping[str, Any]]) -> list[tuple[str, object]]:
    """What distinguishes them; the numbers only where things are counted: others move meanwhile."""
    counts = query.expr.startswith(("count(", "sum(max"))
    return sorted((str(each["metric"]), each["value"][1] if counts else "") for each in series)


async def two_daemons_are_no_more_than_one(asked: Asked, one: str) -> None:
    """Nor does what is quiet on a desk that is well speak up, or a label of ours clash."""
    for dashboard in dashboards().values():
        assert await counted_twice(asked, dashboard, one) == []
    assert [expr for expr in QUIET if await asked.values(expr)] == []
    clashing = await asked.values('{exported_job!=""} or {exported_instance!=""}')
    assert clashing == [], "Prometheus has labels of these names itself"


async def test_every_panel_shows_a_story_or_it_is_known_why_not(
    tmp_path: Path, start_server: Callable[[Server], Server]
) -> None:
    async with PaperExchange("manual", tick_seconds=0.1) as exchange:
        (tmp_path / "gpu").write_text("0.7")
        document = worked_example(tmp_path, exchange) | {
            "rules": ["shipped"],
            "receivers": [{"name": "journal", "console": {}}],
            "signals": [{"name": "gpu", "file": {"path": "gpu"}}],
            "calendars": [{"name": "due", "events": [{"summary": "soon", "starts": "2099-01-01"}]}],
        }
        document["accounts"][0]["leverage_limit"] = 5
        daemon = Daemon(tmp_path, document)
        await daemon.start()
        try:
            await daemon.until_ready()
            other = daemon.address.replace("127.0.0.1", "localhost")
            server = start_server(prometheus_server(tmp_path, [daemon.address, other]))
            exchange.world.set_mark("AIXUSDT", 1400)
            await daemon.until_fires("MarginDanger", 10.0)
            async with ClientSession() as session:
                asked = Asked(server.url, session)

                async def scraped() -> bool:
                    seen = f"count_over_time(hedgewatch_ticks_total[1m]) >= {SCRAPES}"
                    return len(await asked.values(seen)) == len((daemon.address, other))

                await daemon.until_true(scraped, "Prometheus has scraped it", 30.0)
                empty = {
                    metric
                    for dashboard in dashboards().values()
                    for query in queries(dashboard)
                    if query.expr not in QUIET and not await asked.values(query.expr)
                    for metric in re.findall(r"hedgewatch_\w+", query.expr)
                }
                told = await asked.metadata()
                await two_daemons_are_no_more_than_one(asked, daemon.address)
        finally:
            await daemon.stop()
    assert empty == NOTHING_TO_SHOW.keys()
    for metric, help_text in HELP.items():
        if metric in told:
            assert told[metric] == [{"type": "gauge", "help": help_text, "unit": ""}]
    assert len(HELP.keys() & told.keys()) > 0.75 * len(HELP)
