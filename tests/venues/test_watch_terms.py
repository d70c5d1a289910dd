"""Funding, order books and quotes through real ccxt, and what their failures may not do."""

import asyncio
from decimal import Decimal

import pytest

from hedgewatch.core.events import (
    AccountRead,
    FeedLost,
    LiquidityRead,
    MarketDefined,
    MarkPriceChanged,
    QuoteChanged,
)
from hedgewatch.core.margin.regimes import REGIMES
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.markets import Perpetual, brackets
from hedgewatch.sim.wire.binance_route import Call, Route
from hedgewatch.sim.wire.binance_routes import ROUTES
from hedgewatch.sim.wire.signature import Refusal
from hedgewatch.venues import sidelines
from hedgewatch.venues.dialects.binanceusdm import BinanceUsdm
from tests.support.patience import PATIENCE
from tests.venues.watching import AIX, ALT, now, watched

pytestmark = pytest.mark.live

DATED = "BTC/USDT:USDT-300329"
END = 1_900_992_000_000


def dated_future(expiry: int = END, symbol: str = "BTCUSDT_300329") -> Perpetual:
    """A quarterly contract on BTC."""
    tiers = brackets((50_000, "0.01", 50), (5_000_000, "0.025", 20))
    return Perpetual(symbol, "BTC", Decimal("0.1"), Decimal("0.001"), tiers, expiry=expiry)


async def test_rate_and_interval_of_funding_come_with_marks_and_markets(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.funding_rate = Decimal("-0.00025")
    exchange.world.list_market(dated_future(), 61_000)
    async with watched(exchange, monkeypatch, symbols=(ALT, DATED)) as seen:
        mark = await seen.fresh_mark(ALT)
        assert mark.funding_rate == -0.00025
        assert (await seen.fresh_mark(DATED)).funding_rate is None
        markets = {event.market.symbol: event.market for event in seen.all(MarketDefined)}
        assert (markets[ALT].funding_interval, markets[ALT].expiry) == (28800.0, None)
        assert (markets[DATED].funding_interval, markets[DATED].expiry) == (None, END / 1000)


async def test_an_interval_that_the_venue_shortens_is_told_at_the_next_refresh(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        listed = exchange.world.markets["ALTUSDT"]
        tiers, tick, step = listed.tiers, listed.tick, listed.step
        hourly = Perpetual("ALTUSDT", "ALT", tick, step, tiers, funding_hours=1)
        exchange.world.list_market(hourly, "0.40")
        await seen.markets.refresh_terms()
        changed = [event.market for event in seen.all(MarketDefined)]
        assert [(market.symbol, market.funding_interval) for market in changed] == [(ALT, 3600.0)]
        await seen.markets.refresh_terms()
        assert len(seen.all(MarketDefined)) == 1


async def test_the_books_of_all_that_is_watched_are_read_at_the_start_and_by_each_round(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sidelines, "ROUND_SECONDS", 0.2)
    monkeypatch.setattr(sidelines, "PAUSE_SECONDS", 0.1)
    exchange.world.set_position("AIXUSDT", -50, 1000)
    async with watched(exchange, monkeypatch) as seen:
        book = await seen.until(LiquidityRead)
        assert (book.venue, book.symbol) == ("binanceusdm", ALT)
        assert (book.bids[0], book.asks[0]) == ((0.39999, 1000.0), (0.40001, 1000.0))
        assert (len(book.bids), len(book.asks), book.day_volume) == (500, 500, 100_000.0)
        assert book.venue_time == pytest.approx(now(), abs=2.0)
        await seen.fresh_mark(AIX)
        seen.forget()
        exchange.world.level_amount = Decimal("2.5")
        await seen.markets.read_liquidity()
        assert {event.symbol: event.bids[0][1] for event in seen.all(LiquidityRead)} == {
            ALT: 2.5,
            AIX: 2.5,
        }


async def test_books_that_cannot_be_read_cost_no_feed_and_no_reading_of_the_account(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sidelines, "ROUND_SECONDS", 0.2)
    monkeypatch.setattr(sidelines, "PAUSE_SECONDS", 0.1)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.until(LiquidityRead, lambda book: book.symbol == ALT)
        await seen.fresh_mark(AIX)
        seen.forget()
        exchange.faults.rest_outage(503)
        await seen.markets.read_liquidity()
        await seen.watch.read_collateral()
        await seen.markets.refresh_terms()
        assert seen.all(LiquidityRead) == []
        assert seen.all(FeedLost) == []
        exchange.faults.restore()
        await seen.markets.read_liquidity()
        assert {book.symbol for book in seen.all(LiquidityRead)} == {ALT, AIX}


async def test_a_contract_whose_quote_stands_still_is_no_lost_feed_while_marks_flow(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hedgewatch.venues.prices.LIMITS", {"mark": 5.0, "quote": 0.5})
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(QuoteChanged, lambda quote: quote.symbol == ALT)
        await seen.fresh_mark()
        exchange.faults.mute("bookTicker")
        seen.forget()
        await asyncio.sleep(1.5)
        assert seen.all(QuoteChanged) == []
        assert seen.all(MarkPriceChanged) != []
        assert seen.all(FeedLost) == []


async def test_funding_intervals_that_nobody_tells_delay_no_price_and_no_reading(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unanswered(dialect: BinanceUsdm, exchange: object) -> None:
        del dialect, exchange
        await asyncio.Event().wait()

    monkeypatch.setattr(BinanceUsdm, "read_terms", unanswered)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark(ALT)


async def test_a_margin_mode_that_was_not_told_at_the_start_is_asked_for_until_it_is(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(call: Call) -> object:
        del call
        raise Refusal(503, -1000, "Service unavailable.")

    asked = "GET /fapi/v1/multiAssetsMargin"
    told = ROUTES[asked]
    monkeypatch.setattr("hedgewatch.venues.supervisor._RELIST_SECONDS", 0.1)
    monkeypatch.setitem(ROUTES, asked, Route(refuse))
    exchange.world.accounts["main"].multi_assets = True
    async with watched(exchange, monkeypatch) as seen:
        untold = await seen.until(AccountRead)
        assert untold.cross_regime.unknown
        monkeypatch.setitem(ROUTES, asked, told)
        async with asyncio.timeout(PATIENCE):
            while seen.all(AccountRead)[-1].cross_regime is untold.cross_regime:
                await asyncio.sleep(0.1)
                await seen.watch.reconcile()
        assert seen.all(AccountRead)[-1].cross_regime is REGIMES["binance-usdm-multi-assets"]
        answered = exchange.requests[asked]
        await asyncio.sleep(0.5)
        assert exchange.requests[asked] == answered
