"""Plays a story on the paper exchange with the real daemon behind it."""

import asyncio
import errno
import socket
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from hedgewatch.app import Daemon, run_daemon
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


async def play(wish: Wish) -> dict[str, object]:
    """Run the demonstration and give its report."""
    recorder = Recorder()
    async with PaperExchange(
        story=wish.story, speed=wish.speed, wait_for_listener=True
    ) as exchange:
        with tempfile.TemporaryDirectory(prefix="hedgewatch-demo-") as folder:
            live = sys.stderr.isatty() and not wish.json
            configuration = write_desk(Path(folder), exchange, _free(wish.listen), lines=not live)
            output = sys.stderr if wish.json else sys.stdout
            async with run_daemon(configuration, output, [recorder]) as running:
                await _first_sight(running)
                await _watch(running, exchange, recorder, wish, live=live)
                return report(running.view.rows(), recorder, exchange.violations, wish.story)


async def _first_sight(running: Daemon) -> None:
    """Until the daemon sees; the story waits for its first subscription to prices."""
    async with asyncio.timeout(_FIRST_SIGHT_SECONDS):
        while running.view.reasons_not_ready():  # noqa: ASYNC110  # nobody signals that
            await asyncio.sleep(0.05)


async def _watch(
    running: Daemon, exchange: PaperExchange, recorder: Recorder, wish: Wish, *, live: bool
) -> None:
    loop = asyncio.get_running_loop()
    length = exchange.story.duration / wish.speed + _LAST_LOOK_SECONDS
    until = loop.time() + (length if wish.seconds is None else wish.seconds)
    display = Live(console=Console(stderr=True), auto_refresh=False, screen=False)
    if live:
        display.start()
    try:
        while (left := until - loop.time()) > 0:
            if live:
                engine = running.engine
                display.update(
                    screen(engine, recorder.transitions, exchange.progress(), running.url),
                    refresh=True,
                )
            await asyncio.sleep(min(left, _FRAME_SECONDS))
    finally:
        display.stop()


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
