"""What traders and treasurers do to the world, and who is told."""

from decimal import Decimal

from hedgewatch.sim.accounts import Position
from hedgewatch.sim.changes import AccountChanged, Change, Filled, MarginCalled
from hedgewatch.sim.world import World


def hedged_world() -> tuple[World, list[Change]]:
    world = World(now=lambda: 1_700_000_000_000)
    world.set_position("AIXUSDT", -200, 1000)
    heard: list[Change] = []
    world.watchers.append(heard.append)
    return world, heard


def short_of(world: World) -> Position:
    return world.accounts["main"].positions["AIXUSDT", "BOTH"]


def amount_and_entry(world: World) -> list[Decimal]:
    held = short_of(world)
    return [held.amount, held.entry]


def test_adding_to_a_short_averages_its_entry_price() -> None:
    world, _ = hedged_world()
    world.move("AIXUSDT", 1100)
    world.trade("AIXUSDT", -50)
    assert amount_and_entry(world) == [-250, 1020]


def test_closing_a_part_pays_its_profit_into_the_wallet() -> None:
    world, heard = hedged_world()
    world.move("AIXUSDT", 800)
    world.trade("AIXUSDT", 50)
    assert world.accounts["main"].wallet == 110_000
    assert amount_and_entry(world) == [-150, 1000]
    assert [type(change) for change in heard] == [Filled, AccountChanged]


def test_trading_through_zero_opens_the_other_side_at_the_mark() -> None:
    world, _ = hedged_world()
    world.move("AIXUSDT", 900)
    world.trade("AIXUSDT", 210)
    assert amount_and_entry(world) == [10, 900]
    assert world.accounts["main"].wallet == 120_000


def test_margin_call_is_told_once_while_the_ratio_stays_high() -> None:
    world, heard = hedged_world()
    for price in (1400, 1412, 1415, 1416):
        world.move("AIXUSDT", price)
    assert [type(change) for change in heard] == [MarginCalled]
    assert world.liquidatable == []


def test_passing_the_liquidation_price_is_recorded_with_the_account() -> None:
    world, _ = hedged_world()
    world.move("AIXUSDT", "1427.27")
    assert world.liquidatable == []
    world.move("AIXUSDT", "1427.28")
    assert [name for _, name in world.liquidatable] == ["main"]


def test_liquidation_closes_the_position_under_an_autoclose_order() -> None:
    world, heard = hedged_world()
    world.move("AIXUSDT", 1430)
    world.liquidate("AIXUSDT")
    fills = [change for change in heard if isinstance(change, Filled)]
    assert fills[0].client_id.startswith("autoclose-")
    assert short_of(world).amount == 0
    assert world.accounts["main"].wallet == 14_000


def test_funding_is_received_by_a_short_when_the_rate_is_positive() -> None:
    world, heard = hedged_world()
    world.settle_funding("AIXUSDT")
    assert world.accounts["main"].wallet == Decimal(100_020)
    changes = [change for change in heard if isinstance(change, AccountChanged)]
    assert [change.reason for change in changes] == ["FUNDING_FEE"]


def test_marks_stand_on_the_tick_of_their_market() -> None:
    world, _ = hedged_world()
    world.move("AIXUSDT", 1000.0061)
    assert world.marks["AIXUSDT"] == Decimal("1000.01")


def test_liquidation_of_a_part_leaves_the_rest_and_names_its_order() -> None:
    world, heard = hedged_world()
    world.liquidate("AIXUSDT", 80)
    assert amount_and_entry(world) == [-120, 1000]
    assert [type(change) for change in heard] == [Filled, AccountChanged]
    assert isinstance(heard[0], Filled)
    assert heard[0].client_id.startswith("autoclose-")


def test_auto_deleveraging_takes_a_part_at_the_mark_and_pays_its_profit() -> None:
    world, heard = hedged_world()
    world.move("AIXUSDT", 900)
    world.deleverage("AIXUSDT", 50)
    assert amount_and_entry(world) == [-150, 1000]
    assert world.accounts["main"].wallet == 105_000
    assert [change.client_id for change in heard if isinstance(change, Filled)] == ["adl_autoclose"]


def test_settlement_closes_all_and_the_order_of_the_two_reports_can_be_turned() -> None:
    world, heard = hedged_world()
    world.account_first = True
    world.settle("AIXUSDT")
    assert short_of(world).amount == 0
    assert [type(change) for change in heard] == [AccountChanged, Filled]
    assert isinstance(heard[1], Filled)
    assert heard[1].client_id.startswith("settlement_autoclose-")


def test_what_leaves_the_spot_wallet_is_remembered_with_how_it_went() -> None:
    world, _ = hedged_world()
    world.set_spot_balance("ALT", 500_000)
    world.move_spot("ALT", 100_000, "withdraw")
    owner = world.accounts["main"]
    assert owner.spot["ALT"].free == 400_000
    assert [(moved.how, moved.asset, moved.amount) for moved in owner.moved] == [
        ("withdraw", "ALT", Decimal(100_000))
    ]
