"""A Portfolio Margin account through real ccxt, live: our numbers beside those of the paper
exchange, which adds up equity and maintenance by itself and finds its lines by trying prices.
"""

from typing import Any

import pytest

from hedgewatch.core.engine import Engine
from hedgewatch.core.events import (
    AccountRead,
    AccountRefused,
    CollateralPriced,
    FeedLost,
    FeedRestored,
    PositionChanged,
    VenueWarned,
)
from hedgewatch.core.model import AccountPlan, Desk, Unknown
from hedgewatch.sim.exchange import PaperExchange
from tests.venues.watching import AIX, Watched, now, watched

pytestmark = pytest.mark.live

PERP = "BTC/USD:BTC"
DESK = Desk(instance="test", accounts=(AccountPlan(name="main", venue="binance"),))
WHOLE: dict[str, Any] = {"venue": "binance", "portfolio_margin": True, "symbols": (AIX, PERP)}


def judged(seen: Watched) -> Engine:
    """All that was published so far, judged."""
    engine = Engine(DESK, (), now(), lambda: "episode")
    for event in seen.events:
        engine.handle(event, now())
    return engine


def hedged(exchange: PaperExchange) -> None:
    """20,000 USDT, 1 BTC in the margin wallet and one in that of COIN-M; short 150 AIX and, in
    coins, 300 contracts of BTC.
    """
    world = exchange.world
    world.accounts["main"].portfolio_margin = True
    world.deposit(-80_000)
    world.set_spot_balance("BTC", "0.75", "0.25")
    world.coins.deposit(1)
    world.set_position("AIXUSDT", -150, 1000)
    world.coins.set_position("BTCUSD_PERP", -300, 60_000)


async def test_ratio_and_lines_of_a_whole_account_are_those_of_the_exchange_itself(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    hedged(exchange)
    world = exchange.world
    async with watched(exchange, monkeypatch, **WHOLE) as seen:
        read = await seen.until(AccountRead)
        await seen.until(CollateralPriced)
        await seen.fresh_mark(AIX)
        await seen.fresh_mark(PERP)
        (pool,) = [p for p in judged(seen).book.accounts["main"].pools.values() if p.positions]
        assert pool.subject.label("pool") == "account"
        assert pool.margin_ratio == pytest.approx(float(world.margin_ratio()), rel=1e-6)
        assert pool.equity == pytest.approx(read.equity, rel=1e-6)
        assert pool.maintenance_margin == pytest.approx(read.maintenance_margin, rel=1e-6)
        assert pool.venue_margin_ratio == pytest.approx(pool.margin_ratio, rel=1e-6)
        lines = {row.symbol: row.liquidation_price for row in pool.positions}
        line = float(world.liquidation_price("AIXUSDT"))
        assert 1000 < line < 2000
        assert lines[AIX] == pytest.approx(line, rel=1e-6)
        owned = {balance.asset: balance for balance in read.balances}
        assert (owned["BTC"].total, owned["BTC"].locked) == (2.0, 0.25)
        assert seen.watch.refused_requests == seen.watch.odd_frames == 0


async def test_its_one_stream_tells_of_both_venues_and_of_the_risk_level(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    hedged(exchange)
    async with watched(exchange, monkeypatch, **(WHOLE | {"symbols": (AIX,)})) as seen:
        await seen.until(AccountRead)
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        await seen.fresh_mark(PERP)  # what is held is followed at the other venue as well
        await seen.fresh_mark(AIX)
        exchange.world.trade("AIXUSDT", -10)
        await seen.until(PositionChanged, lambda told: told.position.contracts == -160, within=1.0)
        exchange.world.coins.trade("BTCUSD_PERP", -10)
        await seen.until(PositionChanged, lambda told: told.position.contracts == -310, within=1.0)
        line = exchange.world.liquidation_price("AIXUSDT")
        exchange.world.set_mark("AIXUSDT", float(line) * 0.995)
        warned = await seen.until(VenueWarned, within=1.0)
        assert (warned.kind, warned.symbol) == ("margin_call", "")
        seen.forget()
        exchange.faults.expire_listen_key(announce=False)
        await seen.watch.keep_listen_key()
        lost = await seen.until(FeedLost)
        assert lost.reason.startswith("the listen key was not renewed")
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        assert exchange.requests["POST /papi/v1/listenKey"] == 2


async def test_an_account_that_is_no_portfolio_margin_one_is_told_what_to_write(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch, **WHOLE) as seen:
        refused = await seen.until(AccountRefused)
        assert refused.reason.startswith("the account is not under Portfolio Margin: take ")
        assert not refused.powerful


async def test_what_a_loan_asks_for_is_not_guessed_and_the_venues_numbers_stand_in(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    hedged(exchange)
    exchange.world.unified.borrowed["main"] = {"USDT": exchange.world.marks["AIXUSDT"]}
    async with watched(exchange, monkeypatch, **WHOLE) as seen:
        await seen.until(CollateralPriced)
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        await seen.fresh_mark(PERP)
        (pool,) = [p for p in judged(seen).book.accounts["main"].pools.values() if p.positions]
        assert isinstance(pool.shock_up, Unknown)
        assert "margin loan" in pool.shock_up.reason
        assert pool.margin_by_venue
        assert pool.margin_ratio == pool.venue_margin_ratio
        told = exchange.world.unified.now(exchange.world.accounts["main"])
        assert pool.venue_equity == pytest.approx(float(told.adjusted_equity), rel=1e-6)
