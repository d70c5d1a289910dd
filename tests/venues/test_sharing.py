"""Accounts at one venue share its markets and its prices, and cost each other nothing."""

import asyncio
from collections import Counter
from functools import partial
from itertools import pairwise, product

import pytest

from hedgewatch.core.events import (
    AccountRead,
    AccountRefused,
    Event,
    FeedLost,
    FeedRestored,
    MarkPriceChanged,
    PositionChanged,
)
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.keys import BYBIT_KEY, BYBIT_SECRET, SECOND_KEY, SECOND_SECRET
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.prices import LIMITS
from hedgewatch.venues.settings import AccountSettings
from tests.support.patience import PATIENCE, stopwatch
from tests.venues.watching import AIX, ALT, BTC, Watched, watched

pytestmark = pytest.mark.live

PRICES = ("mark", "quote")


def second(seen: Watched, *symbols: str, key: str = SECOND_KEY) -> None:
    """Watch another account at the same venue."""
    written = {
        "name": "second",
        "venue": "binanceusdm",
        "credentials": {"api_key": {"env": "SECOND_KEY"}, "secret": {"env": "SECOND_SECRET"}},
        "endpoint": {"rest": seen.exchange.url, "ws": seen.exchange.ws_url},
    }
    seen.monkeypatch.setenv("SECOND_KEY", key)
    seen.monkeypatch.setenv("SECOND_SECRET", SECOND_SECRET)
    seen.hub.open(AccountSettings.model_validate(written), symbols)


def of_second(event: FeedRestored | FeedLost | AccountRead | AccountRefused) -> bool:
    return event.account == "second"


def is_of(feed: tuple[str, str], event: FeedRestored | FeedLost) -> bool:
    return (event.account, event.feed) == feed


async def both_stand(seen: Watched) -> None:
    await seen.until(AccountRead, lambda read: read.account == "main")
    await until_second_stands(seen)


async def until_second_stands(seen: Watched) -> None:
    await seen.until(AccountRead, of_second)
    await seen.until(FeedRestored, partial(is_of, ("second", "mark")))


async def until_all_came(exchange: PaperExchange) -> int:
    """How many requests came, with those that were on their way already."""
    async with asyncio.timeout(PATIENCE):
        asked = -1
        while asked != sum(exchange.requests.values()):
            asked = sum(exchange.requests.values())
            await asyncio.sleep(0.3)
    return asked


def largest_gap(seen: Watched, symbol: str) -> float:
    """Seconds between two prices of a market, by the venue's clock, at the most."""
    times = sorted({m.venue_time for m in seen.all(MarkPriceChanged) if m.symbol == symbol})
    return max(after - before for before, after in pairwise(times))


def lost(seen: Watched) -> list[Event]:
    return [*seen.all(FeedLost), *seen.all(AccountRefused)]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The path of each socket that was opened."""
    found: list[str] = []
    dial = Connection.socket

    def counted(connection: Connection, url: str) -> object:
        found.append(url.split("/")[3])
        return dial(connection, url)

    monkeypatch.setattr(Connection, "socket", counted)
    return found


async def test_accounts_at_one_venue_load_its_markets_once_and_share_its_price_sockets(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, dialled: list[str]
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        second(seen, ALT)
        await both_stand(seen)
        for feed in product(("main", "second"), PRICES):
            await seen.until(FeedRestored, partial(is_of, feed))
        restored = {(back.account, back.feed) for back in seen.all(FeedRestored)}
        feeds = (*PRICES, "user", "rest")
        assert restored == {(name, feed) for name in ("main", "second") for feed in feeds}
        assert exchange.requests["GET /fapi/v1/exchangeInfo"] == 1
        dials = Counter(dialled)
        assert dials["private"] == 2
        assert max(dials["market"], dials["public"]) <= 2  # once more when the second account came
        await seen.markets.refresh_markets()
        seen.forget()
        for watch in seen.hub.accounts():
            await watch.reconcile()
        assert {read.account for read in seen.all(AccountRead)} == {"main", "second"}
        assert exchange.requests["GET /fapi/v1/exchangeInfo"] == 2


async def test_a_key_that_is_refused_costs_no_account_its_prices(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        second(seen, ALT, key="0" * 64)
        refused = await seen.until(AccountRefused, of_second)
        assert "the venue refuses the key" in refused.reason
        await seen.until(AccountRead)
        for feed in product(("main", "second"), PRICES):
            await seen.until(FeedRestored, partial(is_of, feed))
        assert seen.all(FeedLost) == []


async def test_an_account_that_comes_and_goes_interrupts_no_price_of_another(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen, stopwatch() as watch:
        await seen.until(AccountRead)
        await seen.fresh_mark()
        seen.forget()
        second(seen, BTC)
        await until_second_stands(seen)
        await seen.fresh_mark(BTC)
        await seen.hub.close("second")
        await seen.hub.tidy()
        await seen.fresh_mark()
        assert {event.account for event in seen.all(FeedLost)} == {"second"}
        assert largest_gap(seen, ALT) < 1.0 + watch.withheld


async def test_other_symbols_are_followed_without_a_gap_in_those_that_were(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen, stopwatch() as watch:
        await seen.until(AccountRead)
        await seen.fresh_mark()
        seen.forget()
        seen.watch.follow((ALT, AIX, BTC))
        await seen.fresh_mark(BTC)
        await seen.fresh_mark(AIX)
        await seen.fresh_mark(ALT)
        assert lost(seen) == []
        assert largest_gap(seen, ALT) < 1.0 + watch.withheld
        seen.watch.follow(("NOPE/USDT:USDT",))
        refused = await seen.until(AccountRefused)
        assert refused.reason.startswith("the venue lists no market NOPE/USDT:USDT")


async def test_a_market_that_falls_silent_is_said_to_those_who_need_it_and_the_others_flow_on(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The subscription was taken; of one market nothing comes."""
    monkeypatch.setitem(LIMITS, "mark", 3.0)
    async with watched(exchange, monkeypatch) as seen, stopwatch() as watch:
        second(seen, BTC)
        await both_stand(seen)
        await seen.fresh_mark(BTC)
        seen.forget()
        market = exchange.world.markets.pop("BTCUSDT")
        gone = await seen.until(FeedLost, within=4.0)
        assert (gone.account, gone.feed) == ("second", "mark")
        assert gone.reason == f"silent for 3.0 s: {BTC}"
        await seen.fresh_mark()
        exchange.world.markets["BTCUSDT"] = market
        await seen.until(FeedRestored, of_second)
        assert {event.account for event in seen.all(FeedLost)} == {"second"}
        assert largest_gap(seen, ALT) < 1.0 + watch.withheld


