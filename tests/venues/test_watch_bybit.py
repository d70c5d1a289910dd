"""A unified account of Bybit, watched by the real thing over real sockets."""

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
    CollateralPriced,
    FeedLost,
    FeedRestored,
    MarkPriceChanged,
    PositionChanged,
    QuoteChanged,
    TiersChanged,
    VenueWarned,
)
from hedgewatch.core.model import AccountPlan, Desk, EndReason
from hedgewatch.sim.accounts import Position
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.faults import POISONS
from hedgewatch.sim.keys import BYBIT_KEY, BYBIT_SECRET
from hedgewatch.sim.margin_bybit import inverse_liquidation_price
from tests.venues.watching import AIX, ALT, Watched, now, watched

pytestmark = pytest.mark.live

MAIN, COINED, PAIR = "bybit-main", "BTC/USD:BTC", "BTC/USDT"
DESK = Desk(instance="test", accounts=(AccountPlan(name="main", venue="bybit"),))


@asynccontextmanager
async def on_bybit(
    exchange: PaperExchange,
    monkeypatch: pytest.MonkeyPatch,
    symbols: tuple[str, ...] = (ALT,),
    secret: str = BYBIT_SECRET,
) -> AsyncIterator[Watched]:
    """Watch the account `bybit-main` while the block lasts."""
    monkeypatch.setenv("BYBIT_KEY", BYBIT_KEY)
    monkeypatch.setenv("BYBIT_SECRET", secret)
    settings: dict[str, Any] = {
        "venue": "bybit",
        "credentials": {"api_key": {"env": "BYBIT_KEY"}, "secret": {"env": "BYBIT_SECRET"}},
        "endpoint": {"rest": exchange.url_of("bybit"), "ws": exchange.ws_url_of("bybit")},
    }
    async with watched(exchange, monkeypatch, symbols=symbols, **settings) as seen:
        yield seen


def judged(seen: Watched) -> Engine:
    """All that was published so far, judged."""
    engine = Engine(DESK, (), now(), lambda: "episode")
    for event in seen.events:
        engine.handle(event, now())
    return engine


