"""The pictures of deploy/REPORTS.md: the report of a made-up day, in a real browser.

python -m tests.reports.capture FOLDER

Light and dark: FOLDER/report-SCHEME.png. A demo of a minute leaves nothing to report.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from math import sin
from pathlib import Path
from tempfile import TemporaryDirectory

from hedgewatch.demo.browser import browsing, find_chromium
from hedgewatch.demo.capture_page import SCHEMES, small
from hedgewatch.reports.figures import Kept
from hedgewatch.reports.report import report_of
from tests.reports.days import SUNDAY, Pool, firing, minutes_of
from tests.reports.watching import lines

SIZE = (900, 1_200)
_PATIENCE = 20.0


def main(arguments: Sequence[str]) -> int:
    """Write both; 0."""
    for name, picture in asyncio.run(pictures()).items():
        (Path(arguments[0]) / name).write_bytes(picture)
    return 0


def day() -> Kept:
    """A rise burns the margin before dawn; the venue is silent for four minutes; a hedge drifts."""
    blind = SUNDAY.begins + 3 * 3_600.0 + 600.0
    pool = Pool("main/USDT", 104_000.0, sway=31.0, blind=(blind, blind + 240.0))
    minutes = tuple(
        replace(minute, total=212_400.0 + 900.0 * sin(number / 310.0))
        for number, minute in enumerate(minutes_of(SUNDAY, pool))
    )
    danger, drift = SUNDAY.begins + 18_840.0, SUNDAY.begins + 75_600.0
    margin = {"alertname": "MarginDanger", "episode": "margin"}
    news = lines(
        firing(at=danger, **margin),
        firing(at=danger + 95.0, change="acknowledged", seen_by="ann", **margin),
        firing(at=danger + 1_260.0, state="resolved", **margin),
        firing("HedgeDrift", drift, episode="h", severity="warning", subject="ai-basket"),
    )
    return Kept(minutes=minutes, told=news, latest=minutes[-1])


async def pictures() -> dict[str, bytes]:
    """By the name of the file."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(report_of(SUNDAY, day(), SUNDAY.ends)["html"])
        async with browsing(find_chromium()) as browser:
            page = await browser.page()
            await page.go(file.as_uri())
            await page.until("document.querySelectorAll('polyline').length >= 2", _PATIENCE)
            made = {}
            for scheme in SCHEMES:
                await page.look_like(*SIZE, scheme)
                made[f"report-{scheme}.png"] = small(await page.screenshot())
            return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
