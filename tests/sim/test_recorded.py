"""The paper exchange's replies carry what real ones carry: compared with recorded replies."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from hedgewatch.sim.wire import (
    binance_account,
    binance_coin_account,
    binance_coin_market,
    binance_listings,
    binance_positions,
    binance_spot,
)
from hedgewatch.sim.world import World
from tests.support.recorded import RECORDED

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="recorded replies lie beside the project, and are absent here"
)


@pytest.fixture(scope="module")
def replies() -> dict[str, Any]:
    text = (RECORDED / "binance.replies.json").read_text(encoding="utf-8")
    methods: dict[str, Any] = json.loads(text)["methods"]
    return {
        f"{method}: {case['description']}": case["reply"]
        for method, cases in methods.items()
        for case in cases
    }


@pytest.fixture
def world() -> World:
    world = World()
    world.set_position("AIXUSDT", -200, 1000)
    world.set_spot_balance("ALT", 1)
    return world


def kinds(row: Mapping[str, Any]) -> dict[str, str]:
    """Which fields a row has, and which of them are quoted, lists or true; not what they say."""
    plain = {"int": "number", "float": "number"}
    return {
        name: plain.get(type(value).__name__, type(value).__name__) for name, value in row.items()
    }


def test_position_risk_has_the_fields_of_a_recorded_one(
    replies: dict[str, Any], world: World
) -> None:
    recorded = replies["fetchPositions: Fetch linear positions without symbols"][0]
    (row,) = binance_positions.position_risk(world, world.accounts["main"])
    assert set(row) == set(recorded)


def test_account_has_the_fields_of_a_recorded_one_at_every_level(
    replies: dict[str, Any], world: World
) -> None:
    recorded = replies["fetchPositions: Fetch linear positions using account endnpoint"]
    reply = binance_account.account_information(world, world.accounts["main"])
    assert kinds(reply) == kinds(recorded)
    for part in ("assets", "positions"):
        assert set(reply[part][0]) == set(recorded[part][0])


def test_older_account_has_the_fields_of_a_recorded_one(
    replies: dict[str, Any], world: World
) -> None:
    recorded = replies["fetchBalance: Linear swap balance"]
    reply = binance_account.account_information_v2(world, world.accounts["main"])
    assert set(recorded) <= set(reply)
    assert set(recorded["assets"][0]) <= set(reply["assets"][0])


def test_spot_account_has_the_fields_of_a_recorded_one(
    replies: dict[str, Any], world: World
) -> None:
    recorded = replies["fetchBalance: Spot balance"]
    reply = binance_spot.spot_account(world, world.accounts["main"])
    assert set(reply) == set(recorded)
    assert kinds(reply["balances"][0]) == kinds(recorded["balances"][0])


def test_coin_margined_account_and_positions_have_the_fields_of_recorded_ones(
    replies: dict[str, Any], world: World
) -> None:
    world.coins.set_position("BTCUSD_PERP", -3)
    recorded = replies["fetchPositions: inverse positions"][0]
    row = binance_coin_account.position_risk(world, world.accounts["main"])[0]
    assert set(row) == set(recorded)
    recorded = replies["fetchMarginMode: inverse swap fetch margin mode"]
    reply = binance_coin_account.account_information(world, world.accounts["main"])
    assert kinds(reply) | {"feeTier": "str", "updateTime": "str"} == kinds(recorded)
    for part in ("assets", "positions"):
        assert set(reply[part][0]) == set(recorded[part][0])


def test_coin_margined_contracts_are_listed_with_the_fields_of_recorded_ones(world: World) -> None:
    markets = json.loads((RECORDED / "binance.markets.json").read_text(encoding="utf-8"))
    recorded = markets["BTC/USD:BTC"]["info"]
    row = binance_coin_market.exchange_info(world)["symbols"][0]
    assert set(recorded) <= set(row)


@pytest.mark.parametrize("listed", ["spot", "swap"])
def test_listings_have_every_field_of_recorded_ones_that_decides_a_market(
    listed: str, world: World
) -> None:
    markets = json.loads((RECORDED / "binance.markets.json").read_text(encoding="utf-8"))
    recorded = markets["LTC/USDT" if listed == "spot" else "LTC/USDT:USDT"]["info"]
    made = binance_listings.spot_exchange_info if listed == "spot" else _futures
    row = made(world)["symbols"][0]
    about_trading = {name for name in recorded if "allow" in name.lower() or "Mode" in name}
    assert set(recorded) - about_trading <= set(row)
    mine = {entry["filterType"] for entry in row["filters"]}
    assert {"PRICE_FILTER", "LOT_SIZE"} <= mine <= {f["filterType"] for f in recorded["filters"]}


def _futures(world: World) -> dict[str, Any]:
    return binance_listings.futures_exchange_info(world)
