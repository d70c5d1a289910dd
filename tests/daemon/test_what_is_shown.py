"""What the exchange holds is what the running daemon shows, and shows at once."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.daemon.house import House, housed
from tests.notify.listener import listening_to, text

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MAIN = {"account": "main", "venue": "binanceusdm"}
POOL = {**MAIN, "pool": "USDT", "currency": "USDT"}
SHORT = {**MAIN, "symbol": "AIX/USDT:USDT", "position": "net", "side": "short"}
HEDGE = {"hedge": "ai-basket"}
AT_ONCE = 1.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Without a token, so that a Prometheus can be pointed at it as it comes."""
    async with housed(tmp_path_factory.mktemp("house"), token="") as house:
        yield house


async def test_position_pool_and_hedge_are_those_of_the_exchange_under_the_agreed_names(
    house: House,
) -> None:
    seen = await house.daemon.metrics()
    assert seen.series("equity") == [(POOL, 100_000)]
    assert seen.series("maintenance_margin") == [(POOL, 8_500)]
    assert seen.series("headroom") == [(POOL, 91_500)]
    assert seen.series("margin_ratio") == [(POOL, 0.085)]
    assert seen.series("position_contracts") == [(SHORT, -200)]
    assert seen.series("position_notional") == [(SHORT, 200_000)]
    assert seen.series("position_leverage") == [(SHORT, 2)]
    ((labels, price),) = seen.series("liquidation_price", direction="up")
    assert labels == {**SHORT, "direction": "up"}
    assert price == pytest.approx(314_000 / 220)
    assert seen.value("mark_price", symbol="AIX/USDT:USDT", venue="binanceusdm") == 1000
    assert seen.series("required_contracts") == [(HEDGE, 200)]
    assert seen.series("hedge_ratio") == [(HEDGE, 1)]
    assert seen.series("exposure_value") == [(HEDGE, 200_000)]
    assert seen.series("account_blind") == [(MAIN, 0)]
    assert {feed["feed"] for feed, up in seen.series("feed_up") if up} == {
        "mark", "quote", "user", "rest",
    }  # fmt: skip


async def test_a_heartbeat_leaves_while_all_is_well_and_the_status_says_when(house: House) -> None:
    async def sent() -> bool:
        return len(house.snitch.bodies) > 0

    await house.daemon.until_true(sent, "the heartbeat arrives", 10)
    status = json.loads((await house.daemon.ask("/api/v1/status"))[1])
    assert status["heartbeat"]["withheld_because"] == []
    seen = await house.daemon.metrics()
    assert seen.value("heartbeat_last_sent_timestamp_seconds") == pytest.approx(
        status["heartbeat"]["last_sent"], abs=6.0
    )
    async with listening_to(house.broker.port) as listener:
        beat = await listener.fields("hedgewatch/tested/heartbeat")
    assert beat["instance"] == "tested"


async def test_moved_mark_changes_price_equity_and_liquidation_distance_at_once(
    house: House,
) -> None:
    house.exchange.world.set_mark("AIXUSDT", 1250)
    await house.daemon.until(lambda seen: seen.value("equity") == 50_000, AT_ONCE)
    seen = await house.daemon.metrics()
    world = house.exchange.world
    liquidated_at = float(world.liquidation_price("AIXUSDT"))
    assert seen.value("margin_ratio") == pytest.approx(float(world.margin_ratio()))
    assert seen.value("mark_price", symbol="AIX/USDT:USDT") == 1250
    assert seen.value("position_unrealized_pnl") == -50_000
    assert seen.value("liquidation_distance_ratio") == pytest.approx(liquidated_at / 1250 - 1)
    assert seen.value("hedge_ratio") == 1.25


async def test_deposit_and_withdrawal_change_the_equity_at_once(house: House) -> None:
    house.exchange.world.deposit(75_000)
    await house.daemon.until(lambda seen: seen.value("equity") == 175_000, AT_ONCE)
    house.exchange.world.deposit(-25_000)
    await house.daemon.until(lambda seen: seen.value("equity") == 150_000, AT_ONCE)


async def test_traded_contracts_change_position_and_hedge_at_once(house: House) -> None:
    house.exchange.world.trade("AIXUSDT", -50)
    seen = await house.daemon.until(lambda seen: seen.value("position_contracts") == -250, AT_ONCE)
    assert seen.value("hedge_ratio") == 1.25
    assert seen.value("contracts_to_target") == 50


async def test_position_in_another_market_appears_at_once_and_shares_the_pool(
    house: House,
) -> None:
    world = house.exchange.world
    world.set_position("BTCUSDT", 1, 50_000)
    long = {"symbol": "BTC/USDT:USDT", "side": "long"}
    await house.daemon.until(lambda seen: seen.value("position_contracts", **long) == 1, AT_ONCE)
    seen = await house.daemon.until(lambda seen: seen.value("equity") == 110_000, 3)
    assert seen.value("margin_ratio") == pytest.approx(float(world.margin_ratio()))
    world.set_position("BTCUSDT", 0, 50_000)
    await house.daemon.until(lambda seen: not seen.series("position_contracts", **long), AT_ONCE)


async def test_json_says_the_same_numbers_as_the_metrics(house: House) -> None:
    (position,) = (await house.daemon.json("/api/v1/positions"))["positions"]
    (pool,) = (await house.daemon.json("/api/v1/pools"))["pools"]
    (hedge,) = (await house.daemon.json("/api/v1/hedges"))["hedges"]
    (account,) = (await house.daemon.json("/api/v1/accounts"))["accounts"]
    assert (position["symbol"], position["contracts"]) == ("AIX/USDT:USDT", -200)
    assert (pool["equity"], pool["maintenance_margin"]) == (100_000, 8_500)
    assert (pool["shock_down"], hedge["required_contracts"]) == ("-inf", 200)
    assert [feed["feed_up"] for feed in account["feeds"]] == [True] * 4
    assert (await house.daemon.json("/api/v1/status"))["ready"] is True


async def test_broker_shows_the_account_as_it_stands_and_forgets_it_when_nobody_renews_it(
    house: House,
) -> None:
    house.exchange.world.set_mark("AIXUSDT", 1100)
    async with listening_to(house.broker.port, "hedgewatch/tested/account/#") as listener:
        while True:
            message = await listener.next("account/main/state")
            state = json.loads(text(message.payload))
            if [pool["equity"] for pool in state["pools"]] == [80_000]:
                break
    assert (state["account"], state["account_blind"]) == ("main", False)
    assert state["pools"][0]["shock_down"] == "-inf"
    assert {feed["feed"] for feed in state["feeds"]} == {"mark", "quote", "user", "rest"}
    assert vars(message.properties)["MessageExpiryInterval"] == 10
