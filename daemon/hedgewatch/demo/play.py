"""Plays a story on the paper exchange with the real daemon behind it."""

import asyncio
import errno
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich.console import Console, RenderableType
from rich.live import Live

from hedgewatch.app import run_daemon
from hedgewatch.assembly import Daemon
from hedgewatch.demo.desk import write_desk
from hedgewatch.demo.report import Recorder, report
from hedgewatch.demo.screen import screen
from hedgewatch.sim.exchange import PaperExchange

_FRAME_SECONDS = 0.25
_LAST_LOOK_SECONDS = 1.0
_FIRST_SIGHT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user asked for. `seconds` is wall time from the story's beginning."""

    story: str
    seconds: float | None
    speed: float
    listen: str
    json: bool


@dataclass(frozen=True, slots=True)
class Performance:
    """A daemon that sees, the exchange that it watches, and what it has seen since."""

    running: Daemon
    exchange: PaperExchange
    recorder: Recorder

    def screen(self) -> RenderableType:
        """What a trader would look at now."""
        return screen(
            self.running.engine,
            self.recorder.transitions,
            self.exchange.progress(),
            self.running.url,
        )


@asynccontextmanager
async def performance(wish: Wish, *, lines: bool) -> AsyncIterator[Performance]:
    """The story and the daemon, from the first sight on; `lines` prints alerts as they come."""
    recorder = Recorder()
    async with PaperExchange(
        story=wish.story, speed=wish.speed, wait_for_listener=True
    ) as exchange:
        with tempfile.TemporaryDirectory(prefix="hedgewatch-demo-") as folder:
            configuration = write_desk(Path(folder), exchange, _free(wish.listen), lines=lines)
            async with run_daemon(configuration, _output(wish), [recorder]) as running:
                await _first_sight(running)
                yield Performance(running, exchange, recorder)


async def play(wish: Wish) -> dict[str, object]:
    """Run the demonstration and give its report."""
    live = sys.stderr.isatty() and not wish.json
    async with performance(wish, lines=not live) as seen:
        await _watch(seen, wish, live=live)
        rows = seen.running.view.rows()
        return report(rows, seen.recorder, seen.exchange.violations, wish.story)


async def _first_sight(running: Daemon) -> None:
    """Until the daemon sees; the story waits for its first subscription to prices."""
    async with asyncio.timeout(_FIRST_SIGHT_SECONDS):
        while running.view.reasons_not_ready():  # noqa: ASYNC110  # nobody signals that
            await asyncio.sleep(0.05)


async def _watch(seen: Performance, wish: Wish, *, live: bool) -> None:
    loop = asyncio.get_running_loop()
    length = seen.exchange.story.duration / wish.speed + _LAST_LOOK_SECONDS
    until = loop.time() + (length if wish.seconds is None else wish.seconds)
    with _screen(seen) if live else _chapters(seen, _output(wish)) as show:
        while (left := until - loop.time()) > 0:
            show()
            await asyncio.sleep(min(left, _FRAME_SECONDS))


@contextmanager
def _screen(seen: Performance) -> Iterator[Callable[[], None]]:
    """The live table of a terminal."""
    with Live(console=Console(stderr=True), auto_refresh=False) as display:
        yield lambda: display.update(seen.screen(), refresh=True)


@contextmanager
def _chapters(seen: Performance, output: TextIO) -> Iterator[Callable[[], None]]:
    """What the story does, a line a chapter, between the lines of the alerts."""
    told = ""

    def show() -> None:
        nonlocal told
        chapter = seen.exchange.progress()[2]
        if chapter != told:
            told = chapter
            print(f"-- {chapter}", file=output, flush=True)

    print(f"-- {seen.exchange.story.title}: {seen.running.url}", file=output, flush=True)
    yield show
    print("-- the end", file=output, flush=True)


def _output(wish: Wish) -> TextIO:
    """Standard output belongs to the JSON object, where one was asked for."""
    return sys.stderr if wish.json else sys.stdout


def _free(listen: str) -> str:
    """That address, or any port where another program (another demo) has it."""
    host, _, port = listen.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"{host}:0"
            raise
    return listen
