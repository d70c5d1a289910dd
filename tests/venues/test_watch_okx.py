"""An account of OKX on the paper exchange, watched by the real thing over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from hedgewatch.core.book.rows import PoolRow
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import (
    AccountHeard,
    AccountRead,
    AccountRefused,
    BalanceChanged,
    ClockAdvanced,
    CollateralPriced,
    FeedLost,
    FeedRestored,
    MarketDefined,
    MarkPriceChanged,
    PositionChanged,
    QuoteChanged,
    TiersChanged,
    VenueWarned,
)
from hedgewatch.core.model import AccountPlan, Desk, EndReason, Unknown
from hedgewatch.sim.accounts import Position
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.faults import POISONS
from hedgewatch.sim.keys import OKX_KEY, OKX_MULTI_KEY, OKX_PASSPHRASE, OKX_SECRET
from hedgewatch.sim.wire.okx_rest import ROUTES, Route
from hedgewatch.sim.wire.okx_signature import Refusal
from hedgewatch.venues.connection import _PING_MILLISECONDS
from tests.support.patience import PATIENCE
from tests.venues.watching import AIX, Watched, now, watched

pytestmark = pytest.mark.live

VENUE, NAME = "okx", "okx-main"
SPOT, COIN, DATED = "ALT/USDT", "BTC/USD:BTC", "BTC/USDT:USDT-301227"
DESK = Desk(instance="test", accounts=(AccountPlan(name="main", venue=VENUE),))


@asynccontextmanager
async def okx_watched(
    exchange: PaperExchange,
    monkeypatch: pytest.MonkeyPatch,
    symbols: tuple[str, ...] = (AIX,),
    key: str = OKX_KEY,
    passphrase: str = OKX_PASSPHRASE,
) -> AsyncIterator[Watched]:
    """As `watched`, at OKX."""
    parts = {"api_key": key, "secret": OKX_SECRET, "password": passphrase}
    for name, part in parts.items():
        monkeypatch.setenv(f"OKX_{name}", part)
    async with watched(
        exchange,
        monkeypatch,
        symbols=symbols,
        venue=VENUE,
        credentials={name: {"env": f"OKX_{name}"} for name in parts},
        endpoint={"rest": exchange.url_of(VENUE), "ws": exchange.ws_url_of(VENUE)},
    ) as seen:
        yield seen


def judged(seen: Watched) -> Engine:
    """All that was published so far, judged."""
    engine = Engine(DESK, (), now(), lambda: "episode")
    for event in seen.events:
        engine.handle(event, now())
    return engine


def pool_of(engine: Engine) -> PoolRow:
    (pool,) = [pool for pool in engine.book.accounts["main"].pools.values() if pool.positions]
    return pool


async def test_two_contracts_of_a_hundred_are_read_streamed_and_judged_as_okx_judges_them(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = exchange.world
    world.set_position("AIXUSDT", -200, 1000, account=NAME)
    world.set_mark("AIXUSDT", 1100)
    async with okx_watched(exchange, monkeypatch, (AIX, SPOT)) as seen:
        reading = await seen.until(AccountRead)
        (position,) = reading.positions
        assert (position.contracts, position.taker_fee, position.leverage) == (-2.0, 0.0005, 5.0)
        mark = await seen.fresh_mark(AIX)
        told = (mark.price, mark.index_price, mark.funding_rate, mark.open_interest)
        assert told == (1100.0, 1100.0, 0.0001, 1_000_000.0)
        quote = await seen.until(QuoteChanged, lambda quote: quote.symbol == SPOT)
        assert (quote.bid, quote.ask) == (0.39999, 0.40001)
        tiers = await seen.until(TiersChanged)
        assert [(tier.floor, tier.rate) for tier in tiers.tiers[:2]] == [(0.0, 0.02), (0.6, 0.05)]
        pool = pool_of(judged(seen))
        assert pool.margin_ratio == pytest.approx(float(world.margin_ratio(NAME)), rel=1e-9)
        assert pool.venue_margin_ratio == pytest.approx(pool.margin_ratio, rel=1e-9)
        line = float(world.liquidation_price("AIXUSDT", account=NAME))
        assert pool.positions[0].liquidation_price == pytest.approx(line, rel=1e-9)
        assert pool.positions[0].told_liquidation_price == pytest.approx(line, rel=1e-9)
        assert seen.watch.refused_requests == 0


async def test_what_becomes_of_a_position_is_streamed_with_its_cause(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = exchange.world
    world.set_position("AIXUSDT", -200, 1000, account=NAME)
    async with okx_watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        seen.forget()
        world.trade("AIXUSDT", -50, account=NAME)
        await seen.until(PositionChanged, lambda told: told.position.contracts == -2.5)
        world.deleverage("AIXUSDT", 100, account=NAME)
        smaller = await seen.until(PositionChanged, lambda told: told.end is not None)
        assert (smaller.position.contracts, smaller.end) == (-1.5, EndReason.AUTO_DELEVERAGED)
        warned = await seen.until(VenueWarned)
        assert (warned.kind, warned.symbol) == ("auto_deleveraging", AIX)
        world.trade("AIXUSDT", 150, account=NAME)
        gone = await seen.until(PositionChanged, lambda told: not told.position.contracts)
        await seen.until(PositionChanged, lambda told: told.end is EndReason.CLOSED)
        assert gone.position.entry_price == 0.0
        world.deposit(-1000, account=NAME)
        less = await seen.until(BalanceChanged, lambda told: told.end is EndReason.TRANSFERRED)
        assert less.balance.total == pytest.approx(float(world.accounts[NAME].wallet))
        assert seen.all(AccountRefused) == []


async def test_one_market_held_cross_and_isolated_is_two_positions_from_first_to_last(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = exchange.world
    world.set_position("AIXUSDT", -200, 1000, account=NAME)
    alone = Position("AIXUSDT", Decimal(300), Decimal(990), isolated_wallet=Decimal(70_000))
    async with okx_watched(exchange, monkeypatch) as seen:
        await seen.until(TiersChanged)
        await seen.until(AccountRead)
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        world.hold(alone, account=NAME, beside=True)
        await seen.until(PositionChanged, lambda told: told.position.contracts == 3.0)
        both = await seen.until(AccountRead, lambda read: len(read.positions) == 2)
        assert {each.margin_mode for each in both.positions} == {"cross", "isolated"}
        await seen.fresh_mark(AIX)
        account = judged(seen).book.accounts["main"]
        held = {kind: row for (_, kind), row in account.positions.items()}
        assert {kind: row.contracts for kind, row in held.items()} == {
            "net": -2.0, "net-isolated": 3.0,
        }  # fmt: skip
        for row in held.values():
            assert row.liquidation_price == pytest.approx(row.told_liquidation_price, rel=1e-4)
        for pool in (account.pools["USDT"], account.pools[f"{AIX}:net-isolated"]):
            assert pool.venue_margin_ratio == pytest.approx(pool.margin_ratio, rel=1e-9)
        world.hold(replace(alone, amount=Decimal(0)), account=NAME, beside=True)
        await seen.until(PositionChanged, lambda told: not told.position.contracts)
        left = judged(seen).book.accounts["main"].positions
        assert {kind: row.contracts for (_, kind), row in left.items()} == {
            "net": -2.0, "net-isolated": 0.0,
        }  # fmt: skip
        assert seen.all(AccountRefused) == []


async def test_a_dated_future_is_read_priced_and_judged_without_funding(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = exchange.world
    world.hold(Position("BTCUSDT_301227", Decimal(-1), Decimal(60_000)), account=NAME)
    async with okx_watched(exchange, monkeypatch, (DATED,)) as seen:
        reading = await seen.until(AccountRead)
        assert [each.contracts for each in reading.positions] == [-100.0]
        mark = await seen.fresh_mark(DATED)
        assert (mark.price, mark.index_price, mark.funding_rate) == (60_000.0, 60_000.0, None)
        market = await seen.until(MarketDefined)
        assert (market.market.expiry, market.market.funding_interval) == (1_924_588_800.0, None)
        await seen.until(TiersChanged)
        pool = pool_of(judged(seen))
        assert pool.margin_ratio == pytest.approx(float(world.margin_ratio(NAME)), rel=1e-9)
        world.hold(Position("BTCUSDT_301227", Decimal(0), Decimal(60_000)), account=NAME)
        await seen.until(PositionChanged, lambda told: not told.position.contracts)
        assert seen.watch.odd_frames == 0


async def test_a_whole_account_is_counted_in_dollars_as_okx_counts_it(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2 BTC at a discount of 2 %, 20,000 USDT, 300 AIX short and $30,000 of BTC-USD short."""
    world = exchange.world
    world.set_position("AIXUSDT", -300, 1000, account="okx-multi")
    short = Position("BTCUSD", Decimal(-30_000), Decimal(60_000))
    world.hold(short, account="okx-multi")
    async with okx_watched(exchange, monkeypatch, (AIX, COIN), OKX_MULTI_KEY) as seen:
        await seen.until(CollateralPriced)
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        await seen.fresh_mark(COIN)
        pool = pool_of(judged(seen))
        assert len(pool.positions) == 2
        ratio = float(world.margin_ratio("okx-multi"))
        assert pool.margin_ratio == pytest.approx(ratio, rel=1e-9)
        assert pool.venue_margin_ratio == pytest.approx(ratio, rel=1e-9)
        lines = {each.symbol: each.liquidation_price for each in pool.positions}
        expected = world.liquidation_price("AIXUSDT", account="okx-multi")
        assert lines[AIX] == pytest.approx(float(expected), rel=1e-6)
        reading = seen.all(AccountRead)[-1]
        assert reading.equity == pytest.approx(20_000 + 1.96 * 60_000)
        assert reading.maintenance_margin == pytest.approx(30_000 + 120)


