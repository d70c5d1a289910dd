"""Unmodified ccxt.pro against the paper exchange: the futures venue."""

import asyncio
from decimal import Decimal
from typing import Any

import ccxt
import pytest

from hedgewatch.sim import SECOND_KEY, SECOND_SECRET, PaperExchange
from tests.sim.clients import futures_client
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.live

AIX, ALT = "AIX/USDT:USDT", "ALT/USDT:USDT"
TICK = 0.02


async def next_of(watching: Any, act: Any) -> Any:
    """What a pending `watch_*` call brings once something has happened."""
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        pending = group.create_task(watching)
        while not pending.done():
            await asyncio.sleep(0.05)
            act()
    return pending.result()


async def test_ccxt_with_its_default_settings_loads_the_markets() -> None:
    async with PaperExchange("manual") as exchange, futures_client(exchange, options={}) as client:
        markets = await client.load_markets()
        assert {AIX, ALT} <= set(markets)
        assert (markets[AIX]["swap"], markets[AIX]["linear"]) == (True, True)
        assert (markets[AIX]["contractSize"], markets[AIX]["active"]) == (1.0, True)
        assert client.amount_to_precision(AIX, 199.7) == "199"


async def test_ccxt_watches_marks_and_quotes_as_they_move() -> None:
    lively = PaperExchange("manual", tick_seconds=TICK)
    async with lively as exchange, futures_client(exchange) as client:
        marks = await client.watch_mark_prices([AIX, ALT])
        exchange.world.set_mark("AIXUSDT", 987.65)
        async with asyncio.timeout(PATIENCE):
            while marks.get(AIX, {}).get("markPrice") != 987.65:
                marks = await client.watch_mark_prices([AIX, ALT])
            quotes = await client.watch_bids_asks([AIX])
        assert (quotes[AIX]["bid"], quotes[AIX]["ask"]) == (987.64, 987.66)
        assert exchange.frames_sent > 0
        assert exchange.violations == []


async def test_ccxt_reads_positions_margin_and_tiers_as_the_world_holds_them() -> None:
    async with PaperExchange("manual") as exchange, futures_client(exchange) as client:
        exchange.world.set_mark("AIXUSDT", 1310)
        (position,) = await client.fetch_positions()
        assert (position["symbol"], position["side"], position["contracts"]) == (AIX, "short", 200)
        assert (position["entryPrice"], position["markPrice"]) == (1000, 1310)
        assert position["unrealizedPnl"] == -62_000
        assert position["info"]["maintMargin"] == "12200.00000000"
        expected = Decimal(100_000 + 200_000 + 14_000) / 220
        assert position["info"]["liquidationPrice"] == f"{expected:.8f}"
        balance = await client.fetch_balance()
        assert balance["info"]["totalMarginBalance"] == "38000.00000000"
        assert balance["info"]["totalMaintMargin"] == "12200.00000000"
        tiers = await client.fetch_leverage_tiers([AIX])
        assert [tier["info"]["cum"] for tier in tiers[AIX]] == [0.0, 1500.0, 14000.0, 164000.0]


async def test_ccxt_reads_the_older_endpoints_and_the_account_rows_too() -> None:
    async with PaperExchange("manual") as exchange, futures_client(exchange) as client:
        older = await client.fetch_positions(params={"useV2": True})
        of_account = await client.fetch_positions(params={"method": "account"})
        assert [row["leverage"] for row in older] == [5.0]
        assert [row["contracts"] for row in of_account if row["contracts"]] == [200]
        assert (await client.fetch_balance({"useV2": True}))["USDT"]["total"] == 100_000
        assert (await client.fetch_funding_rates([AIX]))[AIX]["fundingRate"] == 0.0001
        assert (await client.fetch_ticker(AIX))["last"] == 1000
        assert (await client.fetch_leverage(AIX))["shortLeverage"] == 5


async def test_ccxt_hears_of_a_trade_and_of_a_deposit() -> None:
    async with PaperExchange("manual") as exchange, futures_client(exchange) as client:
        client.options["watchPositions"] = {"fetchPositionsSnapshot": False}
        (told,) = await next_of(
            client.watch_positions(), lambda: exchange.world.set_position("AIXUSDT", -250, 1000)
        )
        assert (told["side"], told["contracts"], told["entryPrice"]) == ("short", 250, 1000)
        balance = await next_of(client.watch_balance(), lambda: exchange.world.deposit(75_000))
        async with asyncio.timeout(PATIENCE):
            while balance["USDT"]["total"] < 175_000:
                balance = await client.watch_balance()
        assert exchange.violations == []


async def test_each_key_logs_into_its_own_account() -> None:
    login = {"apiKey": SECOND_KEY, "secret": SECOND_SECRET}
    async with PaperExchange("manual") as exchange, futures_client(exchange, **login) as client:
        assert await client.fetch_positions() == []
        assert (await client.fetch_balance())["USDT"]["total"] == 5_000


@pytest.mark.parametrize(
    "login", [{"apiKey": "wrong"}, {"apiKey": "x" * 64}, {"secret": "wrong"}], ids=str
)
async def test_wrong_credentials_are_an_authentication_error(login: dict[str, str]) -> None:
    async with PaperExchange("manual") as exchange, futures_client(exchange, **login) as client:
        with pytest.raises(ccxt.AuthenticationError):
            await client.fetch_balance()


async def test_whatever_could_trade_is_refused_and_counted() -> None:
    async with PaperExchange("manual") as exchange, futures_client(exchange) as client:
        with pytest.raises(ccxt.AuthenticationError):
            await client.create_order(AIX, "market", "buy", 1)
        with pytest.raises(ccxt.AuthenticationError):
            await client.set_leverage(3, AIX)
        with pytest.raises(ccxt.AuthenticationError):
            await client.withdraw("USDT", 10, "0x0000000000000000000000000000000000000000")
        assert exchange.violations == [
            "POST /fapi/v1/order",
            "POST /fapi/v1/leverage",
            "POST /sapi/v1/capital/withdraw/apply",
        ]


async def test_order_over_the_socket_of_requests_is_refused_and_counted() -> None:
    async with PaperExchange("manual") as exchange, futures_client(exchange) as client:
        with pytest.raises(ccxt.AuthenticationError):
            await client.create_order_ws(AIX, "limit", "buy", 1, 900)
        assert exchange.violations == ["WS /ws-fapi/v1", "WS /ws-fapi/v1 order.place"]
