"""What an account looks like through real ccxt, while all is well and while it is refused."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from hedgewatch.core.events import (
    AccountAccepted,
    AccountHeard,
    AccountRead,
    AccountRefused,
    BalanceChanged,
    FeedLost,
    FeedRestored,
    KeyRead,
    MarketDefined,
    MarkPriceChanged,
    PositionChanged,
    QuoteChanged,
    TiersChanged,
)
from hedgewatch.core.model import EndReason
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.keys import DEMO_KEY, DEMO_SECRET, SECOND_KEY
from hedgewatch.venues import sidelines
from tests.support.patience import stopwatch
from tests.venues.watching import AIX, ALT, BTC, now, watched

pytestmark = pytest.mark.live


async def test_positions_account_and_prices_arrive_as_the_exchange_holds_them(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -50, 1000)
    async with watched(exchange, monkeypatch) as seen:
        reading = await seen.until(AccountRead)
        held = reading.positions[0]
        assert (held.symbol, held.kind, held.contracts, held.entry_price) == (AIX, "net", -50, 1000)
        expected = exchange.world.liquidation_price("AIXUSDT")
        assert held.venue_liquidation_price == pytest.approx(float(expected))
        assert reading.balances[0].total == 100_000.0
        assert reading.margin_in_use == 10_000.0
        exchange.world.set_mark("ALTUSDT", "0.41234")
        await seen.until(MarkPriceChanged, lambda mark: mark.price == 0.41234)
        await seen.until(QuoteChanged, lambda quote: 0.41 < quote.bid < quote.ask < 0.42)
        assert [type(event) for event in seen.events].count(AccountAccepted) == 1
        for feed in ("mark", "quote", "user", "rest"):
            await seen.until(FeedRestored, partial(_is_of, feed))


def _is_of(feed: str, back: FeedRestored) -> bool:
    return back.feed == feed


async def test_the_market_and_tiers_of_a_position_are_told_before_the_position(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -50, 1000)
    async with watched(exchange, monkeypatch) as seen:
        reading = await seen.until(AccountRead)
        before = seen.events[: seen.events.index(reading)]
        markets = {e.market.symbol: e.market for e in before if isinstance(e, MarketDefined)}
        tiers = {e.symbol: e.tiers for e in before if isinstance(e, TiersChanged)}
        assert set(markets) == set(tiers) == {ALT, AIX}
        assert (markets[ALT].step, markets[ALT].tick) == (Decimal(1), Decimal("0.00001"))
        assert (tiers[AIX][1].floor, tiers[AIX][1].rate, tiers[AIX][1].deduction) == (
            50_000.0,
            0.05,
            1_500.0,
        )
        await seen.fresh_mark(AIX)


async def test_a_trade_in_a_market_not_watched_before_is_followed_at_once(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        exchange.world.trade("BTCUSDT", "0.5")
        told = await seen.until(PositionChanged, within=1.0)
        assert (told.position.symbol, told.position.contracts) == (BTC, 0.5)
        await seen.until(MarketDefined, lambda event: event.market.symbol == BTC)
        await seen.fresh_mark(BTC)
        await seen.fresh_mark(ALT)
        assert seen.all(FeedLost) == []


async def test_a_liquidation_and_a_deposit_are_told_within_a_second_with_their_reason(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -50, 1000)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        async with stopwatch() as took:
            exchange.world.deposit(2500)
            balance = await seen.until(BalanceChanged)
        assert took.seconds < 1.0
        assert balance.balance.total == 102_500.0
        async with stopwatch() as took:
            exchange.world.liquidate("AIXUSDT")
            gone = await seen.until(PositionChanged)
        assert took.seconds < 1.0
        assert (gone.position.contracts, gone.end) == (0.0, EndReason.LIQUIDATED)


async def test_calls_that_come_while_a_reading_runs_share_the_next_one(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        before = exchange.requests["GET /fapi/v3/positionRisk"]
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(seen.watch.reconcile())
        assert exchange.requests["GET /fapi/v3/positionRisk"] - before == 2


async def test_the_private_socket_is_heard_every_few_seconds(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountHeard, within=6.0)


async def test_tiers_that_the_venue_changes_overnight_are_told_at_the_next_refresh(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        await seen.watch.refresh_tiers()
        assert seen.all(TiersChanged) == []
        tiers = exchange.world.markets["ALTUSDT"].tiers
        exchange.world.set_tiers("ALTUSDT", tiers[1:])
        await seen.watch.refresh_tiers()
        assert [event.symbol for event in seen.all(TiersChanged)] == [ALT]


async def test_a_perpetual_that_is_delisted_has_an_end_and_says_that_it_settles(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        defined = await seen.until(MarketDefined, lambda event: event.market.symbol == ALT)
        assert (defined.market.status, defined.market.expiry) == ("trading", None)
        await seen.until(AccountRead)
        seen.forget()
        listed = exchange.world.markets["ALTUSDT"]
        ending = replace(listed, status="SETTLING", delisted=1_796_774_400_000)
        exchange.world.list_market(ending, "0.40")
        await seen.markets.refresh_markets()
        told = await seen.until(MarketDefined, lambda event: event.market.symbol == ALT)
        assert (told.market.status, told.market.expiry) == ("settling", 1_796_774_400.0)


async def test_a_key_that_can_trade_makes_the_account_unusable_until_it_cannot(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_rights(enableFutures=True)
    async with watched(exchange, monkeypatch) as seen:
        refused = await seen.until(AccountRefused)
        assert refused.reason == "the key can trade (enableFutures): make a read-only key"
        assert refused.powerful
        assert seen.all(AccountRead) == []
        exchange.world.set_rights(enableFutures=False)
        await seen.until(AccountAccepted)


async def test_a_key_that_gains_a_right_is_found_by_the_daily_check_and_dropped(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.watch.check_key()
        assert seen.all(AccountRefused) == []
        exchange.world.set_rights(enableWithdrawals=True)
        await seen.watch.check_key()
        refused = await seen.until(AccountRefused)
        assert "enableWithdrawals" in refused.reason
        assert refused.powerful


async def test_a_key_whose_right_to_read_is_taken_away_leaves_an_account_unusable_with_words(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        told = await seen.until(KeyRead)
        assert (told.bound_to_address, told.verified) == (False, True)
        await seen.until(AccountRead)
        exchange.world.set_rights(enableReading=False)
        await seen.watch.reconcile()
        refused = await seen.until(AccountRefused)
        assert not refused.powerful
        assert "lacks the right to read" in refused.reason
        seen.forget()
        exchange.world.set_rights(enableReading=True)
        await seen.until(AccountAccepted, within=5.0)


async def test_a_wrong_key_is_refused_in_words_and_shown_nowhere(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch, key=SECOND_KEY) as seen:
        refused = await seen.until(AccountRefused)
        assert not refused.powerful
        assert "the venue refuses the key" in refused.reason
    said = "".join(map(str, seen.events))
    assert not [secret for secret in (SECOND_KEY, DEMO_KEY, DEMO_SECRET) if secret in said]


async def test_an_unknown_symbol_is_named_with_the_nearest_and_the_rest_goes_on(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch, symbols=(ALT, "AIXX/USDT:USDT")) as seen:
        refused = await seen.until(AccountRefused)
        assert refused.reason == (
            "the venue lists no market AIXX/USDT:USDT (did you mean AIX/USDT:USDT?)"
        )
        await seen.until(AccountRead)
        await seen.fresh_mark(ALT)


async def test_spot_balances_are_read_and_their_quotes_streamed(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_spot_balance("ALT", 400_000, 100_000)
    main = exchange.world.accounts["main"]
    main.lent["ALT"], main.bound["ALT"] = Decimal(100_000), Decimal(10_000)
    main.funding |= {"ALT": Decimal(20_000), "BTC": Decimal(2)}
    async with watched(exchange, monkeypatch, venue="binance", symbols=("ALT/USDT",)) as seen:
        reading = await seen.until(AccountRead)
        owned = {balance.asset: balance for balance in reading.balances}
        assert (owned["ALT"].total, owned["ALT"].locked) == (630_000.0, 210_000.0)
        assert owned["BTC"].total == 2.0
        quote = await seen.until(QuoteChanged)
        assert (quote.venue, quote.symbol) == ("binance", "ALT/USDT")
        exchange.world.set_spot_balance("ALT", 0)
        seen.forget()
        await seen.watch.reconcile()
        read = await seen.until(AccountRead)
        assert {b.asset: b.total for b in read.balances}["ALT"] == 130_000.0


@pytest.mark.parametrize("behind", [-3600.0, 3600.0])
async def test_a_quote_without_a_time_gets_that_of_the_venues_clock(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, behind: float
) -> None:
    """By our own clock it would look old, or of the future, when ours is wrong."""
    spot = watched(
        exchange, monkeypatch, venue="binance", symbols=("ALT/USDT",), clock_behind=behind
    )
    async with spot as seen:
        quote = await seen.until(QuoteChanged)
        assert quote.venue_time == pytest.approx(now(), abs=1.0)


async def test_nothing_but_the_allowed_addresses_is_ever_asked(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sidelines, "ROUND_SECONDS", 0.1)
    monkeypatch.setattr(sidelines, "PAUSE_SECONDS", 0.05)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.watch.keep_listen_key()
        await seen.watch.refresh_tiers()
        await seen.markets.refresh_terms()
        await seen.watch.read_collateral()
        await seen.markets.read_liquidity()
        await seen.markets.read_history()
        await seen.watch.check_key()
        await seen.fresh_mark()
        assert seen.watch.refused_requests == 0
        assert seen.watch.odd_frames == 0
    assert set(exchange.requests) == {
        "GET /sapi/v1/account/apiRestrictions",
        "GET /fapi/v1/time",
        "GET /fapi/v1/exchangeInfo",
        "GET /fapi/v1/leverageBracket",
        "GET /fapi/v1/multiAssetsMargin",
        "GET /sapi/v1/account/info",
        "GET /fapi/v1/fundingInfo",
        "GET /fapi/v1/symbolConfig",
        "GET /fapi/v1/openInterest",
        "GET /fapi/v1/depth",
        "GET /fapi/v1/markPriceKlines",
        "GET /fapi/v1/ticker/24hr",
        "POST /fapi/v1/listenKey",
        "PUT /fapi/v1/listenKey",
        "GET /fapi/v3/positionRisk",
        "GET /fapi/v3/account",
    }
