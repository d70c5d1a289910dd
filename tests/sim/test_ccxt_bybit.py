"""Unmodified ccxt.pro against the paper exchange: Bybit's unified account."""

import asyncio
from decimal import Decimal
from typing import Any

import ccxt
import pytest

from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.margin_bybit import inverse_liquidation_price
from hedgewatch.sim.world import World
from tests.sim.clients import bybit_client
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.live

AIX, ALT, BTC, COIN = "AIX/USDT:USDT", "ALT/USDT:USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
MAIN = "bybit-main"
TICK = 0.02


def short(world: World) -> None:
    world.set_position("AIXUSDT", -200, 1000, account=MAIN)


async def next_of(watching: Any, act: Any) -> Any:
    """What a pending `watch_*` call brings once something has happened."""
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        pending = group.create_task(watching)
        while not pending.done():
            await asyncio.sleep(0.05)
            act()
    return pending.result()


async def test_ccxt_loads_linear_inverse_and_spot_markets() -> None:
    async with PaperExchange("manual") as exchange, bybit_client(exchange) as client:
        markets = await client.load_markets()
        assert {AIX, ALT, BTC, COIN, "ALT/USDT"} <= set(markets)
        assert (markets[AIX]["linear"], markets[COIN]["inverse"]) == (True, True)
        assert (markets[COIN]["settle"], markets[COIN]["contractSize"]) == ("BTC", 1.0)
        assert client.amount_to_precision(AIX, 199.7) == "199"


async def test_ccxt_reads_the_account_as_the_world_holds_it() -> None:
    async with PaperExchange("manual") as exchange, bybit_client(exchange) as client:
        short(exchange.world)
        exchange.world.set_mark("AIXUSDT", 1310)
        (position,) = await client.fetch_positions()
        assert (position["symbol"], position["side"], position["contracts"]) == (AIX, "short", 200)
        assert (position["entryPrice"], position["markPrice"]) == (1000, 1310)
        assert position["unrealizedPnl"] == -62_000
        assert position["maintenanceMargin"] == pytest.approx(12_200 + 200 * 1200 * 0.00055)
        balance = await client.fetch_balance()
        assert balance["USDT"]["total"] == 100_000
        account = balance["info"]["result"]["list"][0]
        assert account["totalMarginBalance"] == "38000.00000000"
        assert account["totalMaintenanceMargin"] == "12332.00000000"


async def test_ccxt_reads_inverse_contracts_in_dollars_and_coins() -> None:
    async with PaperExchange("manual") as exchange, bybit_client(exchange) as client:
        exchange.world.coins.deposit(1, account=MAIN)
        exchange.world.coins.set_position("BTCUSD_PERP", -300, 60_000, account=MAIN)
        exchange.world.coins.set_position("BTCUSD_301227", 10, 60_000, account=MAIN)
        exchange.world.set_mark("BTCUSDT", 50_000)
        rows = await client.fetch_positions(params={"subType": "inverse"})
        held = {row["symbol"]: row for row in rows}
        assert set(held) == {COIN, f"{COIN}-301227"}
        short = held[COIN]
        assert (short["side"], short["contracts"]) == ("short", 30_000)
        assert short["unrealizedPnl"] == pytest.approx(30_000 / 50_000 - 30_000 / 60_000)
        balance = await client.fetch_balance()
        assert balance["BTC"]["total"] == 1.0
        assert (await client.fetch_funding_rates([COIN]))[COIN]["markPrice"] == 50_000


async def test_ccxt_reads_tiers_rates_candles_books_and_funding() -> None:
    async with PaperExchange("manual") as exchange, bybit_client(exchange) as client:
        tiers = await client.fetch_leverage_tiers([AIX])
        assert [tier["info"]["mmDeduction"] for tier in tiers[AIX]] == [
            "", "1500", "14000", "164000",
        ]  # fmt: skip
        assert (await client.fetch_funding_rates([AIX]))[AIX]["fundingRate"] == 0.0001
        assert (await client.fetch_order_book(AIX, 50))["bids"][0][0] == 999.99
        assert (await client.fetch_ticker("BTC/USDT"))["bid"] == 59_999.99
        assert len(await client.fetch_ohlcv(AIX, "1m", None, 3, {"price": "mark"})) == 3
        assert len(await client.fetch_ohlcv("ALT/USDT", "1m", None, 3)) == 3


async def test_ccxt_watches_prices_as_they_move() -> None:
    lively = PaperExchange("manual", tick_seconds=TICK)
    async with lively as exchange, bybit_client(exchange) as client:
        tickers = await client.watch_tickers([AIX, ALT])
        exchange.world.set_mark("AIXUSDT", 987.65)
        async with asyncio.timeout(PATIENCE):
            while tickers.get(AIX, {}).get("markPrice") != 987.65:
                tickers = await client.watch_tickers([AIX, ALT])
            quotes = await client.watch_bids_asks([AIX])
        assert (quotes[AIX]["bid"], quotes[AIX]["ask"]) == (987.64, 987.66)
        assert exchange.violations == []


