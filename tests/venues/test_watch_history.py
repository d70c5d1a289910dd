"""The past of prices through real ccxt: read when something was missed, and never in the way."""

import asyncio
from functools import partial

import pytest

from hedgewatch.core.events import AccountRead, AccountRefused, BarsRead, FeedLost
from hedgewatch.sim.accounts import ZERO
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.past import MINUTE, MINUTES_BEFORE
from hedgewatch.venues import sidelines
from hedgewatch.venues.dialects.binance_candles import bars
from hedgewatch.venues.fields import OddReplyError
from tests.venues.watching import AIX, ALT, now, watched

pytestmark = pytest.mark.live

PATH = "GET /fapi/v1/markPriceKlines"


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sidelines, "PAUSE_SECONDS", 0.05)


async def test_the_day_before_the_start_is_read_of_every_market_that_is_watched_or_held(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -50, 1000)
    async with watched(exchange, monkeypatch) as seen:
        for symbol, past in ((ALT, "ALTUSDT"), (AIX, "AIXUSDT")):
            told = await seen.until(BarsRead, partial(_of, symbol))
            world = exchange.world
            closes = dict(world.past.closes(past, world.marks[past]))
            assert told.venue == "binanceusdm"
            assert 1_498 <= len(told.bars) <= 1_499
            for end, price in told.bars:
                assert price == pytest.approx(float(closes[int(end * 1000) - MINUTE]), abs=1e-8)
            assert now() - 65.0 < told.bars[-1][0] <= now()


async def test_what_is_judged_first_does_not_wait_for_the_past_of_all_markets(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sidelines, "PAUSE_SECONDS", 30.0)
    async with watched(exchange, monkeypatch, symbols=(AIX, ALT)) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        await seen.fresh_mark(ALT)
        assert len(seen.all(BarsRead)) <= 1


async def test_after_a_reconnection_only_the_minutes_that_may_have_been_missed_are_read(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.until(BarsRead)
        await seen.fresh_mark()
        await seen.markets.read_history()
        asked = exchange.requests[PATH]
        await seen.markets.read_history()
        assert exchange.requests[PATH] == asked
        seen.forget()
        await seen.reconnect("the machine slept")
        told = await seen.until(BarsRead)
        assert 1 <= len(told.bars) <= 3


async def test_a_past_that_cannot_be_read_costs_no_feed_and_is_read_by_the_next_round(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch, symbols=(AIX, ALT)) as seen:
        for symbol in (AIX, ALT):
            await seen.until(BarsRead, partial(_of, symbol))
        exchange.faults.rest_outage(503)
        await seen.reconnect("the machine slept")
        await seen.fresh_mark()
        seen.forget()
        await seen.markets.read_history()
        assert seen.all(BarsRead) == []
        assert seen.all(AccountRefused) == []
        assert [lost for lost in seen.all(FeedLost) if lost.feed != "rest"] == []
        exchange.faults.restore()
        await seen.markets.read_history()
        assert {read.symbol for read in seen.all(BarsRead)} == {ALT, AIX}


async def test_a_market_whose_past_makes_no_sense_holds_up_no_other(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.past._walks["AIXUSDT"] = [ZERO] * MINUTES_BEFORE  # noqa: SLF001
    async with watched(exchange, monkeypatch, symbols=(AIX, ALT)) as seen:
        await seen.until(BarsRead, lambda read: read.symbol == ALT)
        await asyncio.sleep(0.1)
        assert {read.symbol for read in seen.all(BarsRead)} == {ALT}


async def test_spot_pairs_have_the_past_of_their_trades(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch, symbols=("ALT/USDT",), venue="binance") as seen:
        told = await seen.until(BarsRead)
        assert (told.venue, told.symbol) == ("binance", "ALT/USDT")
        assert 998 <= len(told.bars) <= 999
        assert told.bars[-1][1] == pytest.approx(0.40, rel=0.05)


def _of(symbol: str, read: BarsRead) -> bool:
    return read.symbol == symbol


def candle(end: float, close: object, trades: object = 60) -> list[object]:
    """As Binance writes one."""
    start = int(end * 1000) - MINUTE
    return [start, "1", "1", "1", close, "0", start + MINUTE - 1, "0", trades, "0", "0", "0"]


def test_a_minute_that_runs_or_ended_just_now_is_not_told_of() -> None:
    rows = [candle(end, "2.5") for end in (6_000.0, 6_060.0, 6_120.0)]
    assert bars("v", "s", rows, 6_061.0).bars == ((6_000.0, 2.5),)
    assert bars("v", "s", rows, 6_062.5).bars == ((6_000.0, 2.5), (6_060.0, 2.5))


def test_a_minute_in_which_nobody_traded_is_no_price_of_a_pair_but_one_of_a_mark() -> None:
    rows = [candle(6_000.0, "2.5", 3), candle(6_060.0, "2.5", 0)]
    assert bars("v", "s", rows, 9_000.0, of_trades=True).bars == ((6_000.0, 2.5),)
    assert len(bars("v", "s", rows, 9_000.0).bars) == 2


@pytest.mark.parametrize(
    "reply",
    [
        {"code": -1},
        [{"close": 1}],
        [[1, 2, 3]],
        [candle(6_000.0, "0")],
        [candle(6_000.0, "nan")],
        [candle(6_030.0, "1")],
    ],
)
def test_candles_that_make_no_sense_are_refused_as_a_whole(reply: object) -> None:
    with pytest.raises(OddReplyError):
        bars("v", "s", reply, 9_000.0)