async def test_contracts_of_both_kinds_and_pairs_are_priced_and_the_account_is_heard(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = exchange.world
    world.set_position("AIXUSDT", -200, 1000, account=MAIN)
    world.set_premium("bybit", "AIXUSDT", "0.01")
    world.spot_prices["BTCUSDT"] = Decimal(59_000)
    async with on_bybit(exchange, monkeypatch, (ALT, COINED, PAIR)) as seen:
        reading = await seen.until(AccountRead)
        (held,) = reading.positions
        assert (held.symbol, held.contracts, held.leverage) == (AIX, -200.0, 5.0)
        mark = await seen.fresh_mark(AIX)
        assert (mark.price, mark.index_price, mark.funding_rate) == (1010.0, 1000.0, 0.0001)
        coined = await seen.fresh_mark(COINED)
        assert (coined.price, coined.open_interest) == (60_000.0, 1_000_000.0)
        quote = await seen.until(QuoteChanged, lambda quote: quote.symbol == PAIR)
        assert (quote.bid, quote.ask) == (58_999.99, 59_000.01)
        assert (await seen.until(QuoteChanged, lambda told: told.symbol == COINED)).bid == 59_999.9
        seen.forget()
        world.trade("AIXUSDT", -50, account=MAIN)
        await seen.until(PositionChanged, lambda told: told.position.contracts == -250)
        world.trade("AIXUSDT", 250, account=MAIN)
        gone = await seen.until(PositionChanged, lambda told: told.end is EndReason.CLOSED)
        assert gone.position.contracts == 0.0
        read = await seen.until(AccountRead, lambda read: not read.positions[0].contracts)
        assert read.positions[0].symbol == AIX  # asked for by its name: the list leaves it out
        await seen.until(AccountHeard, within=5.0)  # by a pong that is a frame
        assert seen.all(AccountRefused) == []
        assert seen.watch.odd_frames == seen.watch.refused_requests == 0
        assert seen.all(MarkPriceChanged)


async def test_a_whole_account_has_the_ratio_and_the_lines_of_the_exchange_itself(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """6 BTC, of which 5 count 95 % and one 90 %, and 5,000 USDT behind two shorts."""
    world = exchange.world
    world.deposit(-95_000, account=MAIN)
    world.deposit(6, "BTC", account=MAIN)
    world.set_position("AIXUSDT", -500, 1000, account=MAIN)
    world.set_position("ALTUSDT", -100_000, "0.41", account=MAIN)
    world.set_mark("AIXUSDT", 1040)
    async with on_bybit(exchange, monkeypatch, (AIX, ALT)) as seen:
        for symbol in (AIX, ALT):
            await seen.until(TiersChanged, lambda told: told.symbol == symbol)  # noqa: B023 - waits
        await seen.until(CollateralPriced)
        read = await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        await seen.fresh_mark(ALT)
        account = judged(seen).book.accounts["main"]
        pool = account.pools["account"]
        assert pool.equity == pytest.approx(5_000 + 285_000 + 54_000 - 20_000 + 1_000)
        assert pool.margin_ratio == pytest.approx(float(world.margin_ratio(MAIN)), rel=1e-9)
        assert read.equity == pytest.approx(pool.equity)
        assert read.maintenance_margin == pytest.approx(pool.maintenance_margin)
        for name, symbol in (("AIXUSDT", AIX), ("ALTUSDT", ALT)):
            line = float(world.liquidation_price(name, account=MAIN))
            row = account.positions[symbol, "net"]
            tick = float(world.markets[name].tick)
            assert row.liquidation_price == pytest.approx(line, rel=1e-9)
            assert row.told_liquidation_price == pytest.approx(line, abs=tick)


async def test_inverse_contracts_move_with_the_coins_behind_them(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3 BTC at 95 % behind a short of 90,000 dollars of them, and a dated long of 20,000."""
    world = exchange.world
    world.deposit(-100_000, account=MAIN)
    world.coins.deposit(3, account=MAIN)
    world.coins.set_position("BTCUSD_PERP", -4_900, 60_000, account=MAIN)
    world.coins.set_position("BTCUSD_301227", 200, 60_600, account=MAIN)
    world.set_mark("BTCUSDT", 61_000)
    async with on_bybit(exchange, monkeypatch, (COINED,)) as seen:
        dated = f"{COINED}-301227"
        for symbol in (COINED, dated):
            await seen.until(TiersChanged, lambda told: told.symbol == symbol)  # noqa: B023 - waits
        await seen.until(CollateralPriced)
        read = await seen.until(AccountRead)
        assert {each.symbol: each.contracts for each in read.positions} == {
            COINED: -490_000.0, dated: 20_000.0,
        }  # fmt: skip
        for symbol in (COINED, dated):
            await seen.fresh_mark(symbol)
        account = judged(seen).book.accounts["main"]
        pool = account.pools["account"]
        assert read.equity == pytest.approx(pool.equity)
        assert read.maintenance_margin == pytest.approx(pool.maintenance_margin)
        assert pool.margin_ratio == pytest.approx(float(world.margin_ratio(MAIN)), rel=1e-9)
        short = world.accounts[MAIN].coin_positions["BTCUSD_PERP", "BOTH"]
        line = inverse_liquidation_price(short, world.accounts[MAIN], world.venue_of("bybit"))
        assert pool.shock_up == pytest.approx(float(line) / 61_000 - 1.0, rel=1e-9)
        seen.forget()
        world.coins.trade("BTCUSD_PERP", 900, account=MAIN)
        told = await seen.until(PositionChanged, lambda told: told.end is EndReason.CLOSED)
        assert (told.position.symbol, told.position.contracts) == (COINED, -400_000.0)


async def test_an_isolated_position_has_the_line_of_the_exchange_itself(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = exchange.world
    alone = Position("ALTUSDT", Decimal(100_000), Decimal("0.41"), isolated_wallet=Decimal(9_000))
    world.hold(alone, MAIN)
    async with on_bybit(exchange, monkeypatch) as seen:
        await seen.until(TiersChanged)
        await seen.until(AccountRead)
        await seen.fresh_mark(ALT)
        account = judged(seen).book.accounts["main"]
        assert set(account.pools) == {ALT}
        row = account.positions[ALT, "net"]
        line = float(world.liquidation_price("ALTUSDT", account=MAIN))
        assert row.liquidation_price == pytest.approx(line, rel=1e-9)
        assert row.told_liquidation_price == pytest.approx(line, abs=0.00001)


@pytest.mark.parametrize("account_first", [False, True])
async def test_a_liquidation_is_named_whichever_frame_comes_first(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, *, account_first: bool
) -> None:
    world = exchange.world
    world.account_first = account_first
    world.set_position("AIXUSDT", -200, 1000, account=MAIN)
    async with on_bybit(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        world.liquidate("AIXUSDT", 80, account=MAIN)
        told = await seen.until(PositionChanged, lambda told: told.end is EndReason.LIQUIDATED)
        assert told.position.contracts == -120.0
        if not account_first:
            assert (await seen.until(VenueWarned)).kind == "liquidation"


async def test_coins_that_left_are_told_at_once_and_why_a_moment_later(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = exchange.world
    world.set_spot_balance("ALT", 500, account=MAIN)
    async with on_bybit(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        world.move_spot("ALT", 200, "withdraw", account=MAIN)
        moved = await seen.until(BalanceChanged, lambda told: told.balance.asset == "ALT")
        assert (moved.balance.total, moved.end) == (300.0, None)
        why = await seen.until(BalanceChanged, lambda told: told.end is not None)
        assert (why.balance.asset, why.end) == ("ALT", EndReason.TRANSFERRED)


async def test_what_happened_while_the_private_socket_was_cut_is_read(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, faults = exchange.world, exchange.faults_of("bybit")
    world.set_position("AIXUSDT", -200, 1000, account=MAIN)
    async with on_bybit(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        faults.cut_sockets("private", refuse_seconds=30)
        await seen.until(FeedLost, lambda lost: lost.feed == "user")
        world.trade("AIXUSDT", 50, account=MAIN)
        seen.forget()
        faults.accept()
        await seen.until(FeedRestored, lambda back: back.feed == "user", within=5.0)
        await seen.until(AccountRead, lambda read: read.positions[0].contracts == -150)
        world.trade("AIXUSDT", 50, account=MAIN)
        await seen.until(PositionChanged, lambda told: told.position.contracts == -100)


async def test_a_key_that_has_expired_is_said_to_be_refused(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_bybit(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        exchange.world.set_rights(account=MAIN, expired=True)
        exchange.faults_of("bybit").cut_sockets("private")
        refused = await seen.until(AccountRefused, within=5.0)
        assert "refuses the key" in refused.reason
        assert "33004" in refused.reason


async def test_a_private_subscription_that_is_refused_is_said_in_the_words_of_the_venue(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hedgewatch.sim.wire.bybit_requests._PRIVATE", frozenset())
    async with on_bybit(exchange, monkeypatch) as seen:
        lost = await seen.until(FeedLost, lambda lost: lost.feed == "user", within=5.0)
        assert "error:handler not found,topic:position" in lost.reason
        monkeypatch.undo()
        await seen.until(FeedRestored, lambda back: back.feed == "user")


async def test_poison_frames_are_skipped_and_the_next_mark_is_fresh(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = exchange.faults_of("bybit")
    async with on_bybit(exchange, monkeypatch, (AIX,)) as seen:
        await seen.fresh_mark(AIX)
        for kind in POISONS:
            for where in ("market", "private"):
                faults.poison(kind, where=where)
        await seen.fresh_mark(AIX, within=2.0)
        assert {mark.price for mark in seen.all(MarkPriceChanged)} == {1000.0}
        assert seen.watch.odd_frames > 0
        assert [lost.feed for lost in seen.all(FeedLost)] == []


async def test_an_error_inside_a_reply_is_no_reading_and_ends_with_its_cause(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -200, 1000, account=MAIN)
    faults = exchange.faults_of("bybit")
    async with on_bybit(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        faults.rest_outage(200)
        await seen.watch.reconcile()
        lost = await seen.until(FeedLost, lambda lost: lost.feed == "rest")
        assert "10016" in lost.reason
        assert seen.all(AccountRead) == []
        faults.restore()
        await seen.watch.reconcile()
        reading = await seen.until(AccountRead)
        assert reading.positions[0].contracts == -200.0


async def test_a_redirect_is_not_followed(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_bybit(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        exchange.faults_of("bybit").redirect(exchange.url)
        await seen.watch.reconcile()
        lost = await seen.until(FeedLost, lambda lost: lost.feed == "rest")
        assert "redirect" in lost.reason
        assert exchange.requests == {}


async def test_a_wrong_secret_is_refused_by_the_venue_and_said(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_bybit(exchange, monkeypatch, secret="wrong") as seen:
        refused = await seen.until(AccountRefused)
        assert "10004" in refused.reason
