"""Every panel of every dashboard, on a real Prometheus that has scraped a real daemon through a
story: it shows something, or it is known why there is nothing to show.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from aiohttp import ClientSession

from grafana.generate import dashboards
from grafana.queries import queries
from hedgewatch.sim import PaperExchange
from hedgewatch.telemetry.exposition import HELP
from tests.support.daemons import Daemon, worked_example
from tests.support.servers import Server, prometheus_server

pytestmark = [pytest.mark.live, pytest.mark.slow]

SCRAPES = 6
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
    "hedgewatch_gross_exposure": _UNPRICED,
    "hedgewatch_asset_net_exposure": _UNPRICED,
}
"""By the metric that a panel asks for; a panel that shows it after all makes the test fail, too."""


class Asked:
    """The real Prometheus."""

    def __init__(self, url: str, session: ClientSession) -> None:
        self._url = url
        self._session = session

    async def values(self, expr: str) -> list[object]:
        where = f"{self._url}/api/v1/query"
        async with self._session.get(where, params={"query": expr}) as answer:
            document = await answer.json()
        assert document["status"] == "success", (expr, document)
        found: list[object] = document["data"]["result"]
        return found

    async def metadata(self) -> dict[str, list[dict[str, str]]]:
        async with self._session.get(f"{self._url}/api/v1/metadata") as answer:
            found: dict[str, list[dict[str, str]]] = (await answer.json())["data"]
            return found


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
            server = start_server(prometheus_server(tmp_path, [daemon.address]))
            exchange.world.set_mark("AIXUSDT", 1400)
            await daemon.until_fires("MarginDanger", 10.0)
            async with ClientSession() as session:
                asked = Asked(server.url, session)

                async def scraped() -> bool:
                    seen = f"count_over_time(hedgewatch_ticks_total[1m]) >= {SCRAPES}"
                    return bool(await asked.values(seen))

                await daemon.until_true(scraped, "Prometheus has scraped it", 30.0)
                empty = {
                    metric
                    for dashboard in dashboards().values()
                    for query in queries(dashboard)
                    if not await asked.values(query.expr)
                    for metric in re.findall(r"hedgewatch_\w+", query.expr)
                }
                told = await asked.metadata()
        finally:
            await daemon.stop()
    assert empty == NOTHING_TO_SHOW.keys()
    for metric, help_text in HELP.items():
        if metric in told:
            assert told[metric] == [{"type": "gauge", "help": help_text, "unit": ""}]
    assert len(HELP.keys() & told.keys()) > 0.75 * len(HELP)
