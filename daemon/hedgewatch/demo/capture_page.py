"""The pictures of the status page in the README: the real page in a real browser at one moment.

python -m hedgewatch.demo.capture_page FOLDER [--story NAME] [--at STORY_SECONDS] [--speed X]

On a phone and on a desk, light and dark: FOLDER/page-WIDTH-SCHEME.png.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Final, Literal

from PIL import Image  # comes with matplotlib, the extra `plot`

from hedgewatch import loop
from hedgewatch.demo.browser import NoBrowserError, Page, browsing, find_chromium
from hedgewatch.demo.play import Performance, Wish, performance
from hedgewatch.sim.stories import STORIES
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor

SIZES: Final = ((390, 844), (1440, 900))
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
_LOOK_SECONDS, _PATIENCE = 0.05, 20.0
_COLOURS = 128
_DRAWN = "document.querySelector('#pools .card') && document.querySelector('#whatif table') && true"
_SETTLED = "document.getAnimations().every((each) => each.playState === 'finished')"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pictures; 0, or 1 without a browser."""
    options = _parser().parse_args(arguments)
    logs.configure(sys.stderr, Redactor(), level="error")
    wish = Wish(
        story=options.story, seconds=None, speed=options.speed, listen="127.0.0.1:0", json=True
    )
    try:
        pictures = loop.run(capture(wish, options.at))
    except NoBrowserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, picture in pictures.items():
        (options.folder / name).write_bytes(picture)
    return 0


async def capture(wish: Wish, at: float) -> dict[str, bytes]:
    """The page once the story has reached `at` (story seconds), by the name of each picture."""
    program = find_chromium()
    async with browsing(program) as browser, performance(wish, lines=False) as seen:
        page = await browser.page()
        await page.go(f"{seen.running.url}/")
        await page.until(_DRAWN, _PATIENCE)
        await _reached(seen, at)
        return {
            f"page-{size[0]}-{scheme}.png": await _picture(page, size, scheme)
            for size, scheme in product(SIZES, SCHEMES)
        }


async def _reached(seen: Performance, at: float) -> None:
    while seen.exchange.progress()[0] < at:  # noqa: ASYNC110  # the story signals nobody
        await asyncio.sleep(_LOOK_SECONDS)


async def _picture(page: Page, size: tuple[int, int], scheme: Literal["light", "dark"]) -> bytes:
    await page.look_like(*size, scheme)
    await page.until(_SETTLED, _PATIENCE)
    return small(await page.screenshot())


def small(picture: bytes) -> bytes:
    """The same in 128 colours, which its letters and bars do not miss: a third of the bytes."""
    made = BytesIO()
    with Image.open(BytesIO(picture)) as opened:
        few = opened.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        few.save(made, "PNG", optimize=True)
    return made.getvalue()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hedgewatch.demo.capture_page", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--story", choices=list(STORIES), default="hedged-book")
    parser.add_argument("--at", type=float, default=34.0, metavar="STORY_SECONDS")
    parser.add_argument("--speed", type=float, default=1.0, help="of the exchange's script")
    return parser


if __name__ == "__main__":
    sys.exit(main())
