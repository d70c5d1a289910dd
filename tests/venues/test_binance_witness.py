"""Accounts of any kind on the paper exchange, read by the dialects without a socket between: ratio
and lines of the core are those of the exchange's own formulas, which share nothing with it.
"""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hedgewatch.core.book.rows import PoolRow
from hedgewatch.core.engine import Engine
from hedgewatch.sim.accounts import CoinPosition
from hedgewatch.sim.world import World
from hedgewatch.venues.dialects.binance_portfolio import BinancePortfolio
from hedgewatch.venues.dialects.binancecoinm import BinanceCoinm
from tests.support.chance import examples
from tests.venues.on_paper import desk_of, judged

FEW = settings(max_examples=examples(10), deadline=None)
PERP, DATED = "BTCUSD_PERP", "BTCUSD_301227"
SYMBOLS = {
    PERP: "BTC/USD:BTC",
    DATED: "BTC/USD:BTC-301227",
    "AIXUSDT": "AIX/USDT:USDT",
    "ALTUSDT": "ALT/USDT:USDT",
    "BTCUSDT": "BTC/USDT:USDT",
}
FAR = 100.0
"""Lines that many times away are where the witness stops trying."""


def leg_of(symbol: str) -> st.SearchStrategy[list[tuple[str, int, int]]]:
    """A position in a contract, or none."""
    number, entry = st.integers(-9_000, 9_000), st.integers(45_000, 80_000)
    pairs = st.tuples(number, entry)
    return pairs.map(lambda pair: [(symbol, *pair)] if pair[0] else [])


coin_legs = st.tuples(leg_of(PERP), leg_of(DATED)).map(lambda two: two[0] + two[1])
usdm_legs = st.tuples(
    st.sampled_from([(), ("AIXUSDT", -150, 1000), ("AIXUSDT", 90, 960)]),
    st.sampled_from([(), ("ALTUSDT", 400_000, "0.38"), ("ALTUSDT", -250_000, "0.41")]),
    st.sampled_from([(), ("BTCUSDT", 2, 61_000), ("BTCUSDT", "-1.5", 58_000)]),
).map(lambda three: [leg for leg in three if leg])
coins = st.integers(1, 400).map(lambda hundredths: Decimal(hundredths) / 100)


def pools_of(engine: Engine) -> list[PoolRow]:
    return [pool for pool in engine.book.accounts["main"].pools.values() if pool.positions]


def same_line(pool: PoolRow, symbol: str, line: Decimal, mark: Decimal, *, rel: float) -> None:
    """The nearer of our lines is the witness's, or both are out of sight."""
    row = next(row for row in pool.positions if row.symbol == SYMBOLS[symbol])
    ours, far = row.liquidation_price, float(mark) * FAR
    assert isinstance(ours, float)
    if not line or not 1.0 / FAR < float(line / mark) < FAR:
        assert not float(mark) / FAR < ours < far or ours == pytest.approx(float(line), rel=rel)
    else:
        assert ours == pytest.approx(float(line), rel=rel)


@FEW
@given(coin_legs.filter(bool), coins)
def test_a_pool_of_coins_has_the_ratio_and_the_lines_of_the_witness(
    held: list[tuple[str, int, int]], wallet: Decimal
) -> None:
    world = World()
    world.coins.deposit(wallet)
    for symbol, number, entry in held:
        world.coins.set_position(symbol, number, entry)
    assume(world.coins.margin_ratio() < 1)
    (pool,) = pools_of(judged(BinanceCoinm("main"), world, desk_of("binancecoinm")))
    assert pool.margin_ratio == pytest.approx(float(world.coins.margin_ratio()), rel=1e-6)
    for symbol, _, _ in held:
        line = world.coins.liquidation_price(symbol)
        same_line(pool, symbol, line, world.coins.mark(symbol), rel=1e-5)


@FEW
@given(st.integers(-9_000, 9_000).filter(bool), coins)
def test_an_isolated_position_in_coins_has_the_line_of_its_own_wallet(
    number: int, wallet: Decimal
) -> None:
    world = World()
    world.coins.deposit(10)
    position = CoinPosition(PERP, Decimal(number), Decimal(60_000), isolated_wallet=wallet)
    world.coins.hold(position)
    pool = world.coins.pool_of(world.accounts["main"], position)
    assume(pool.margin_ratio < 1)
    found = pools_of(judged(BinanceCoinm("main"), world, desk_of("binancecoinm")))
    (alone,) = [row for row in found if row.isolated]
    assert alone.margin_ratio == pytest.approx(float(pool.margin_ratio), rel=1e-6)
    same_line(alone, PERP, pool.liquidation_price(PERP), world.coins.mark(PERP), rel=1e-5)


@FEW
@given(usdm_legs, coin_legs, coins, coins, st.integers(-60, 150))
def test_a_portfolio_margin_account_has_the_ratio_and_the_lines_of_the_witness(
    held: list[tuple[str, object, object]],
    in_coins: list[tuple[str, int, int]],
    margin: Decimal,
    wallet: Decimal,
    thousands: int,
) -> None:
    assume(held or in_coins)
    world = World()
    world.accounts["main"].portfolio_margin = True
    world.deposit(thousands * 1000 - 100_000)
    world.set_spot_balance("BTC", margin)
    world.coins.deposit(wallet)
    for symbol, amount, entry in held:
        world.set_position(symbol, str(amount), str(entry))
    for symbol, number, entry in in_coins:
        world.coins.set_position(symbol, number, entry)
    assume(world.margin_ratio() < 1)
    (pool,) = pools_of(judged(BinancePortfolio("main"), world, desk_of("binance")))
    assert pool.margin_ratio == pytest.approx(float(world.margin_ratio()), rel=1e-5)
    told = world.unified.now(world.accounts["main"])
    assert pool.equity == pytest.approx(float(told.adjusted_equity), rel=1e-5)
    for symbol in [leg[0] for leg in held] + [leg[0] for leg in in_coins]:
        mark = world.coins.mark(symbol) if symbol in (PERP, DATED) else world.marks[symbol]
        same_line(pool, symbol, world.liquidation_price(symbol), mark, rel=1e-5)
