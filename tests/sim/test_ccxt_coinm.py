"""Unmodified ccxt.pro against the paper exchange: the venue of coin-margined contracts."""

import asyncio
from decimal import Decimal

import ccxt
import pytest

from hedgewatch.sim import PaperExchange
from tests.sim.clients import coin_client
from tests.sim.test_ccxt_futures import next_of
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.live

PERP, DATED = "BTC/USD:BTC", "BTC/USD:BTC-301227"


async def test_ccxt_reads_contracts_positions_coins_and_tiers_as_the_world_holds_them() -> None:
    async with PaperExchange("manual") as exchange, coin_client(exchange) as client:
        coins = exchange.world.coins
        coins.deposit(1)
        coins.set_position("BTCUSD_PERP", 5_000, 60_000)
        markets = await client.load_markets()
        assert (markets[PERP]["inverse"], markets[PERP]["contractSize"]) == (True, 100.0)
        assert (markets[DATED]["future"], markets[DATED]["active"]) == (True, True)
        (position,) = await client.fetch_positions()
        assert (position["symbol"], position["side"], position["contracts"]) == (PERP, "long", 5000)
        expected = coins.liquidation_price("BTCUSD_PERP")
        assert position["liquidationPrice"] == pytest.approx(float(expected))
        assert (await client.fetch_balance())["BTC"]["total"] == 1.0
        tiers = await client.fetch_leverage_tiers([PERP])
        cums = [Decimal(str(tier["info"]["cum"])) for tier in tiers[PERP]]
        assert cums == [tier.deduction for tier in coins.contracts["BTCUSD_PERP"].tiers]
        assert exchange.violations == []


async def test_ccxt_hears_marks_and_trades_of_coins() -> None:
    lively = PaperExchange("manual", tick_seconds=0.02)
    async with lively as exchange, coin_client(exchange) as client:
        client.options["watchPositions"] = {"fetchPositionsSnapshot": False}
        async with asyncio.timeout(PATIENCE):
            marks = await client.watch_mark_prices([PERP, DATED])
            quotes = await client.watch_bids_asks([PERP])
        assert {PERP: 60_000.0, DATED: 60_600.0}.items() >= {
            (symbol, mark["markPrice"]) for symbol, mark in marks.items()
        }
        assert (quotes[PERP]["bid"], quotes[PERP]["ask"]) == (59_999.9, 60_000.1)
        (told,) = await next_of(
            client.watch_positions(), lambda: exchange.world.coins.set_position("BTCUSD_PERP", -7)
        )
        assert (told["side"], told["contracts"]) == ("short", 7)
        assert exchange.violations == []


async def test_an_order_in_coins_is_refused_and_counted() -> None:
    async with PaperExchange("manual") as exchange, coin_client(exchange) as client:
        with pytest.raises(ccxt.AuthenticationError):
            await client.create_order(PERP, "market", "buy", 1)
        assert exchange.violations == ["POST /dapi/v1/order"]
