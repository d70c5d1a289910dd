"""A leg that shrinks at the exchange is named with its cause, through real ccxt."""

import asyncio
from collections.abc import Callable

import ccxt
import pytest

from hedgewatch.core.events import (
    AccountRead,
    BalanceChanged,
    FeedLost,
    MarketDefined,
    PositionChanged,
)
from hedgewatch.core.model import EndReason
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.world import World
from tests.support.patience import PATIENCE
from tests.venues.test_watch_terms import dated_future
from tests.venues.watching import AIX, now, watched

pytestmark = pytest.mark.live

CAUSES: list[tuple[Callable[[World], None], float, EndReason]] = [
    (lambda world: world.liquidate("AIXUSDT", 80), -120.0, EndReason.LIQUIDATED),
    (lambda world: world.deleverage("AIXUSDT", 50), -150.0, EndReason.AUTO_DELEVERAGED),
    (lambda world: world.settle("AIXUSDT"), 0.0, EndReason.SETTLED),
    (lambda world: world.trade("AIXUSDT", 10), -190.0, EndReason.CLOSED),
]


@pytest.mark.parametrize("account_first", [False, True])
@pytest.mark.parametrize(("act", "left", "end"), CAUSES, ids=[str(cause[2]) for cause in CAUSES])
async def test_a_part_that_went_is_named_with_its_cause_in_either_order_of_the_frames(
    exchange: PaperExchange,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[World], None],
    left: float,
    end: EndReason,
    account_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    exchange.world.account_first = account_first
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        act(exchange.world)
        told = await seen.until(PositionChanged, lambda event: event.end is end, within=1.0)
        assert (told.position.symbol, told.position.contracts) == (AIX, left)
        assert seen.all(PositionChanged)[-1].end is end


async def test_a_dated_contract_that_is_settled_at_its_end_is_expired_and_not_delisted(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = int((now() + 60.0) * 1000)
    exchange.world.list_market(dated_future(ending), 61_000)
    exchange.world.set_position("BTCUSDT_300329", -1, 61_000)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        exchange.world.settle("BTCUSDT_300329")
        told = await seen.until(PositionChanged, within=1.0)
        dated = [event.market.symbol for event in seen.all(MarketDefined) if event.market.expiry]
        assert ([told.position.symbol], told.end) == (dated, EndReason.EXPIRED)


async def test_money_that_leaves_the_futures_wallet_was_transferred(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        exchange.world.deposit(-30_000)
        told = await seen.until(BalanceChanged, within=1.0)
        assert (told.balance.total, told.end) == (70_000.0, EndReason.TRANSFERRED)
        seen.forget()
        exchange.world.deposit(30_000)
        assert (await seen.until(BalanceChanged, within=1.0)).end is None


@pytest.mark.parametrize(
    ("how", "end"),
    [
        ("MAIN_UMFUTURE", EndReason.TRANSFERRED),
        ("withdraw", EndReason.TRANSFERRED),
        ("sell", EndReason.CLOSED),
    ],
)
async def test_a_coin_that_left_the_spot_wallet_says_how_it_went(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, how: str, end: EndReason
) -> None:
    exchange.world.set_spot_balance("ALT", 500_000)
    async with watched(exchange, monkeypatch, venue="binance", symbols=("ALT/USDT",)) as seen:
        await seen.until(AccountRead)
        exchange.world.move_spot("ALT", 200_000, how)
        await seen.watch.reconcile()
        told = await seen.until(BalanceChanged, within=1.0)
        assert (told.account, told.balance.asset, told.balance.total) == ("main", "ALT", 300_000)
        assert told.end is end
        reading = seen.all(AccountRead)[-1]
        assert {balance.asset: balance.total for balance in reading.balances}["ALT"] == 300_000
        seen.forget()
        await seen.watch.reconcile()
        assert seen.all(BalanceChanged) == []
        assert seen.watch.refused_requests == 0


async def test_a_coin_that_went_for_a_reason_nobody_knows_is_given_none(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_spot_balance("ALT", 500_000)
    exchange.world.set_spot_balance("BTC", 3)
    async with watched(exchange, monkeypatch, venue="binance", symbols=("ALT/USDT",)) as seen:
        await seen.until(AccountRead)
        exchange.world.set_spot_balance("ALT", 100_000)
        exchange.world.set_spot_balance("BTC", 1)
        before = exchange.requests.get("GET /api/v3/myTrades", 0)
        await seen.watch.reconcile()
        assert seen.all(BalanceChanged) == []
        assert exchange.requests["GET /api/v3/myTrades"] - before == 1
        exchange.world.set_spot_balance("ALT", 400_000)
        await seen.watch.reconcile()
        assert exchange.requests["GET /api/v3/myTrades"] - before == 1


async def test_records_that_are_not_answered_hold_up_no_reading_of_the_account(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow answers once kept a spot account unread for longer than makes it blind."""

    async def unanswered(*asked: object) -> EndReason | None:
        del asked
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr("hedgewatch.venues.losses.EXPLAINED_WITHIN", 0.2)
    monkeypatch.setattr("hedgewatch.venues.dialects.binance_outflows._transferred", unanswered)
    exchange.world.set_spot_balance("ALT", 500_000)
    async with watched(exchange, monkeypatch, venue="binance", symbols=("ALT/USDT",)) as seen:
        await seen.until(AccountRead)
        exchange.world.move_spot("ALT", 200_000, "sell")
        async with asyncio.timeout(PATIENCE):
            await seen.watch.reconcile()
            seen.forget()
            await seen.watch.reconcile()
        reading = seen.all(AccountRead)[-1]
        assert {balance.asset: balance.total for balance in reading.balances}["ALT"] == 300_000
        assert seen.all(FeedLost) == []


async def test_a_record_that_is_not_heard_in_time_keeps_the_next_one_from_nothing(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def timed_out(*asked: object) -> EndReason | None:
        del asked
        raise ccxt.RequestTimeout("binance")

    monkeypatch.setattr("hedgewatch.venues.dialects.binance_outflows._transferred", timed_out)
    exchange.world.set_spot_balance("ALT", 500_000)
    async with watched(exchange, monkeypatch, venue="binance", symbols=("ALT/USDT",)) as seen:
        await seen.until(AccountRead)
        exchange.world.move_spot("ALT", 200_000, "sell")
        await seen.watch.reconcile()
        assert (await seen.until(BalanceChanged, within=1.0)).end is EndReason.CLOSED