async def test_a_private_socket_that_is_cut_tells_what_came_meanwhile_and_a_notice_is_obeyed(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = b'{"event":"notice","code":"64008","msg":"The connection will soon be closed"}'
    monkeypatch.setitem(POISONS, "notice", notice)
    faults = exchange.faults_of(VENUE)
    async with okx_watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        seen.forget()
        faults.cut_sockets("private")
        exchange.world.set_position("AIXUSDT", -200, 1000, account=NAME)
        await seen.until(FeedLost, lambda lost: lost.feed == "user")
        await seen.until(AccountRead, lambda read: bool(read.positions))
        seen.forget()
        faults.poison("notice", where="private")
        lost = await seen.until(FeedLost)
        assert (lost.feed, "64008" in lost.reason) == ("user", True)
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        seen.forget()
        faults.poison("notice")
        for feed in ("mark", "quote"):
            await seen.until(FeedLost, lambda lost, feed=feed: lost.feed == feed)  # type: ignore[misc]
            await seen.until(FeedRestored, lambda back, feed=feed: back.feed == feed)  # type: ignore[misc]
        for kind in ("truncated", "null", "nan", "zero", "utf8"):
            faults.poison(kind)
        await seen.fresh_mark(AIX, within=2.0)
        assert seen.watch.odd_frames >= 5


async def test_an_account_whose_tiers_are_not_told_is_seen_and_says_what_it_is_blind_to(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -200, 1000, account=NAME)
    monkeypatch.setitem(ROUTES, "public/position-tiers", Route(_no_such_page, 10))
    async with okx_watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        assert seen.all(AccountRefused) == []
        engine = judged(seen)
        engine.handle(ClockAdvanced(), now())
        account, pool = engine.book.accounts["main"], pool_of(engine)
        (position,) = pool.positions
        assert position.contracts == -2.0
        assert isinstance(pool.margin_ratio, Unknown)
        assert "the margin tiers of AIX/USDT:USDT are not told" in pool.margin_ratio.reason
        assert account.account_blind is True
        assert account.blind_reason == pool.margin_ratio.reason
        assert account.feeds["user"].feed_up
        monkeypatch.undo()
        await seen.watch.reconcile()  # asks for them again
        await seen.until(TiersChanged)
        assert isinstance(pool_of(judged(seen)).margin_ratio, float)


def _no_such_page(_: object) -> list[object]:
    raise Refusal(404, 0, "")


async def test_a_login_that_is_refused_is_said_and_tried_again_until_it_is_accepted(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = exchange.world
    async with okx_watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        refusing = "hedgewatch.sim.wire.okx_streams.logged_in"
        monkeypatch.setattr(refusing, _refusing)
        exchange.faults_of(VENUE).cut_sockets("private")
        lost = await seen.until(FeedLost, lambda lost: "60009" in lost.reason, within=4.0)
        assert lost.feed == "user"
        monkeypatch.undo()
        seen.forget()
        async with asyncio.timeout(PATIENCE):
            while not seen.all(PositionChanged):
                world.set_position("AIXUSDT", -200, 1000, account=NAME)
                await asyncio.sleep(0.1)


def _refusing(*_: object) -> None:
    """For a reason that OKX does not name: "Login failed"."""
    raise Refusal(401, 0, "")


async def test_what_okx_answers_with_a_good_status_and_a_bad_code_is_no_reading(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -200, 1000, account=NAME)
    faults = exchange.faults_of(VENUE)
    async with okx_watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        faults.rest_outage(200)
        await seen.watch.reconcile()
        lost = await seen.until(FeedLost)
        assert (lost.feed, "50001" in lost.reason) == ("rest", True)
        faults.restore()
        await seen.watch.reconcile()
        await seen.until(FeedRestored, lambda back: back.feed == "rest")
        seen.forget()
        faults.positions_empty()
        await seen.watch.reconcile()
        read = await seen.until(AccountRead)
        assert (read.positions, read.margin_in_use) == ((), 40_000.0)
        faults.restore()
        faults.redirect("http://localhost:9")
        await seen.watch.reconcile()
        lost = await seen.until(FeedLost)
        assert "redirect" in lost.reason
        faults.restore()


@pytest.mark.parametrize(("key", "passphrase"), [("unknown", OKX_PASSPHRASE), (OKX_KEY, "wrong")])
async def test_a_refused_key_and_one_that_can_trade_are_not_used(
    key: str, passphrase: str, exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with okx_watched(exchange, monkeypatch, key=key, passphrase=passphrase) as seen:
        refused = await seen.until(AccountRefused)
        assert "refuses the key" in refused.reason


async def test_a_key_that_can_trade_is_refused_by_its_rights(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_rights(account=NAME, enableFutures=True)
    async with okx_watched(exchange, monkeypatch) as seen:
        refused = await seen.until(AccountRefused)
        assert "can trade (trade)" in refused.reason
        assert refused.powerful
        assert seen.all(AccountRead) == []


async def test_a_mark_that_stands_still_is_known_to_and_a_pong_is_a_sign_of_life(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_PING_MILLISECONDS, "user", 500)
    monkeypatch.setattr("hedgewatch.venues.dialects.okx_prices._QUIET_AFTER", 0.5)
    monkeypatch.setattr("hedgewatch.venues.dialects.okx_prices._BEHIND", 0.2)
    async with okx_watched(exchange, monkeypatch) as seen:
        await seen.fresh_mark(AIX)
        exchange.faults_of(VENUE).mute("mark-price:AIX-USDT-SWAP")
        quiet = now()
        await seen.until(MarkPriceChanged, lambda told: told.venue_time > quiet + 0.5, within=4.0)
        await seen.until(AccountHeard, within=4.0)
        assert seen.all(FeedLost) == []
