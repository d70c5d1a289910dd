"""An address at Hyperliquid, watched by the real thing over real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from hedgewatch.core.engine import Engine
from hedgewatch.core.events import (
    AccountHeard,
    AccountRead,
    AccountRefused,
    BalanceChanged,
    FeedLost,
    FeedRestored,
    MarkPriceChanged,
    PositionChanged,
    QuoteChanged,
    VenueWarned,
)
from hedgewatch.core.model import AccountPlan, Desk, EndReason
from hedgewatch.sim.accounts import Position
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.faults import POISONS
from hedgewatch.sim.keys import HYPERLIQUID_ADDRESS
from tests.support.patience import stopwatch
from tests.venues.watching import Watched, now, watched

pytestmark = pytest.mark.live

VENUE, NAME = "hyperliquid", "hyperliquid-main"
AIX, ALT, BTC = "AIX/USDC:USDC", "ALT/USDC:USDC", "BTC/USDC"
NOBODY = "0x00000000000000000000000000000000000000ff"
DESK = Desk(instance="test", accounts=(AccountPlan(name="main", venue=VENUE),))


@asynccontextmanager
async def address_watched(
    exchange: PaperExchange,
    monkeypatch: pytest.MonkeyPatch,
    symbols: tuple[str, ...] = (AIX, ALT),
    address: str = HYPERLIQUID_ADDRESS,
) -> AsyncIterator[Watched]:
    endpoint = {"rest": exchange.url_of(VENUE), "ws": exchange.ws_url_of(VENUE)}
    login: dict[str, Any] = {"venue": VENUE, "credentials": None, "address": address}
    async with watched(exchange, monkeypatch, symbols=symbols, endpoint=endpoint, **login) as seen:
        yield seen


def judged(seen: Watched) -> Engine:
    """All that was published so far, judged."""
    engine = Engine(DESK, (), now(), lambda: "episode")
    for event in seen.events:
        engine.handle(event, now())
    return engine


async def test_an_address_alone_is_read_streamed_and_priced(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -200, 1000, account=NAME)
    exchange.world.set_spot_balance("BTC", "0.5", "0.1", account=NAME)
    async with address_watched(exchange, monkeypatch, (AIX, BTC)) as seen:
        reading = await seen.until(AccountRead)
        (position,) = reading.positions
        assert (position.symbol, position.contracts, position.leverage) == (AIX, -200.0, 5.0)
        owned = {each.asset: (each.total, each.locked) for each in reading.balances}
        assert owned == {"USDC": (100_000.0, 0.0), "BTC": (0.6, 0.1)}
        mark = await seen.fresh_mark(AIX)
        assert (mark.price, mark.index_price, mark.funding_rate) == (1000.0, 1000.0, 0.0001)
        await seen.until(QuoteChanged, lambda quote: quote.symbol == AIX)
        await seen.until(QuoteChanged, lambda quote: quote.symbol == BTC)
        seen.forget()
        exchange.world.move_spot("BTC", "0.2", "sell", account=NAME)
        exchange.world.trade("AIXUSDT", -50, account=NAME)
        await seen.until(PositionChanged, lambda told: told.position.contracts == -250)
        exchange.world.trade("AIXUSDT", 250, account=NAME)
        gone = await seen.until(PositionChanged, lambda told: told.end is EndReason.CLOSED)
        assert gone.position.contracts == 0.0
        sold = await seen.until(BalanceChanged, lambda told: told.end is EndReason.CLOSED)
        assert (sold.balance.asset, sold.balance.total) == ("BTC", 0.4)
        assert seen.all(AccountRefused) == []
        assert seen.watch.odd_frames == 0


@pytest.mark.parametrize("unified", [False, True])
async def test_the_margin_and_the_lines_are_those_of_the_exchange_itself(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, *, unified: bool
) -> None:
    """A cross short and an isolated long, in the tiers in which they would be liquidated."""
    world = exchange.world
    world.accounts[NAME].unified = unified
    world.set_position("AIXUSDT", -200, 1000, account=NAME)
    alone = Position("ALTUSDT", Decimal(100_000), Decimal("0.41"), isolated_wallet=Decimal(9_000))
    world.hold(alone, NAME)
    world.set_mark("AIXUSDT", 1040)
    async with address_watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        await seen.fresh_mark(ALT)
        account = judged(seen).book.accounts["main"]
        for symbol, ours in (("AIXUSDT", AIX), ("ALTUSDT", ALT)):
            line = float(world.liquidation_price(symbol, account=NAME))
            row = account.positions[ours, "net"]
            assert line > 0
            assert row.liquidation_price == pytest.approx(line, rel=1e-9)
            assert row.told_liquidation_price == pytest.approx(line, rel=1e-9)
        pool = account.pools["USDC"]
        assert pool.equity == pytest.approx(100_000 - 9_000 - 8_000)
        assert pool.margin_ratio == pytest.approx(float(world.margin_ratio(NAME)), rel=1e-9)


@pytest.mark.parametrize("account_first", [False, True])
async def test_why_a_position_shrank_is_told_whichever_is_told_first(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, *, account_first: bool
) -> None:
    world = exchange.world
    world.accounts[NAME].unified = world.account_first = account_first
    world.set_position("AIXUSDT", -200, 1040, account=NAME)
    async with address_watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        seen.forget()
        world.liquidate("AIXUSDT", 150, account=NAME)
        told = await seen.until(PositionChanged, lambda told: told.end is not None)
        assert (told.end, told.position.contracts) == (EndReason.LIQUIDATED, -50.0)
        warned = await seen.until(VenueWarned, lambda warned: warned.symbol == AIX)
        assert warned.kind == "liquidation"
        paid = await seen.until(BalanceChanged)
        assert paid.balance.total == pytest.approx(100_000 + 150 * 40)
        seen.forget()
        world.deleverage("AIXUSDT", 50, account=NAME)
        await seen.until(PositionChanged, lambda told: told.end is EndReason.AUTO_DELEVERAGED)


async def test_a_mark_socket_that_falls_silent_or_behind_is_noticed_in_five_and_a_half_seconds(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks carry no time: that they are old shows by the book on their socket."""
    async with (
        PaperExchange("manual", tick_seconds=0.05) as slow,
        address_watched(exchange, monkeypatch) as silent,
        address_watched(slow, monkeypatch) as behind,
    ):
        await silent.fresh_mark(AIX)
        await behind.fresh_mark(AIX)
        exchange.faults_of(VENUE).silence()
        slow.faults_of(VENUE).lag(30)
        async with stopwatch() as watch:
            for seen in (silent, behind):
                await seen.until(FeedLost)
        assert watch.seconds < 5.5
        for seen in (silent, behind):
            lost = seen.all(FeedLost)[0]
            assert (lost.feed, AIX in lost.reason) == ("mark", True)
            assert seen.all(AccountHeard)
        for seen, faults in ((silent, exchange), (behind, slow)):
            faults.faults_of(VENUE).restore()
            await seen.until(FeedRestored, lambda feed: feed.feed == "mark")


