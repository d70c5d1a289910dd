"""The paper exchange's Hyperliquid carries what the real one carries: beside recorded replies."""

import json
from decimal import Decimal
from typing import Any

import pytest

from hedgewatch.sim.accounts import Position
from hedgewatch.sim.wire import hyperliquid_account, hyperliquid_market
from hedgewatch.sim.world import World
from tests.support.recorded import RECORDED

NAME = "hyperliquid-main"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="recorded replies lie beside the project, and are absent here"
)


def recorded(method: str, description: str) -> Any:
    text = (RECORDED / "hyperliquid.replies.json").read_text(encoding="utf-8")
    cases = json.loads(text)["methods"][method]
    return next(case["reply"] for case in cases if case["description"] == description)


def test_a_state_has_the_fields_of_recorded_ones_at_every_level() -> None:
    world = World()
    owner = world.accounts[NAME]
    world.set_position("AIXUSDT", -200, 1000, account=NAME)
    alone = Position("ALTUSDT", Decimal(100), Decimal("0.4"), isolated_wallet=Decimal(9))
    world.hold(alone, NAME)
    made = hyperliquid_account.state(world, owner)
    for mine, description in zip(
        made["assetPositions"], ("short position", "isolated short position"), strict=True
    ):
        real = recorded("fetchPositions", description)
        assert set(made) == set(real)
        assert set(made["crossMarginSummary"]) == set(real["crossMarginSummary"])
        told = real["assetPositions"][0]
        assert set(mine["position"]) == set(told["position"])
        assert set(mine["position"]["leverage"]) == set(told["position"]["leverage"])
        assert mine["type"] == told["type"]


def test_a_state_adds_up_as_recorded_ones_do() -> None:
    """The account value is the raw cash with the signed value of every position."""
    world = World()
    world.set_position("AIXUSDT", -200, 1000, account=NAME)
    world.set_mark("AIXUSDT", 1040)
    made = hyperliquid_account.state(world, world.accounts[NAME])
    for state in (made, recorded("fetchPositions", "short position")):
        values = [
            Decimal(row["position"]["positionValue"]).copy_sign(Decimal(row["position"]["szi"]))
            for row in state["assetPositions"]
        ]
        sums = {name: Decimal(each) for name, each in state["marginSummary"].items()}
        assert sums["accountValue"] == sums["totalRawUsd"] + sum(values)
        assert sums["totalNtlPos"] == sum(map(abs, values))


def test_spot_balances_and_listings_have_the_fields_of_recorded_ones() -> None:
    world = World()
    world.set_spot_balance("BTC", 1, account=NAME)
    (mine,) = hyperliquid_account.spot_state(world, world.accounts[NAME])["balances"]
    real = recorded("fetchBalance", "spot balance with correct currency codes")["balances"][0]
    assert set(mine) == set(real)
    markets = json.loads((RECORDED / "hyperliquid.markets.json").read_text(encoding="utf-8"))
    info = set(markets["BTC/USDC:USDC"]["info"]) - {"baseId"}
    row = hyperliquid_market.meta(world)["universe"][0]
    assert info == set(row) | set(hyperliquid_market.context(world, "AIX"))
