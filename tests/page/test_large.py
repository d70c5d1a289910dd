"""A book of 100 positions on the status page: short enough to be read, and nothing grave hidden."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from hedgewatch.demo.browser import Page, browsing, find_chromium
from hedgewatch.demo.capture_page import SCHEMES, SIZES
from hedgewatch.telemetry.http import Equipment, application, serve
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.telemetry.stream import Stream
from hedgewatch.view import EngineView
from tests.support.browsers import complaints, patient_page
from tests.support.builders import read
from tests.support.large import ACCOUNTS, WALLET, large_book, positions, quiet, unheard
from tests.support.stories import Story
from tests.telemetry.desk import busy_daemon

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
NEAR, FAR = {"C05": 275.0}, {"C05": 101.0}
"""At the former price the account with the most of it is about to be liquidated."""
FOLD = "document.querySelector('details[data-fold=\"{}\"]')"
POOLS = FOLD.format("pools")


@dataclass(slots=True)
class Large:
    """The book, and a page that shows it."""

    story: Story
    stream: Stream
    page: Page

    async def go_on(self, shown: str, **moved: float) -> None:
        """Two seconds later, at these prices; until the page shows a text of then."""
        quiet(self.story, self.story.now - self.story.start + 2.0, **moved)
        self.stream.look(self.story.now)
        await self.page.until(f"document.body.innerText.includes({shown!r})", 5)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def large() -> AsyncIterator[Large]:
    story = large_book()
    quiet(story, 1.0)
    view = EngineView(story.engine, {"instance": "large", "version": "0"})
    stream = Stream(view, story.now)
    stream.look(story.now)
    settings = HttpSettings(listen="127.0.0.1:0")
    app = application(view, busy_daemon(), settings, equipment=Equipment(stream=stream))
    async with serve(app, settings) as url, browsing(find_chromium()) as browser:
        page = await patient_page(browser)
        await page.look_like(390, 844, "light")
        await page.go(url)
        await page.until("document.querySelectorAll('#whatif table').length > 1", 10)
        yield Large(story, stream, page)
        assert complaints(page) == []


async def test_a_large_book_is_short_and_fits_a_phone_and_a_desk_by_day_and_by_night(
    large: Large,
) -> None:
    page = large.page
    for width, height in SIZES:
        for scheme in SCHEMES:
            await page.look_like(width, height, scheme)
            assert await page.evaluate("document.documentElement.scrollWidth") == width
            assert await page.evaluate(CONTRAST) == []
        high = await page.evaluate("document.documentElement.scrollHeight")
        assert high < 10 * height  # all of it unfolded are fifty screens of a phone
    await page.look_like(320, 568, "dark")
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    assert await page.evaluate("document.querySelectorAll('#pools .position').length") == 100
    assert await page.evaluate("document.querySelectorAll('#hedges .card').length") == 20


async def test_the_worst_stands_first_and_a_fold_says_how_many_it_holds_and_the_worst(
    large: Large,
) -> None:
    told = await large.page.evaluate("document.querySelector('#pools h3').innerText")
    assert told.startswith("desk-09/USDT")
    said = (await large.page.evaluate(f"{POOLS}.innerText")).replace("\xa0", " ")
    assert said == "7 more pools, 70 positions · margin ratio at most 4.6 % (desk-06/USDT)"
    inner = FOLD.format("positions of desk-09/USDT")
    said = (await large.page.evaluate(f"{inner}.innerText")).replace("\xa0", " ")
    assert said == "6 more positions · the nearest 174.4 % away (C11)"


async def test_what_comes_near_its_end_leaves_the_fold_by_itself(large: Large) -> None:
    folded = f"{POOLS}.innerHTML.includes('desk-05/USDT')"
    assert await large.page.evaluate(folded)
    await large.go_on("LiquidationNear", **NEAR)
    assert not await large.page.evaluate(folded)
    near = """[...document.querySelectorAll('details .position')]
      .filter((each) => /[^0-9]1?[0-9][.][0-9].% to liquidation/.test(each.textContent)).length"""
    assert await large.page.evaluate(near) == 0
    await large.go_on("No rule fires", **FAR)
    assert await large.page.evaluate(folded)


async def test_what_an_alert_speaks_of_leaves_the_fold_however_calm_it_is(large: Large) -> None:
    folded = """[...document.querySelectorAll('details :is(.position h4, #hedges h3)')]
      .filter((each) => /C00|hedge-00/.test(each.textContent)).length"""
    assert await large.page.evaluate(folded) == 6
    await large.go_on("Dear", C00=151.0)
    assert await large.page.evaluate(folded) == 0
    assert await large.page.evaluate(f"{FOLD.format('hedges')} && true")  # of the others
    await large.go_on("No rule fires", C00=100.0)
    assert await large.page.evaluate(folded) == 6


async def test_an_asset_of_which_an_alert_speaks_leaves_the_fold_however_small_it_is(
    large: Large,
) -> None:
    folded = """[...document.querySelectorAll('#assets details th[scope=row]')]
      .some((each) => each.textContent === 'C07')"""
    await large.go_on("Cheap", C07=55.0)
    assert not await large.page.evaluate(folded)
    assert await large.page.evaluate(f"{FOLD.format('assets')} && true")  # of the others
    await large.go_on("No rule fires", C07=61.0)
    assert await large.page.evaluate(folded)
    await large.go_on("mark 100.00", C07=100.0)


async def test_of_an_account_that_is_not_seen_nothing_is_folded(large: Large) -> None:
    dark = """[...document.querySelectorAll('{} .position')]
      .filter((each) => each.textContent.includes('distance unknown')).length"""
    unheard(large.story, large.story.now - large.story.start + 31.0, ACCOUNTS[3])
    large.stream.look(large.story.now)
    await large.page.until(f"{dark.format('#pools')} === 10", 5)
    assert await large.page.evaluate(dark.format("details")) == 0
    reading = read(*positions(3), wallet=WALLET, account=ACCOUNTS[3])
    large.story.at(large.story.now - large.story.start, reading)
    await large.go_on("All well")
    assert await large.page.evaluate(dark.format("#pools")) == 0


async def test_a_fold_is_opened_with_the_keyboard_and_stays_so_whatever_happens(
    large: Large,
) -> None:
    page = large.page
    await page.evaluate(f"{POOLS}.firstChild.focus()")
    await page.press("Enter")
    await page.until(f"{POOLS}.open", 2)
    await large.go_on("mark 102.00", C19=102.0)
    await large.go_on("LiquidationNear", **NEAR)
    await large.go_on("No rule fires", **FAR)
    assert await page.evaluate(f"{POOLS}.open")
    assert await page.evaluate(f"document.activeElement === {POOLS}.firstChild")
    nodes = (await page.ask("Accessibility.getFullAXTree"))["nodes"]
    names = [
        (node["name"]["value"], state["value"]["value"])
        for node in nodes
        if node.get("role", {}).get("value") == "DisclosureTriangle"
        for state in node["properties"]
        if state["name"] == "expanded"
    ]
    assert [is_open for name, is_open in names if name.startswith("7 more pools")] == [True]
    await page.press("Enter")
    await page.until(f"!{POOLS}.open", 2)
    await large.go_on("mark 103.00", C19=103.0)
    assert not await page.evaluate(f"{POOLS}.open")


async def test_who_looks_for_a_name_is_shown_what_has_it_unfolded_and_how_much_that_is(
    large: Large,
) -> None:
    page = large.page
    await page.evaluate("document.getElementById('seek').focus()")
    await page.ask("Input.insertText", text="c05/")
    await page.until("document.getElementById('found').textContent !== ''", 2)
    found = await page.evaluate("document.getElementById('found').textContent")
    assert found.startswith("Shown: 5 of 100 positions, 5 of 10 pools, 1 of 20 hedges")
    assert await page.evaluate("document.querySelectorAll('#pools .position').length") == 5
    assert not await page.evaluate("document.querySelector('#pools details') && true")
    await page.evaluate("document.getElementById('seek').value = ''")
    await page.evaluate("document.getElementById('seek').dispatchEvent(new Event('input'))")
    assert await page.evaluate("document.querySelectorAll('#pools .position').length") == 100