async def test_neither_cut_sockets_nor_poison_nor_a_redirect_stop_it(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = exchange.faults_of(VENUE)
    for price in ("null", '"NaN"', '"0.0"', '"-1"', '"a lot"'):
        frame = f'{{"channel":"activeAssetCtx","data":{{"coin":"AIX","ctx":{{"markPx":{price}}}}}}}'
        monkeypatch.setitem(POISONS, f"mark of {price}", frame.encode())
    monkeypatch.setitem(POISONS, "stray error", b'{"channel":"error","data":"Too many"}')
    monkeypatch.setitem(POISONS, "nothing", b'{"channel":"clearinghouseState","data":null}')
    async with PaperExchange("manual") as elsewhere, address_watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        for kind in POISONS:
            faults.poison(kind)
            faults.poison(kind, where="private")
        await seen.fresh_mark(AIX, within=2.0)
        assert seen.all(FeedLost) == []
        assert seen.watch.odd_frames >= len(POISONS)
        faults.cut_sockets("all")
        exchange.world.trade("AIXUSDT", -10, account=NAME)
        await seen.until(AccountRead, lambda read: [p.contracts for p in read.positions] == [-10])
        await seen.until(FeedRestored, lambda back: back.feed == "mark", within=5.0)
        await seen.until(FeedRestored, lambda back: back.feed == "quote", within=5.0)
        await seen.until(FeedRestored, lambda back: back.feed == "user", within=5.0)
        seen.forget()
        faults.redirect(elsewhere.url_of(VENUE))
        await seen.watch.reconcile()
        assert "redirect" in (await seen.until(FeedLost)).reason
        assert elsewhere.requests_of(VENUE) == {}


async def test_an_address_that_nobody_used_is_refused_and_not_taken_for_an_empty_account(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with address_watched(exchange, monkeypatch, address=NOBODY) as seen:
        refused = await seen.until(AccountRefused)
        assert f"{NOBODY} was never used at Hyperliquid" in refused.reason
        assert seen.all(AccountRead) == []


async def test_positions_that_are_left_out_of_a_reply_are_not_taken_for_closed(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -50, 1000, account=NAME)
    async with address_watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead, lambda read: bool(read.positions))
        seen.forget()
        exchange.faults_of(VENUE).positions_empty(times=1)
        await seen.watch.reconcile()
        read = await seen.until(AccountRead)
        assert read.positions == ()
        assert read.margin_in_use == pytest.approx(10_000)
        assert [mark.price for mark in seen.all(MarkPriceChanged) if mark.price <= 0] == []
