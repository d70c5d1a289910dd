"""The process itself: blocked, and crashing again and again."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hedgewatch.sim import PaperExchange
from tests.support.daemons import Daemon, worked_example
from tests.support.patience import PATIENCE

pytestmark = [pytest.mark.live, pytest.mark.slow]

BLOCKED = """
import signal, sys, time
from hedgewatch.cli import main
def stands_here(*_):
    open(sys.argv[2], "w").close()
    time.sleep(600)
signal.signal(signal.SIGUSR1, stands_here)
sys.exit(main(["run", "-c", sys.argv[1]]))
"""


@pytest.fixture
async def exchange() -> AsyncIterator[PaperExchange]:
    async with PaperExchange("manual", tick_seconds=0.1) as running:
        yield running


async def test_a_loop_that_no_longer_turns_is_not_fed_for_and_says_where_it_stood(
    exchange: PaperExchange, tmp_path: Path
) -> None:
    daemon = Daemon(tmp_path, worked_example(tmp_path, exchange))
    loop, address = asyncio.get_running_loop(), str(tmp_path / "notify")
    blocked = tmp_path / "blocked"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.setblocking(False)  # noqa: FBT003  # the library's signature

        async def hears_that_it_lives(within: float) -> bool:
            try:
                async with asyncio.timeout(within):
                    while await loop.sock_recv(systemd, 4096) != b"WATCHDOG=1":
                        pass
            except TimeoutError:
                return False
            return True

        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", BLOCKED, daemon.configuration, blocked,
            env={**daemon.environment, "NOTIFY_SOCKET": address, "WATCHDOG_USEC": "400000"},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert await hears_that_it_lives(PATIENCE)
        assert await hears_that_it_lives(PATIENCE)
        process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(PATIENCE):
            while not blocked.exists():  # noqa: ASYNC110 - a blocked process signals nothing
                await asyncio.sleep(0.05)
        while await hears_that_it_lives(0.0):
            pass  # what was sent before
        assert not await hears_that_it_lives(1.5)
        process.send_signal(signal.SIGABRT)
        _, said = await process.communicate()
    assert process.returncode == -signal.SIGABRT
    assert b"Fatal Python error: Aborted" in said
    assert b"in stands_here" in said


async def test_the_third_crash_in_ten_minutes_is_told_by_the_start_after_it(
    exchange: PaperExchange, tmp_path: Path
) -> None:
    daemon = Daemon(tmp_path, worked_example(tmp_path, exchange))
    told = []
    for _ in range(4):
        await daemon.start()
        told.append("CrashLooping" in (await daemon.metrics()).alerts())
        await daemon.stop(signal.SIGKILL)
    assert told == [False, False, False, True]
