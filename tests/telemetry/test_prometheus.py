"""A real Prometheus scrapes what we render, one of everything."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from hedgewatch.telemetry.exposition import HELP
from hedgewatch.telemetry.http import application, serve
from hedgewatch.telemetry.settings import HttpSettings
from tests.support.servers import Server, prometheus_server
from tests.telemetry.desk import Desk, busy_daemon

pytestmark = [pytest.mark.live, pytest.mark.slow]

Answer = list[dict[str, object]]


class Prometheus:
    """Asks the real one."""

    def __init__(self, url: str, session: ClientSession) -> None:
        self._url = url
        self._session = session

    async def ask(self, expr: str) -> Answer:
        where = f"{self._url}/api/v1/query"
        async with self._session.get(where, params={"query": expr}) as answer:
            document = await answer.json()
        assert document["status"] == "success", (expr, document)
        result: Answer = document["data"]["result"]
        return result

    async def metadata(self) -> dict[str, list[dict[str, str]]]:
        async with self._session.get(f"{self._url}/api/v1/metadata") as answer:
            found: dict[str, list[dict[str, str]]] = (await answer.json())["data"]
            return found

    async def has_scraped(self, times: int) -> None:
        for _ in range(100):
            if await self.ask(f"count_over_time(hedgewatch_ticks_total[1m]) >= {times}"):
                return
            await asyncio.sleep(0.2)
        pytest.fail("Prometheus does not scrape")


@pytest.fixture
async def prometheus(tmp_path: Path) -> AsyncIterator[Prometheus]:
    """One that has scraped a desk with one of everything, more than once."""
    settings = HttpSettings(listen="127.0.0.1:0")
    async with (
        serve(application(Desk(), busy_daemon(), settings), settings) as url,
        ClientSession() as session,
    ):
        server: Server = prometheus_server(tmp_path, [url.removeprefix("http://")])
        await asyncio.to_thread(server.start)
        try:
            asked = Prometheus(server.url, session)
            await asked.has_scraped(2)
            yield asked
        finally:
            await asyncio.to_thread(server.stop)


async def test_it_reads_every_value_and_description_as_we_meant_it(
    prometheus: Prometheus,
) -> None:
    values = {
        "hedgewatch_margin_ratio": "0.84",
        'hedgewatch_liquidation_price{direction="down"}': "-Inf",
        "hedgewatch_account_blind": "0",
        'hedgewatch_data_age_seconds{feed="marks"}': "0.4",
    }
    for expr, expected in values.items():
        (only,) = await prometheus.ask(expr)
        value = only["value"]
        assert isinstance(value, list)
        assert value[1] == expected
    assert await prometheus.ask('hedgewatch_data_age_seconds{feed="private"}') == []
    assert await prometheus.ask('up{job="hedgewatch"} == 1')
    told = await prometheus.metadata()
    shown = {name for name, _ in HELP.items() if await prometheus.ask(f"count({name})")}
    assert len(shown) > 40
    for metric in shown:
        assert told[metric] == [{"type": "gauge", "help": HELP[metric], "unit": ""}]
