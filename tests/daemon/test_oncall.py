"""The daemon with a real Alertmanager and a phone behind apprise, through kill -9 of both."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hedgewatch.sim import PaperExchange
from tests.notify.ntfy import PASSWORD, Ntfy, publishing
from tests.support.daemons import Daemon, secret_file, worked_example
from tests.support.servers import Server, alertmanager_server

pytestmark = [pytest.mark.live, pytest.mark.slow]

SQUEEZED, CALM = 1300, 1000
SOON = 15.0


async def known(server: Server) -> set[str]:
    """The alerts that Alertmanager holds active."""
    url = f"{server.url}/api/v2/alerts"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        alerts: list[dict[str, Any]] = await answer.json()
        return {each["labels"]["alertname"] for each in alerts}


async def settled(daemon: Daemon) -> None:
    """Until the file has it as sent: what is in flight in a crash may be told again."""
    sent = "SELECT key FROM outbox WHERE receiver = 'phone' AND state = 'sent'"

    async def marked() -> bool:
        return any("MarginDanger" in key for (key,) in daemon.stored(sent))

    await daemon.until_true(marked, "the file has it that the phone was told", SOON)


async def test_what_fires_is_on_the_phone_and_in_alertmanager_though_both_ends_are_killed(
    tmp_path: Path, start_server: Callable[[Server], Server]
) -> None:
    server = start_server(alertmanager_server(tmp_path))
    async with PaperExchange("manual", tick_seconds=0.1) as exchange, publishing(Ntfy()) as phone:
        receivers = [
            {"name": "phone", "apprise": {"url": secret_file(tmp_path, "phone.url", phone.url)}},
            {"name": "oncall", "alertmanager": {"urls": [server.url], "resend": "1s"}},
        ]
        document = {**worked_example(tmp_path, exchange), "receivers": receivers}
        daemon = Daemon(tmp_path, document)
        await daemon.start()
        try:
            await daemon.until_ready()
            exchange.world.set_mark("AIXUSDT", SQUEEZED)

            async def told() -> bool:
                wanted = {"MarginDanger", "Watchdog"}
                return wanted <= await known(server) and any(
                    each.startswith("CRITICAL MarginDanger") for each in phone.shown
                )

            await daemon.until_true(told, "phone and Alertmanager know it", SOON)
            await settled(daemon)
            await daemon.stop(signal.SIGKILL)
            server.kill()
            server.start()
            assert await known(server) == set()
            await daemon.start()

            async def told_again() -> bool:
                return "MarginDanger" in await known(server)

            await daemon.until_true(told_again, "Alertmanager knows it again", 3.0)
            exchange.world.set_mark("AIXUSDT", CALM)

            async def over() -> bool:
                return await known(server) <= {"Watchdog"} and any(
                    each.startswith("RESOLVED MarginDanger") for each in phone.shown
                )

            await daemon.until_true(over, "phone and Alertmanager know that it is over", 30.0)
        finally:
            await daemon.stop()
        fired = [each for each in phone.shown if each.startswith("CRITICAL MarginDanger")]
        assert len(fired) == 1
        assert PASSWORD not in daemon.output.read_text()
