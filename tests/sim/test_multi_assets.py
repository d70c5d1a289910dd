"""Multi-assets mode of the witness, against the example that Binance publishes."""

from decimal import Decimal

import pytest

from hedgewatch.sim.accounts import Account, Position
from hedgewatch.sim.margin import (
    Venue,
    liquidation_price,
    maintenance_margin,
    margin_balance,
    margin_ratio,
)
from hedgewatch.sim.markets import AssetIndex, Perpetual, Tier
from hedgewatch.sim.wire.binance_account import account_information
from hedgewatch.sim.world import World

USDT = AssetIndex(Decimal("0.99"), Decimal("0.01"), Decimal("0.005"))
USDC = AssetIndex(Decimal(1), Decimal(0), Decimal(0))


def flat(symbol: str, rate: str) -> Perpetual:
    tier = Tier(Decimal(0), Decimal(10**12), Decimal(rate), Decimal(0), 100)
    return Perpetual(symbol, symbol[:3], Decimal("0.1"), Decimal("0.001"), (tier,))


def published(*positions: Position) -> tuple[Account, Venue]:
    """FAQ c983a9268cfa4e70a4916c276bb3b7bc: 200 USDT and 220 of an asset worth a dollar."""
    held = {(position.symbol, position.side): position for position in positions}
    owner = Account(
        "main",
        "key",
        "secret",
        Decimal(200),
        positions=held,
        collateral={"USDC": Decimal(220)},
        multi_assets=True,
    )
    marks = {"BTCUSDT": Decimal(20_000)}
    indices = {"USDT": USDT, "USDC": USDC}
    return owner, Venue({"BTCUSDT": flat("BTCUSDT", "0.008")}, marks, indices)


def test_rates_follow_from_index_and_buffers_as_published() -> None:
    assert (USDT.bid_rate, USDT.ask_rate) == (Decimal("0.9801"), Decimal("0.99495"))


def test_equity_of_two_assets_is_what_binance_publishes() -> None:
    assert margin_balance(*published()) == Decimal("416.02")


def test_maintenance_is_converted_at_the_ask_rate_as_published() -> None:
    """0.5 BTC at 20,000 USDT and 0.8 %: 79.596 of the published 199.596; the rest is of USDC."""
    owner, venue = published(Position("BTCUSDT", Decimal("0.5"), Decimal(20_000)))
    assert maintenance_margin(owner, venue) == Decimal("79.596")
    assert margin_ratio(owner, venue) == Decimal("79.596") / Decimal("416.02")


@pytest.mark.parametrize("amount", ["0.5", "-0.5"])
def test_ratio_is_one_at_the_price_that_is_told_as_the_liquidation_price(amount: str) -> None:
    position = Position("BTCUSDT", Decimal(amount), Decimal(20_000))
    owner, venue = published(position)
    price = liquidation_price(position, owner, venue)
    there = Venue(venue.markets, {"BTCUSDT": price}, venue.indices)
    assert margin_ratio(owner, there) == pytest.approx(Decimal(1), abs=Decimal("1e-15"))
    assert (price < 20_000) == (Decimal(amount) > 0)


def test_account_lists_every_asset_and_its_totals_are_in_dollars() -> None:
    world = World()
    world.deposit("0.5", "BTC")
    single = account_information(world, world.accounts["main"])
    assert [asset["asset"] for asset in single["assets"]] == ["USDT", "BTC"]
    assert single["totalMarginBalance"] == "100000.00000000"
    world.accounts["main"].multi_assets = True
    multi = account_information(world, world.accounts["main"])
    assert multi["totalMarginBalance"] == "128490.00000000"
    assert [asset["walletBalance"] for asset in multi["assets"]] == [
        "100000.00000000",
        "0.50000000",
    ]
