"""A whole account in multi-assets mode, live: our numbers beside those of the paper exchange,
which finds its liquidation price by trying prices.
"""

from decimal import Decimal

import pytest

from hedgewatch.core.book.rows import PoolRow
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import AccountRead, BalanceChanged, CollateralPriced
from hedgewatch.core.model import AccountPlan, Desk, EndReason, Unknown
from hedgewatch.sim.exchange import PaperExchange
from tests.venues.watching import AIX, Watched, now, watched

pytestmark = pytest.mark.live

DESK = Desk(instance="test", accounts=(AccountPlan(name="main", venue="binanceusdm"),))


def judged(seen: Watched) -> Engine:
    """All that was published so far, judged."""
    engine = Engine(DESK, (), now(), lambda: "episode")
    for event in seen.events:
        engine.handle(event, now())
    return engine


def pool_of(engine: Engine) -> PoolRow:
    (pool,) = [pool for pool in engine.book.accounts["main"].pools.values() if pool.positions]
    return pool


async def test_a_whole_account_has_the_ratio_and_the_line_of_the_exchange_itself(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 BTC at 60,000 with 5 % off and 20,000 USDT behind a short of 200 AIX."""
    world = exchange.world
    world.accounts["main"].multi_assets = True
    world.deposit(-80_000)
    world.deposit(1, "BTC")
    world.set_mark("AIXUSDT", 1040)
    async with watched(exchange, monkeypatch, symbols=(AIX,)) as seen:
        await seen.until(CollateralPriced)
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        pool = pool_of(judged(seen))
        short = pool.positions[0]
        assert pool.subject.label("pool") == "account"
        assert pool.equity == pytest.approx(12_000 * 0.9999 + 57_000)
        assert pool.margin_ratio == pytest.approx(float(world.margin_ratio()), rel=1e-9)
        line = float(world.liquidation_price("AIXUSDT"))
        assert 1000 < line < 2000
        assert short.liquidation_price == pytest.approx(line, rel=1e-9)
        assert short.told_liquidation_price == pytest.approx(line)
        read = seen.all(AccountRead)[-1]
        assert read.equity == pytest.approx(69_000 - 12_000 * 0.0001)
        assert read.maintenance_margin == pytest.approx(8_900 * 1.0001)


async def test_collateral_that_falls_brings_the_line_nearer_and_one_that_is_drawn_is_named(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = exchange.world
    world.accounts["main"].multi_assets = True
    world.deposit(2, "BTC")
    async with watched(exchange, monkeypatch, symbols=(AIX,)) as seen:
        await seen.until(AccountRead)
        await seen.until(CollateralPriced)
        before = Decimal(world.liquidation_price("AIXUSDT"))
        seen.forget()
        world.set_index("BTC", 40_000)
        await seen.watch.read_collateral()
        priced = await seen.until(CollateralPriced)
        assert {coin.asset: coin.price for coin in priced.collateral}["BTC"] == 40_000.0
        assert world.liquidation_price("AIXUSDT") < before
        world.deposit(-1, "BTC")
        moved = await seen.until(BalanceChanged, lambda event: event.balance.asset == "BTC")
        assert (moved.balance.total, moved.end) == (1.0, EndReason.TRANSFERRED)


async def test_what_is_owed_in_dollars_counts_more_than_what_is_owned(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss of the short exceeds the USDT: -20,000 USDT at the ask rate, 3 BTC at the bid."""
    world = exchange.world
    world.accounts["main"].multi_assets = True
    world.deposit(-80_000)
    world.deposit(3, "BTC")
    world.set_mark("AIXUSDT", 1200)
    async with watched(exchange, monkeypatch, symbols=(AIX,)) as seen:
        await seen.until(CollateralPriced)
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        pool = pool_of(judged(seen))
        assert pool.equity == pytest.approx(-20_000 * 1.0001 + 171_000)
        line = float(world.liquidation_price("AIXUSDT"))
        assert pool.positions[0].liquidation_price == pytest.approx(line, rel=1e-9)


async def test_a_portfolio_margin_account_is_blind_with_a_reason_and_shows_no_number(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.accounts["main"].portfolio_margin = True
    async with watched(exchange, monkeypatch, symbols=(AIX,)) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        engine = judged(seen)
        pool = pool_of(engine)
        assert isinstance(pool.margin_ratio, Unknown)
        assert "Portfolio Margin" in pool.margin_ratio.reason
        assert isinstance(pool.positions[0].liquidation_price, Unknown)
        assert engine.book.accounts["main"].account_blind is True
