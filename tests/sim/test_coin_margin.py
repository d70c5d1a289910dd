"""The witness's own formulas of COIN-M, against prices that Binance showed and exact fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest

from hedgewatch.sim.accounts import CoinPosition
from hedgewatch.sim.coin_contracts import COIN_CONTRACTS, CoinContract
from hedgewatch.sim.coin_margin import CoinPool
from hedgewatch.sim.markets import brackets
from hedgewatch.sim.world import World

CONTRACTS = {contract.symbol: contract for contract in COIN_CONTRACTS}
PERP, DATED = "BTCUSD_PERP", "BTCUSD_301227"
MARKS = {PERP: Decimal(60_000), DATED: Decimal(60_600), "ALTUSD_PERP": Decimal("0.4")}
STEP = Fraction(1, 10**6)


def pool(wallet: str, *positions: CoinPosition) -> CoinPool:
    return CoinPool(Decimal(wallet), positions, CONTRACTS, MARKS)


def held(contracts: int, entry: str, symbol: str = PERP, side: str = "BOTH") -> CoinPosition:
    return CoinPosition(symbol, Decimal(contracts), Decimal(entry), side)


def test_the_liquidation_price_that_binance_showed_comes_out() -> None:
    """Isolated, 2 contracts: a wallet of 8 decimals leaves half a dollar of doubt."""
    shown = pool("0.00268058", held(2, "37643.10000021")).liquidation_price(PERP)
    assert abs(shown - Decimal("25119.97445760")) < Decimal("0.5")


def test_maintenance_is_asked_for_in_coins_as_the_page_computes_it() -> None:
    """100 contracts of 100 dollars at 25,000, 0.4 %: 0.0016 BTC."""
    at = CoinPool(Decimal(1), (held(100, "25000"),), CONTRACTS, {PERP: Decimal(25_000)})
    assert at.maintenance_margin == Decimal("0.0016")


def surplus(of: CoinPool, price: Fraction) -> Fraction:
    """Balance minus maintenance with the perpetual at a price, brackets as a maximum of lines."""
    total = Fraction(of.wallet)
    for position in of.positions:
        contract = CONTRACTS[position.symbol]
        mark = price if position.symbol == PERP else Fraction(MARKS[position.symbol])
        value = Fraction(position.contracts) * Fraction(contract.face)
        lines = [(Fraction(t.rate), Fraction(t.deduction)) for t in contract.tiers]
        needed = max(abs(value) / mark * rate - cum for rate, cum in lines)
        total += value / Fraction(position.entry) - value / mark - needed
    return total


@pytest.mark.parametrize(
    ("wallet", "positions"),
    [
        pytest.param("1", [held(5_000, "60000")], id="long-that-climbs-brackets-as-it-falls"),
        pytest.param("1", [held(-5_000, "60000")], id="short"),
        pytest.param("2", [held(-5_000, "61000"), held(4_000, "60500", DATED)], id="calendar"),
        pytest.param(
            "1",
            [held(6_000, "59000", side="LONG"), held(-2_000, "61000", side="SHORT")],
            id="hedge",
        ),
    ],
)
def test_surplus_changes_sign_exactly_at_the_liquidation_price(
    wallet: str, positions: list[CoinPosition]
) -> None:
    of = pool(wallet, *positions)
    price = Fraction(of.liquidation_price(PERP))
    assert price > 0
    assert surplus(of, Fraction(60_000)) > 0
    assert surplus(of, price - STEP) * surplus(of, price + STEP) < 0


def test_a_short_of_what_is_owned_can_never_be_liquidated() -> None:
    """1 BTC and 600 contracts short at 60,000 are dollars: no price takes them."""
    assert pool("1", held(-600, "60000")).liquidation_price(PERP) == 0


def test_a_trade_averages_in_dollars_and_realises_coins() -> None:
    world = World()
    world.coins.deposit(1)
    world.coins.trade(PERP, 300)
    world.set_mark("BTCUSDT", 30_000)
    world.coins.trade(PERP, 300)
    account = world.accounts["main"]
    assert account.coin_positions[PERP, "BOTH"].entry == Decimal(40_000)
    world.coins.trade(PERP, -600)
    lost = Decimal(600 * 100) * (1 / Decimal(40_000) - 1 / Decimal(30_000))
    assert account.coins["BTC"] == pytest.approx(1 + lost)
    assert account.coin_positions[PERP, "BOTH"].contracts == 0


def test_brackets_of_the_perpetual_go_on_where_they_meet() -> None:
    made = CoinContract(
        "X", "X", "X", Decimal(100), Decimal(1), brackets((5, "0.004", 125), (10, "0.005", 100))
    )
    edge = Decimal(5)
    low, high = made.tiers
    assert edge * low.rate - low.deduction == edge * high.rate - high.deduction