async def test_old_sockets_are_relieved_by_new_ones_and_nobody_hears_of_it(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, dialled: list[str]
) -> None:
    """Venues end each socket after 24 hours: here after one second, the overlap is as short."""
    monkeypatch.setattr("hedgewatch.venues.lines.SOCKET_SECONDS", 1.0)
    monkeypatch.setattr("hedgewatch.venues.reliefs.OVERLAP_SECONDS", 0.3)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark()
        seen.forget()
        async with asyncio.timeout(PATIENCE), stopwatch() as watch:
            while min(Counter(dialled).values()) < 3:
                exchange.world.trade("ALTUSDT", 1)
                await seen.until(PositionChanged)
                seen.events[:] = [e for e in seen.events if not isinstance(e, PositionChanged)]
                await asyncio.sleep(0.1)
        assert lost(seen) == []
        assert largest_gap(seen, ALT) < 0.5 + watch.withheld


async def test_a_ban_that_one_account_is_told_silences_all_requests_and_no_price(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        second(seen, ALT)
        await both_stand(seen)
        await seen.fresh_mark()
        exchange.faults.rest_outage(418, retry_after=600)
        main, other = seen.hub.accounts()
        await main.reconcile()
        asked = await until_all_came(exchange)
        seen.forget()
        await other.reconcile()
        await seen.markets.refresh_markets()
        assert sum(exchange.requests.values()) == asked
        (gone,) = seen.all(FeedLost)
        assert (gone.account, gone.feed) == ("second", "rest")
        assert gone.reason.startswith("REST banned by the venue (418) until ")
        await seen.fresh_mark()
        exchange.world.trade("ALTUSDT", 1)
        await seen.until(PositionChanged)


async def test_a_venue_that_is_down_takes_nothing_from_another_and_comes_back_by_itself(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        monkeypatch.setenv("BYBIT_KEY", BYBIT_KEY)
        monkeypatch.setenv("BYBIT_SECRET", BYBIT_SECRET)
        written = {
            "name": "second",
            "venue": "bybit",
            "credentials": {"api_key": {"env": "BYBIT_KEY"}, "secret": {"env": "BYBIT_SECRET"}},
            "endpoint": {"rest": exchange.url_of("bybit"), "ws": exchange.ws_url_of("bybit")},
        }
        seen.hub.open(AccountSettings.model_validate(written), (ALT,))
        await both_stand(seen)
        down = exchange.faults_of("bybit")
        seen.forget()
        down.rest_outage("hang")
        down.cut_sockets(refuse_seconds=60.0)
        for feed in ("mark", "user"):
            await seen.until(FeedLost, partial(is_of, ("second", feed)))
        await seen.fresh_mark()
        exchange.world.trade("ALTUSDT", 1)
        await seen.until(PositionChanged)
        down.restore()
        for feed in ("mark", "user"):
            await seen.until(FeedRestored, partial(is_of, ("second", feed)), within=8.0)
        assert {event.account for event in seen.all(FeedLost)} == {"second"}
        assert seen.all(AccountRefused) == []
