"""COIN-M through real ccxt, live: our numbers beside those of the paper exchange."""

import pytest

from hedgewatch.core.engine import Engine
from hedgewatch.core.events import (
    AccountRead,
    BalanceChanged,
    FeedLost,
    FeedRestored,
    LiquidityRead,
    MarketDefined,
    MarkPriceChanged,
    PositionChanged,
    QuoteChanged,
    VenueWarned,
)
from hedgewatch.core.model import AccountPlan, Desk, EndReason
from hedgewatch.sim.exchange import PaperExchange
from tests.support.patience import stopwatch
from tests.venues.watching import Watched, now, watched

pytestmark = pytest.mark.live

PERP, DATED = "BTC/USD:BTC", "BTC/USD:BTC-301227"
ID, DATED_ID = "BTCUSD_PERP", "BTCUSD_301227"
DESK = Desk(instance="test", accounts=(AccountPlan(name="main", venue="binancecoinm"),))


def judged(seen: Watched) -> Engine:
    """All that was published so far, judged."""
    engine = Engine(DESK, (), now(), lambda: "episode")
    for event in seen.events:
        engine.handle(event, now())
    return engine


async def test_ratio_and_line_of_an_inverse_pool_are_those_of_the_exchange(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long perpetual and a dated short on one BTC: the long climbs brackets as it falls."""
    coins = exchange.world.coins
    coins.deposit(1)
    coins.set_position(ID, 5_000, 60_000)
    coins.set_position(DATED_ID, -1_000, 60_600)
    async with watched(exchange, monkeypatch, venue="binancecoinm", symbols=(PERP,)) as seen:
        read = await seen.until(AccountRead)
        await seen.fresh_mark(PERP)
        await seen.fresh_mark(DATED)
        (pool,) = [p for p in judged(seen).book.accounts["main"].pools.values() if p.positions]
        assert (pool.subject.label("pool"), pool.currency) == ("BTC", "BTC")
        assert pool.margin_ratio == pytest.approx(float(coins.margin_ratio()), rel=1e-9)
        assert read.balances[0].equity == pytest.approx(pool.equity, rel=1e-6)
        lines = {row.symbol: row.liquidation_price for row in pool.positions}
        line = float(coins.liquidation_price(ID))
        assert 40_000 < line < 60_000
        assert lines[PERP] == pytest.approx(line, rel=1e-9)
        told = {row.symbol: row.told_liquidation_price for row in pool.positions}
        assert told[PERP] == pytest.approx(line, rel=1e-6)


async def test_prices_terms_and_the_book_of_both_contracts_arrive(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch, venue="binancecoinm", symbols=(PERP, DATED)) as seen:
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        book = await seen.until(LiquidityRead, lambda read: read.symbol == PERP)
        assert book.bids[0][1] == pytest.approx(1000 * 100 / book.bids[0][0])
        mark = await seen.until(MarkPriceChanged, lambda one: one.open_interest is not None)
        assert mark.open_interest == pytest.approx(15_000 * 100 / 60_000, rel=1e-4)
        assert mark.index_price == 60_000.0
        dated = await seen.until(MarkPriceChanged, lambda one: one.symbol == DATED)
        assert (dated.price, dated.funding_rate) == (60_600.0, None)
        quote = await seen.until(QuoteChanged, lambda one: one.symbol == PERP)
        assert quote.bid < 60_000 < quote.ask
        markets = {each.market.symbol: each.market for each in seen.all(MarketDefined)}
        assert markets[DATED].expiry == 1_924_588_800.0
        assert markets[DATED].funding_interval is None
        assert markets[PERP].funding_interval == 8 * 3600.0
        assert {one.status for one in markets.values()} == {"trading"}
        await seen.markets.read_history()
        assert seen.watch.refused_requests == seen.watch.odd_frames == 0


async def test_what_happens_to_coins_is_told_within_a_second_with_its_reason(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    coins = exchange.world.coins
    coins.deposit(1)
    coins.set_position(ID, 3_000, 60_000)
    async with watched(exchange, monkeypatch, venue="binancecoinm", symbols=(PERP,)) as seen:
        await seen.until(AccountRead)
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        async with stopwatch() as took:
            coins.deposit("-0.25")
            moved = await seen.until(BalanceChanged)
        assert took.seconds < 1.0
        assert (moved.balance.total, moved.end) == (0.75, EndReason.TRANSFERRED)
        exchange.world.set_mark("BTCUSDT", 52_400)
        warned = await seen.until(VenueWarned, within=1.0)
        assert (warned.kind, warned.symbol) == ("margin_call", PERP)
        async with stopwatch() as took:
            coins.liquidate(ID)
            gone = await seen.until(PositionChanged)
        assert took.seconds < 1.0
        assert (gone.position.contracts, gone.end) == (0.0, EndReason.LIQUIDATED)


@pytest.mark.parametrize("announce", [True, False], ids=["announced", "in silence"])
async def test_the_end_of_a_listen_key_of_coins_brings_a_new_one(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, *, announce: bool
) -> None:
    async with watched(exchange, monkeypatch, venue="binancecoinm", symbols=(PERP,)) as seen:
        await seen.until(AccountRead)
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        seen.forget()
        exchange.faults.expire_listen_key(announce=announce)
        if not announce:
            await seen.watch.keep_listen_key()
        lost = await seen.until(FeedLost)
        assert lost.feed == "user"
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        exchange.world.coins.trade(ID, 10)
        await seen.until(PositionChanged, within=1.0)
        assert exchange.requests["POST /dapi/v1/listenKey"] == 2
