"""Two replicas of the daemon, two clustered Alertmanagers: whatever dies, one message."""

import re
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from hedgewatch.sim import PaperExchange
from tests.support.daemons import Daemon, worked_example
from tests.support.servers import Server, alertmanager_cluster
from tests.support.serving import serving

pytestmark = [pytest.mark.live, pytest.mark.slow]

RULES = """
groups:
  - name: prices
    rules:
      - {alert: First, on: position, expr: mark_price > 1100, labels: {severity: critical}}
      - {alert: Second, on: position, expr: mark_price > 1200, labels: {severity: critical}}
"""
ASKED = re.compile(r"^alertmanager_nflog_queries_total (\S+)$", re.MULTILINE)
"""How often it has asked itself whether an alert was told already: at once, or when the other one
has had its time. What it tells it tells after that.
"""


class Sink:
    """How often each alert was told."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()

    async def take(self, request: web.Request) -> web.Response:
        document = await request.json()
        for alert in document["alerts"]:
            if alert["status"] == "firing":
                self.told[alert["labels"]["alertname"]] += 1
        return web.Response()

    async def hears(self, alertname: str) -> bool:
        return self.told[alertname] > 0


async def test_each_alert_is_delivered_once_also_after_one_of_each_was_killed(
    tmp_path: Path, start_server: Callable[[Server], Server]
) -> None:
    sink = Sink()
    async with (
        PaperExchange("manual", tick_seconds=0.1) as exchange,
        serving("/alerts", sink.take) as url,
    ):
        first, second = map(start_server, alertmanager_cluster(tmp_path, f"{url}/alerts"))
        settings = {"urls": [first.url, second.url], "resend": "1s", "watchdog": False}
        oncall = {"name": "oncall", "alertmanager": settings}
        one, other = (_replica(name, tmp_path / name, exchange, oncall) for name in ("a", "b"))
        try:
            for replica in (one, other):
                await replica.start()
            await one.until_ready()
            await other.until_ready()
            exchange.world.set_mark("AIXUSDT", 1150)
            await other.until_true(lambda: sink.hears("First"), "it is told", 15.0)
            for manager in (first, second):
                await _until_asked(other, manager, more=1)

            await one.stop(signal.SIGKILL)
            first.kill()
            exchange.world.set_mark("AIXUSDT", 1250)
            await other.until_true(lambda: sink.hears("Second"), "it is told", 15.0)
            await _until_asked(other, second, more=3)  # of each of the two alerts
        finally:
            for replica in (each for each in (one, other) if each.process is not None):
                await replica.stop()
    assert sink.told == {"First": 1, "Second": 1}


async def _until_asked(replica: Daemon, manager: Server, more: int) -> None:
    before = await asked(manager)

    async def has_asked() -> bool:
        return await asked(manager) >= before + more

    await replica.until_true(has_asked, "it has asked itself again", 30.0)


async def asked(manager: Server) -> float:
    async with aiohttp.ClientSession() as session, session.get(f"{manager.url}/metrics") as answer:
        found = ASKED.search(await answer.text())
    assert found is not None
    return float(found[1])


def _replica(
    name: str, folder: Path, exchange: PaperExchange, receiver: Mapping[str, object]
) -> Daemon:
    folder.mkdir()
    document = {**worked_example(folder, exchange), "replica": name, "receivers": [receiver]}
    (folder / "rules.yaml").write_text(RULES)
    return Daemon(folder, document)
