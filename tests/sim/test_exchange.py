"""The exchange as a whole: it plays its story, and it can be run by itself."""

import asyncio
import os
import sys
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest

from hedgewatch.sim import STORIES, PaperExchange
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.live

SOURCES = Path(__file__).parents[2] / "daemon"


async def until_second(exchange: PaperExchange, second: float) -> str:
    async with asyncio.timeout(PATIENCE):
        while exchange.progress()[0] < second:  # noqa: ASYNC110 - a story is told, not signalled
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    return exchange.progress()[2]


async def test_story_runs_by_itself_faster_by_its_speed() -> None:
    async with PaperExchange("selloff", speed=50) as exchange:
        chapter = await until_second(exchange, 20.0)
        assert exchange.progress()[:2] == (20.0, 20.0)
        assert chapter == STORIES["selloff"].chapters[-1].text
        assert exchange.world.marks["ALTUSDT"] == Decimal("0.32")
        assert exchange.world.marks["AIXUSDT"] == 800


async def test_default_story_ends_with_more_shorts_and_a_fuller_wallet() -> None:
    async with PaperExchange(speed=200) as exchange:
        await until_second(exchange, 58.0)
        account = exchange.world.accounts["main"]
        assert account.wallet == 175_000
        assert account.positions["AIXUSDT", "BOTH"].amount == -250
        assert exchange.violations == []


async def test_story_can_wait_until_somebody_listens_to_a_price() -> None:
    patient = PaperExchange("selloff", speed=50, tick_seconds=0.02, wait_for_listener=True)
    async with patient as exchange, aiohttp.ClientSession() as session:
        await asyncio.sleep(0.15)
        assert exchange.progress()[0] == 0
        url = f"{exchange.ws_url}/market/ws/aixusdt@markPrice"
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["p"] == "1000.00000000"
            await until_second(exchange, 1.0)


async def test_two_exchanges_live_side_by_side() -> None:
    async with PaperExchange("manual") as one, PaperExchange("manual") as other:
        one.world.set_mark("AIXUSDT", 900)
        assert one.url != other.url
        assert other.world.marks["AIXUSDT"] == 1000


async def test_busy_port_is_an_error_and_leaves_nothing_open() -> None:
    async with PaperExchange("manual") as exchange:
        port = int(exchange.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"):
            async with PaperExchange("manual", port=port):
                pass


async def test_module_run_by_itself_says_where_it_is() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hedgewatch.sim", "--story", "manual"),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
    )
    assert program.stdout is not None
    async with asyncio.timeout(PATIENCE):
        lines = [(await program.stdout.readline()).decode().split() for _ in range(8)]
    program.terminate()
    await program.communicate()
    said = {words[0]: words[1] for words in lines[:4]}
    assert said["rest"].startswith("http://127.0.0.1:")
    assert said["ws"].startswith("ws://127.0.0.1:")
    assert len(said["key"]) == len(said["secret"]) == 64
    elsewhere = {words[2]: words[1] for words in lines[4:]}
    assert elsewhere["okx-main"] == "okx:"
    assert {"key", "secret", "passphrase", "rest", "ws"} <= set(lines[-1])
