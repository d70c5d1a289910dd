"""One browser, one daemon and one paper exchange for all that is looked at on the page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from hedgewatch.demo.browser import Browser, Page, browsing, find_chromium
from hedgewatch.sim import PaperExchange
from tests.support.browsers import HOSTILE, complaints, patient_page
from tests.support.daemons import Daemon, worked_example

HOSTILE_RULES = f"""\
groups:
  - name: hostile
    rules:
      - alert: Hostile
        on: hedge
        expr: exposure_value > 1000
        labels: {{severity: info}}
        annotations:
          summary: '{HOSTILE.replace("'", "''")}'
          description: '[a](javascript:alert(1))'
          runbook_url: 'javascript:alert(1)'
"""


@dataclass(slots=True)
class Stage:
    """What plays, and who looks."""

    exchange: PaperExchange
    daemon: Daemon
    browser: Browser

    async def page(self) -> Page:
        """A new tab."""
        return await patient_page(self.browser)

    @property
    def url(self) -> str:
        return f"http://{self.daemon.address}/"

    async def calm(self) -> None:
        """200 AIX short at 1,000 with 100,000 USDT behind: nothing but the hostile rule fires."""
        world = self.exchange.world
        world.accounts["main"].wallet = world.accounts["main"].wallet * 0 + 100_000
        world.set_mark("ALTUSDT", "0.40")
        world.set_mark("AIXUSDT", 1000)
        world.set_position("AIXUSDT", -200, 1000)
        await self.daemon.until(lambda seen: seen.alerts() == {"Hostile"}, 15, "calm again")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("page")
    program = find_chromium()
    async with PaperExchange(story="manual") as exchange:
        document = worked_example(folder, exchange)
        (folder / "hostile.yaml").write_text(HOSTILE_RULES)
        document["rules"].append("hostile.yaml")
        daemon = Daemon(folder, document)
        try:
            await daemon.start()
            async with browsing(program) as browser:
                await daemon.until_ready()
                yield Stage(exchange, daemon, browser)
        finally:
            if daemon.process is not None:
                await daemon.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def page(stage: Stage) -> AsyncIterator[Page]:
    """A phone that shows the status page of a calm desk, live. Nothing may go wrong on it."""
    await stage.calm()
    page = await stage.page()
    await page.look_like(390, 844, "light")
    await page.go(stage.url)
    await page.until("document.querySelectorAll('#pools .card, #hedges .card').length > 1", 10)
    await page.until("document.getElementById('pools').innerText.includes('8.5')", 10)
    yield page
    assert complaints(page) == []
    await page.close()
