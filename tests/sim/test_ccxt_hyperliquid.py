"""Unmodified ccxt.pro against the paper exchange: Hyperliquid, by an address alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import aiohttp
import ccxt
import ccxt.pro
import pytest

from hedgewatch.sim import PaperExchange
from hedgewatch.sim.accounts import Position
from hedgewatch.sim.keys import HYPERLIQUID_ADDRESS
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.live

VENUE, NAME = "hyperliquid", "hyperliquid-main"
AIX, ALT, BTC = "AIX/USDC:USDC", "ALT/USDC:USDC", "BTC/USDC:USDC"
NOBODY = "0x00000000000000000000000000000000000000ff"


@asynccontextmanager
async def client_of(exchange: PaperExchange, **login: Any) -> AsyncIterator[Any]:
    """ccxt.pro's hyperliquid with its default options, aimed at the paper exchange."""
    given = {"walletAddress": HYPERLIQUID_ADDRESS, "enableRateLimit": False, "timeout_on_exit": 10}
    client = ccxt.pro.hyperliquid(given | login)
    rest = exchange.url_of(VENUE)
    client.urls["api"]["public"] = client.urls["api"]["private"] = rest
    client.urls["api"]["ws"]["public"] = exchange.ws_url_of(VENUE) + "/ws"
    try:
        yield client
    finally:
        await client.close()


async def test_ccxt_lists_the_markets_of_the_one_truth_in_usdc() -> None:
    async with PaperExchange("manual") as exchange, client_of(exchange) as client:
        markets = await client.load_markets()
        assert {AIX, ALT, BTC, "ALT/USDC", "BTC/USDC"} <= set(markets)
        assert (markets[AIX]["linear"], markets[AIX]["contractSize"]) == (True, 1)
        assert markets[AIX]["limits"]["leverage"]["max"] == 25
        assert client.amount_to_precision(BTC, 0.0129) == "0.013"
        assert abs(await client.fetch_time() - client.milliseconds()) < 2_000


async def test_ccxt_reads_positions_balances_and_the_venues_own_margin() -> None:
    async with PaperExchange("manual") as exchange, client_of(exchange) as client:
        exchange.world.set_position("AIXUSDT", -200, 1000, account=NAME)
        exchange.world.set_mark("AIXUSDT", 1310)
        exchange.world.set_spot_balance("BTC", "0.5", "0.1", account=NAME)
        (position,) = await client.fetch_positions()
        assert (position["symbol"], position["side"], position["contracts"]) == (AIX, "short", 200)
        assert (position["entryPrice"], position["unrealizedPnl"]) == (1000, -62_000)
        expected = Decimal(100_000 + 200_000 + 14_000) / 220
        assert position["liquidationPrice"] == pytest.approx(float(expected))
        balance = await client.fetch_balance()
        assert balance["USDC"]["total"] == 38_000
        assert balance["info"]["crossMaintenanceMarginUsed"] == "12200.000000"
        spot = await client.fetch_balance({"type": "spot"})
        assert (spot["BTC"]["total"], spot["BTC"]["used"]) == (0.6, 0.1)


async def test_an_address_that_nobody_used_looks_like_an_empty_account() -> None:
    paper = PaperExchange("manual")
    async with paper as exchange, client_of(exchange, walletAddress=NOBODY) as client:
        assert await client.fetch_positions() == []
        assert (await client.fetch_balance())["USDC"]["total"] == 0
        asked = {"type": "userRole", "user": NOBODY}
        assert await client.public_post_info(asked) == {"role": "missing"}
        with pytest.raises(ccxt.ExchangeError):
            await client.public_post_info({"type": "userRole", "user": "0x12"})


async def test_ccxt_watches_a_mark_and_the_account_as_they_move() -> None:
    lively = PaperExchange("manual", tick_seconds=0.02)
    async with lively as exchange, client_of(exchange) as client:
        await client.load_markets()
        ticker = await client.watch_ticker(AIX)
        assert ticker["info"]["markPx"] == "1000"
        await client.watch_positions()
        exchange.world.trade("AIXUSDT", -5, account=NAME)
        async with asyncio.timeout(PATIENCE):
            told = await client.watch_positions()
            while not told:
                told = await client.watch_positions()
        assert (told[0]["side"], told[0]["contracts"]) == ("short", 5)
        assert exchange.violations == []


async def test_a_liquidation_is_told_as_one_with_the_fill() -> None:
    lively = PaperExchange("manual", tick_seconds=0.02)
    async with lively as exchange, client_of(exchange) as client:
        await client.load_markets()
        exchange.world.set_position("AIXUSDT", -200, 1000, account=NAME)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            watching = group.create_task(client.watch_my_liquidations(AIX))
            while not watching.done():
                await asyncio.sleep(0.05)
                exchange.world.liquidate("AIXUSDT", 1, account=NAME)
        assert {each["symbol"] for each in watching.result()} == {AIX}


async def test_whatever_could_trade_is_refused_and_counted() -> None:
    async with PaperExchange("manual") as exchange, aiohttp.ClientSession() as session:
        url = exchange.url_of(VENUE) + "/exchange"
        async with session.post(url, json={"action": {"type": "order"}}) as reply:
            assert (await reply.json())["status"] == "err"
        async with session.ws_connect(exchange.ws_url_of(VENUE) + "/ws") as socket:
            assert (await socket.receive_str()).startswith("Websocket connection established")
            await socket.send_json({"method": "post", "id": 1, "request": {"type": "action"}})
            assert (await socket.receive_json())["channel"] == "error"
            await socket.send_json({"method": "ping"})
            assert await socket.receive_json() == {"channel": "pong"}
            wanted = {"type": "bbo", "coin": "NONE"}
            await socket.send_json({"method": "subscribe", "subscription": wanted})
            assert (await socket.receive_json())["channel"] == "error"
        assert exchange.violations == ["POST /exchange", "WS /ws post"]


async def test_who_asks_too_much_is_told_to_wait() -> None:
    async with PaperExchange("manual") as exchange, client_of(exchange) as client:
        asked = {"type": "userRole", "user": HYPERLIQUID_ADDRESS}
        for _ in range(20):
            await client.public_post_info(asked)
        with pytest.raises(ccxt.NetworkError):
            await client.public_post_info(asked)


def test_an_isolated_position_is_liquidated_by_its_own_margin() -> None:
    world = PaperExchange("manual").world
    isolated = Position("AIXUSDT", Decimal(-200), Decimal(1000), isolated_wallet=Decimal(50_000))
    world.hold(isolated, NAME)
    expected = (Decimal(50_000) + 200_000 + 1_500) / 210  # in the tier of 5 %
    assert world.liquidation_price("AIXUSDT", account=NAME) == pytest.approx(expected)
    assert world.margin_ratio(NAME) == 0
