"""Unmodified ccxt.pro against the paper exchange: OKX."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import ccxt
import ccxt.pro
import pytest

from hedgewatch.sim import PaperExchange
from hedgewatch.sim.accounts import Position
from hedgewatch.sim.keys import OKX_KEY, OKX_MULTI_KEY, OKX_PASSPHRASE, OKX_SECRET
from tests.sim.test_ccxt_futures import next_of
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.live

AIX, BTC, COIN = "AIX/USDT:USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
LOGIN: dict[str, Any] = {
    "apiKey": OKX_KEY,
    "secret": OKX_SECRET,
    "password": OKX_PASSPHRASE,
    "enableRateLimit": False,
    "timeout_on_exit": 10,  # milliseconds
}


@asynccontextmanager
async def okx_client(exchange: PaperExchange, **settings: Any) -> AsyncIterator[Any]:
    """ccxt.pro's okx, aimed at the paper exchange."""
    types = {"fetchMarkets": {"types": ["spot", "future", "swap"]}}
    client = ccxt.pro.okx(LOGIN | {"options": types} | settings)
    client.urls["api"]["rest"] = exchange.url_of("okx")
    client.urls["api"]["ws"] = f"{exchange.ws_url_of('okx')}/ws/v5"
    try:
        yield client
    finally:
        await client.close()


async def test_ccxt_loads_contracts_of_okxs_own_sizes_and_reads_the_account() -> None:
    async with PaperExchange("manual") as exchange, okx_client(exchange) as client:
        exchange.world.set_position("AIXUSDT", -200, 1000, account="okx-main")
        markets = await client.load_markets()
        assert (markets[AIX]["contractSize"], markets[AIX]["precision"]["amount"]) == (100, 0.1)
        assert (markets[COIN]["inverse"], markets[COIN]["contractSize"]) == (True, 100)
        assert markets["ALT/USDT"]["spot"]
        dated = markets["BTC/USDT:USDT-301227"]
        assert (dated["future"], dated["expiry"]) == (True, 1_924_588_800_000)
        (position,) = await client.fetch_positions()
        assert (position["symbol"], position["side"], position["contracts"]) == (AIX, "short", 2)
        assert (position["notional"], position["marginMode"]) == (200_000, "cross")
        line = Decimal(300_000) / (200 * Decimal("1.0505"))
        assert position["liquidationPrice"] == pytest.approx(float(line))
        balance = await client.fetch_balance()
        assert balance["USDT"]["total"] == 100_000
        assert balance["info"]["data"][0]["details"][0]["mmr"] == "10000"
        (smallest, *_) = await client.fetch_market_leverage_tiers(AIX, {"marginMode": "cross"})
        assert (smallest["maxNotional"], smallest["maintenanceMarginRate"]) == (0.5, 0.02)
        assert (await client.fetch_funding_rate(AIX))["fundingRate"] == 0.0001
        assert (await client.fetch_trading_fee(AIX))["taker"] == 0.0005
        assert exchange.violations == []


async def test_ccxt_watches_marks_quotes_a_trade_and_a_deposit() -> None:
    lively = PaperExchange("manual", tick_seconds=0.02)
    async with lively as exchange, okx_client(exchange) as client:
        marks = await client.watch_mark_prices([AIX, BTC])
        exchange.world.set_mark("AIXUSDT", 987.65)
        async with asyncio.timeout(PATIENCE):
            while marks.get(AIX, {}).get("markPrice") != 987.65:
                marks = await client.watch_mark_prices([AIX, BTC])
        client.options["watchPositions"] = {"fetchPositionsSnapshot": False}
        assert await client.watch_positions([AIX]) == []
        (told,) = await next_of(
            client.watch_positions([AIX]),
            lambda: exchange.world.set_position("AIXUSDT", -250, 1000, account="okx-main"),
        )
        assert (told["side"], told["contracts"], told["entryPrice"]) == ("short", 2.5, 1000)
        balance = await client.watch_balance()
        exchange.world.deposit(75_000, account="okx-main")
        async with asyncio.timeout(PATIENCE):
            while balance["USDT"]["total"] < 175_000:
                balance = await client.watch_balance()
        assert exchange.violations == []


async def test_a_second_key_is_a_multi_currency_account_counted_in_dollars() -> None:
    async with (
        PaperExchange("manual") as exchange,
        okx_client(exchange, apiKey=OKX_MULTI_KEY) as client,
    ):
        exchange.world.hold(
            Position("BTCUSD", Decimal(-100_000), Decimal(60_000)), account="okx-multi"
        )
        told = (await client.fetch_balance())["info"]["data"][0]
        assert Decimal(told["adjEq"]) == 20_000 + 2 * Decimal("0.98") * 60_000
        assert Decimal(told["mmr"]) == pytest.approx(Decimal(100_000) * Decimal("0.005"))
        (position,) = await client.fetch_positions()
        assert (position["symbol"], position["contracts"]) == (COIN, 1000)


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ({"apiKey": "wrong"}, "50111"),
        ({"secret": "wrong"}, "50113"),
        ({"password": "wrong"}, "50105"),
    ],
    ids=str,
)
async def test_wrong_credentials_are_refused_with_okxs_own_codes(
    login: dict[str, str], code: str
) -> None:
    async with PaperExchange("manual") as exchange, okx_client(exchange, **login) as client:
        with pytest.raises(ccxt.AuthenticationError, match=code):
            await client.fetch_balance()
        with pytest.raises(ccxt.AuthenticationError, match="60"):
            await client.authenticate()


async def test_a_clock_that_is_behind_is_refused_and_so_is_who_asks_too_often() -> None:
    async with PaperExchange("manual") as exchange, okx_client(exchange) as client:
        client.options["timeDifference"] = 40_000
        with pytest.raises(ccxt.InvalidNonce, match="50102"):
            await client.fetch_balance()
        client.options["timeDifference"] = 0
        for _ in range(5):
            await client.private_get_account_config()
        with pytest.raises(ccxt.RateLimitExceeded, match="50011"):
            await client.private_get_account_config()
        exchange.faults_of("okx").rest_outage(503)
        with pytest.raises(ccxt.OperationFailed, match="50001"):
            await client.fetch_balance()


async def test_whatever_could_trade_is_refused_and_counted() -> None:
    async with PaperExchange("manual") as exchange, okx_client(exchange) as client:
        await client.load_markets()
        with pytest.raises(ccxt.BaseError):
            await client.create_order(AIX, "market", "buy", 1)
        with pytest.raises(ccxt.BaseError):
            await client.set_leverage(3, AIX, {"mgnMode": "cross"})
        with pytest.raises(ccxt.BaseError):
            await client.create_order_ws(AIX, "market", "buy", 1)
        assert exchange.violations == [
            "POST /api/v5/trade/batch-orders",
            "POST /api/v5/account/set-leverage",
            "WS /ws/v5/private batch-orders",
        ]
