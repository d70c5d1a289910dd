"""A report as a browser shows it: on a phone and on a desk, without an error, in either scheme."""

from pathlib import Path
from typing import Literal

import pytest
from PIL import Image

from hedgewatch.demo.browser import browsing, find_chromium
from hedgewatch.demo.capture_page import SCHEMES
from hedgewatch.reports.figures import Kept
from hedgewatch.reports.report import report_of
from tests.reports.capture import SIZE
from tests.reports.days import SUNDAY, Pool, firing, minutes_of
from tests.reports.watching import lines
from tests.support.browsers import HOSTILE, complaints

pytestmark = [pytest.mark.live, pytest.mark.slow]

CHECKOUT = Path(__file__).parents[2]
_LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((390, "dark"), (1_440, "light"))
_WIDTH = "document.documentElement.scrollWidth"
_CONTRAST = (Path(__file__).parents[1] / "page" / "contrast.js").read_text()


async def test_it_fits_a_phone_and_a_desk_runs_nothing_and_loads_nothing(tmp_path: Path) -> None:
    pools = (Pool("main/USDT"), Pool(f"main/{HOSTILE}"))
    news = lines(firing("MarginDanger", SUNDAY.begins + 60.0, episode="a", subject=HOSTILE))
    kept = Kept(minutes=tuple(minutes_of(SUNDAY, *pools)), told=news)
    file = tmp_path / "report.html"
    file.write_text(report_of(SUNDAY, kept, SUNDAY.ends)["html"])
    async with browsing(find_chromium()) as browser:
        page = await browser.page()
        await page.go(file.as_uri())
        await page.until("document.querySelectorAll('polyline').length >= 5", 20.0)
        for width, scheme in _LOOKS:
            await page.look_like(width, 900, scheme)
            assert await page.evaluate(_WIDTH) <= width
            assert await page.evaluate(_CONTRAST) == []
        assert (await page.evaluate("document.title")).startswith("desk-1: daily report")
        asked = [e for e in page.events if e["method"] == "Network.requestWillBeSent"]
        assert len(asked) == 1, "the file itself, and nothing else"
        assert complaints(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_pictures_of_a_report_are_in_its_page_and_load_fast(scheme: str) -> None:
    file = CHECKOUT / "daemon" / f"report-{scheme}.png"
    with Image.open(file) as opened:
        assert opened.size == SIZE
    assert file.stat().st_size < 100_000
    assert f"../daemon/{file.name}" in (CHECKOUT / "deploy" / "REPORTS.md").read_text()