async def test_ccxt_hears_of_a_trade_its_execution_and_a_deposit() -> None:
    async with PaperExchange("manual") as exchange, bybit_client(exchange) as client:
        client.options["watchPositions"] = {"fetchPositionsSnapshot": False}
        world = exchange.world
        told = await next_of(client.watch_positions(), lambda: short(world))
        assert (told[-1]["side"], told[-1]["contracts"]) == ("short", 200)
        trades = await next_of(
            client.watch_my_trades(), lambda: world.trade("AIXUSDT", 1, account=MAIN)
        )
        assert (trades[-1]["symbol"], trades[-1]["side"]) == (AIX, "buy")
        balance = await next_of(client.watch_balance(), lambda: world.deposit(75_000, account=MAIN))
        assert balance["USDT"]["total"] >= 175_000
        assert exchange.violations == []


@pytest.mark.parametrize(
    ("login", "code"),
    [({"apiKey": "wrong"}, "10003"), ({"secret": "wrong"}, "10004")],
    ids=["key", "secret"],
)
async def test_wrong_credentials_are_an_authentication_error(
    login: dict[str, str], code: str
) -> None:
    async with PaperExchange("manual") as exchange, bybit_client(exchange, **login) as client:
        with pytest.raises(ccxt.AuthenticationError, match=code):
            await client.private_get_v5_account_info()
        with pytest.raises(ccxt.ExchangeError, match="USVC1111"):
            async with asyncio.timeout(PATIENCE):
                await client.authenticate(exchange.ws_url_of("bybit") + "/v5/private")


async def test_an_old_request_and_an_expired_key_get_the_codes_of_the_venue() -> None:
    async with PaperExchange("manual") as exchange, bybit_client(exchange) as client:
        client.options["timeDifference"] = 3_600_000
        with pytest.raises(ccxt.InvalidNonce, match="10002"):
            await client.private_get_v5_account_info()
        client.options["timeDifference"] = 0
        exchange.world.set_rights(account=MAIN, expired=True)
        with pytest.raises(ccxt.AuthenticationError, match="33004"):
            await client.private_get_v5_account_info()


async def test_whatever_could_trade_is_refused_and_counted() -> None:
    async with PaperExchange("manual") as exchange, bybit_client(exchange) as client:
        with pytest.raises(ccxt.PermissionDenied):
            await client.create_order(AIX, "market", "buy", 1)
        with pytest.raises(ccxt.PermissionDenied):
            await client.set_leverage(3, AIX)
        assert exchange.violations == ["POST /v5/order/create", "POST /v5/position/set-leverage"]
        with pytest.raises(ccxt.BaseError):
            async with asyncio.timeout(PATIENCE):
                await client.create_order_ws(AIX, "limit", "buy", 1, 900)
        assert "WS /v5/trade" in exchange.violations


async def test_the_outage_of_one_venue_leaves_the_other_alone() -> None:
    async with PaperExchange("manual") as exchange, bybit_client(exchange) as client:
        exchange.faults_of("bybit").rest_outage(200)
        with pytest.raises(ccxt.ExchangeError, match="10016"):
            await client.private_get_v5_account_info()
        exchange.faults_of("bybit").rest_outage(429)
        with pytest.raises(ccxt.RateLimitExceeded, match="10006"):
            await client.private_get_v5_account_info()
        assert exchange.faults.rest_status is None


def test_a_short_of_all_its_coins_is_safe_at_any_price_and_one_of_more_is_not() -> None:
    world = World()
    world.deposit(-100_000, account=MAIN)
    world.coins.deposit(1, account=MAIN)
    world.coins.set_position("BTCUSD_PERP", -300, 60_000, account=MAIN)
    account = world.accounts[MAIN]
    (held,) = account.coin_positions.values()
    venue = world.venue_of("bybit")
    assert inverse_liquidation_price(held, account, venue) == 0
    world.coins.set_position("BTCUSD_PERP", -1200, 60_000, account=MAIN)
    (held,) = account.coin_positions.values()
    line = inverse_liquidation_price(held, account, venue)
    assert line > 60_000
    world.move("BTCUSDT", line)
    assert float(world.margin_ratio(MAIN)) == pytest.approx(1.0, abs=1e-4)


def test_the_price_of_liquidation_is_the_one_that_the_page_of_formulas_gives() -> None:
    world = World()
    short(world)
    # (W + qE + c - F) / (q(1 + m)), F = qE(1 + 1/5) * 0.055 %, in the tier of 10 %
    expected = (Decimal(100_000) + 200_000 + 14_000 - Decimal(132)) / 220
    assert float(world.liquidation_price("AIXUSDT", account=MAIN)) == pytest.approx(float(expected))
    world.move("AIXUSDT", expected)
    assert float(world.margin_ratio(MAIN)) == pytest.approx(1.0, abs=1e-4)
