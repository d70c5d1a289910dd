"""Unmodified ccxt.pro against the paper exchange: the spot venue."""

import asyncio

import pytest

from hedgewatch.sim import PaperExchange
from tests.sim.clients import spot_client
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.live

TICK = 0.02


async def test_ccxt_reads_spot_balances_prices_and_the_rights_of_the_key() -> None:
    async with PaperExchange("manual") as exchange, spot_client(exchange) as client:
        exchange.world.set_spot_balance("ALT", "1250.5", locked=3)
        assert {"ALT/USDT", "BTC/USDT"} <= set(await client.load_markets())
        balance = (await client.fetch_balance())["ALT"]
        assert (balance["free"], balance["used"], balance["total"]) == (1250.5, 3, 1253.5)
        assert (await client.fetch_tickers(["ALT/USDT"]))["ALT/USDT"]["last"] == 0.4
        rights = await client.sapi_get_account_apirestrictions()
        assert (rights["enableReading"], rights["enableFutures"]) == (True, False)
        exchange.world.set_rights(enableFutures=True)
        assert (await client.sapi_get_account_apirestrictions())["enableFutures"] is True
        assert exchange.violations == []


async def test_ccxt_watches_spot_quotes_that_follow_the_mark() -> None:
    lively = PaperExchange("manual", tick_seconds=TICK)
    async with lively as exchange, spot_client(exchange) as client, asyncio.timeout(PATIENCE):
        exchange.world.set_mark("ALTUSDT", "0.5")
        quotes = await client.watch_bids_asks(["ALT/USDT"])
        assert (quotes["ALT/USDT"]["bid"], quotes["ALT/USDT"]["ask"]) == (0.49999, 0.50001)


async def test_ccxt_hears_of_a_spot_balance_over_the_signed_subscription() -> None:
    async with PaperExchange("manual") as exchange, spot_client(exchange) as client:
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            pending = group.create_task(client.watch_balance())
            while not pending.done():
                await asyncio.sleep(0.05)
                exchange.world.set_spot_balance("BTC", "0.75")
        assert pending.result()["BTC"]["free"] == 0.75
        assert exchange.violations == []
