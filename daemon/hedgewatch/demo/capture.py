"""The picture of the README: the real screen of a real demonstration at one moment, as SVG.

python -m hedgewatch.demo.capture FILE.svg [--story NAME] [--at STORY_SECONDS] [--speed X]
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console, RenderableType
from rich.terminal_theme import MONOKAI

from hedgewatch import loop
from hedgewatch.demo.play import Wish, performance
from hedgewatch.sim.stories import STORIES
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor

WIDTH = 110
_LOOK_SECONDS = 0.05
_FOREIGN_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the picture; 0."""
    options = _parser().parse_args(arguments)
    logs.configure(sys.stderr, Redactor(), level="error")
    wish = Wish(
        story=options.story, seconds=None, speed=options.speed, listen=options.listen, json=True
    )
    options.file.write_text(loop.run(capture(wish, options.at)), encoding="utf-8")
    return 0


async def capture(wish: Wish, at: float) -> str:
    """The screen once the story has reached `at` (story seconds, or its end), as SVG."""
    async with performance(wish, lines=False) as seen:
        end = min(at, seen.exchange.story.duration)
        while seen.exchange.progress()[0] < end:  # noqa: ASYNC110  # the story signals nobody
            await asyncio.sleep(_LOOK_SECONDS)
        return picture(seen.screen())


def picture(content: RenderableType) -> str:
    """The same content gives the same text: its width is fixed, and it loads nothing from afar."""
    console = Console(
        record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(content)
    svg = console.export_svg(title="make demo", theme=MONOKAI, unique_id="demo")
    return _FOREIGN_FONTS.sub("", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hedgewatch.demo.capture", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.svg")
    parser.add_argument("--story", choices=list(STORIES), default="hedged-book")
    parser.add_argument("--at", type=float, default=33.0, metavar="STORY_SECONDS")
    parser.add_argument("--speed", type=float, default=1.0, help="of the exchange's script")
    parser.add_argument("--listen", default="127.0.0.1:9464", metavar="HOST:PORT")
    return parser


if __name__ == "__main__":
    sys.exit(main())
