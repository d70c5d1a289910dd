"""OKX's formulas, by figures that OKX printed and by what it explains in its help."""

from dataclasses import replace
from decimal import Decimal

import pytest

from hedgewatch.sim import margin_okx as margin
from hedgewatch.sim.accounts import Account, Position
from hedgewatch.sim.margin import Venue
from hedgewatch.sim.okx_markets import CONTRACTS
from hedgewatch.sim.wire.okx_account import position
from hedgewatch.sim.world import World


@pytest.fixture
def world() -> World:
    return World()


def at(world: World, mark: str) -> Venue:
    world.move("BTCUSDT", mark)
    return world.venue_of("okx")


def test_an_isolated_long_of_okxs_own_is_met_to_its_last_digits(world: World) -> None:
    """BTC-USDT-SWAP as OKX told it: 0.01 contracts at 69,304.7, margin 0.693047, mark 69,456.9."""
    held = Position("BTCUSDT", Decimal("0.0001"), Decimal("69304.7"), "LONG", Decimal("0.693047"))
    venue = at(world, "69456.9")
    pool = margin.isolated(held, venue)
    assert pool.maintenance == Decimal("0.02778276")
    assert 1 / pool.ratio == pytest.approx(Decimal("22.66047961637599"))
    told = position(world, replace(world.accounts["okx-main"], positions={}), held)
    assert (told["pos"], told["posSide"]) == ("0.01", "long")
    assert float(told["liqPx"]) == pytest.approx(62_656.28282270215, abs=1e-9)
    assert float(told["mgnRatio"]) == pytest.approx(22.66047961637599)


def test_an_isolated_inverse_long_of_okxs_own_is_met_too(world: World) -> None:
    """BTC-USD-SWAP: one contract of $100 at 92,300, margin 0.0003611412062116, mark 92,376.7."""
    held = Position("BTCUSD", Decimal(100), Decimal(92_300), "LONG", Decimal("0.0003611412062116"))
    at(world, "92376.7")
    told = position(world, replace(world.accounts["okx-main"], positions={}), held)
    assert float(told["mmr"]) == pytest.approx(0.0000043300962256)
    assert float(told["mgnRatio"]) == pytest.approx(74.32029212310307)
    assert float(told["liqPx"]) == pytest.approx(69_536.6125000014, abs=1e-6)


def test_two_contracts_of_a_hundred_are_liquidated_where_fee_and_maintenance_are_all_that_is_left(
    world: World,
) -> None:
    world.set_position("AIXUSDT", -200, 1000, account="okx-main")
    owner = world.accounts["okx-main"]
    assert margin.contracts(owner.held()[0]) == -2
    line = world.liquidation_price("AIXUSDT", account="okx-main")
    assert line == pytest.approx(Decimal(300_000) / (200 * Decimal("1.0505")))
    world.move("AIXUSDT", line)
    assert world.margin_ratio("okx-main") == pytest.approx(Decimal(1), rel=Decimal("1e-4"))


def test_a_rate_is_that_of_all_contracts_and_jumps_with_their_number(world: World) -> None:
    steps = CONTRACTS["AIXUSDT"].steps(world.markets["AIXUSDT"])
    assert [(step.least, step.most) for step in steps[:3]] == [
        (Decimal(0), Decimal("0.5")),
        (Decimal("0.6"), Decimal("2.5")),
        (Decimal("2.6"), Decimal(10)),
    ]
    venue = world.venue_of("okx")
    for amount, rate in ((-50, "0.02"), (-60, "0.05"), (-250, "0.05"), (-260, "0.1")):
        held = Position("AIXUSDT", Decimal(amount), Decimal(1000))
        assert margin.rate(held, venue) == Decimal(rate)


def test_coins_count_slice_by_slice_in_multi_currency_mode_and_debts_in_full(world: World) -> None:
    assert margin.counted("BTC", Decimal(22)) == 20 * Decimal("0.98") + 2 * Decimal("0.9775")
    assert margin.counted("BTC", Decimal(30)) == 20 * Decimal("0.98") + 5 * Decimal("0.9775")
    assert margin.counted("BTC", Decimal(-3)) == -3
    assert margin.counted("DOGE", Decimal(3)) == 0
    owner: Account = world.accounts["okx-multi"]
    assert margin.whole(owner, world.venue_of("okx")).equity == 20_000 + Decimal("1.96") * 60_000


def test_the_line_of_a_whole_account_is_where_its_ratio_is_one(world: World) -> None:
    world.set_position("AIXUSDT", -500, 1000, account="okx-multi")
    line = world.liquidation_price("AIXUSDT", account="okx-multi")
    assert line > 1000
    world.markets["AIXUSDT"] = replace(world.markets["AIXUSDT"], tick=Decimal("1e-12"))
    world.move("AIXUSDT", line)
    assert world.margin_ratio("okx-multi") == pytest.approx(Decimal(1), rel=Decimal("1e-9"))
