"""Each thing that goes wrong at a venue is noticed in time, said, and outlived."""

import asyncio

import pytest
from ccxt.base.exchange import BaseExchange

from hedgewatch.core.events import (
    AccountAccepted,
    AccountRead,
    AccountRefused,
    FeedLost,
    FeedRestored,
    MarkPriceChanged,
    PositionChanged,
)
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.faults import POISONS
from hedgewatch.sim.wire.binance_routes import ROUTES
from tests.support.patience import PATIENCE, stopwatch
from tests.venues.watching import AIX, ALT, Watched, now, watched

pytestmark = pytest.mark.live


async def test_no_poisoned_frame_stops_the_frames_that_follow_it(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch, symbols=(ALT, AIX)) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark(AIX)
        for kind in POISONS:
            exchange.faults.poison(kind)
            exchange.faults.poison(kind, where="private")
            await seen.fresh_mark(AIX, within=2.0)
        exchange.world.trade("ALTUSDT", 100)
        await seen.until(PositionChanged)
        assert seen.all(FeedLost) == []
        assert seen.watch.odd_frames >= len(POISONS)


async def test_a_venue_that_refuses_to_tell_the_time_is_watched_by_ours(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ROUTES, "GET /fapi/v1/time")
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark()


async def test_a_frame_too_large_for_any_price_costs_less_than_two_seconds(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POISONS, "huge", b'{"e":"' + b"x" * 5_000_000 + b'"}')
    async with watched(exchange, monkeypatch) as seen:
        await seen.fresh_mark()
        exchange.faults.poison("huge")
        await seen.until(FeedLost, lambda lost: lost.feed == "mark")
        await seen.fresh_mark(within=2.0)


async def test_a_price_from_the_future_does_not_make_the_next_ones_look_old(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = b'{"e":"markPriceUpdate","E":4102444800000,"s":"ALTUSDT","p":"9","i":"9"}'
    monkeypatch.setitem(POISONS, "future", ahead)
    async with watched(exchange, monkeypatch, clock_behind=3600.0) as seen:
        await seen.fresh_mark()
        exchange.faults.poison("future")
        await seen.fresh_mark()
        await seen.fresh_mark()
        assert seen.watch.odd_frames > 0
        assert 9.0 not in {mark.price for mark in seen.all(MarkPriceChanged)}


def spend_an_hour(seen: Watched) -> None:
    """What a step back leaves of ccxt's account of its requests: all that may be spent was, in an
    hour.
    """
    for open_ in (seen.markets._open, seen.watch._standing):  # noqa: SLF001 - nobody else has ccxt
        assert open_ is not None
        pace = open_.exchange.throttler
        spent = {"timestamp": (now() + 3600.0) * 1000.0, "cost": pace.config["maxWeight"]}
        pace.timestamps.append(spent)


async def reads_at_once(seen: Watched) -> None:
    """Before anybody can have asked the venue for its time."""
    await seen.until(FeedLost)
    await seen.watch.reconcile()


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("stepped", [3600.0, -3600.0])
async def test_after_a_step_of_the_wall_clock_every_socket_is_new_and_all_is_signed_rightly(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, stepped: float, *, asked: bool
) -> None:
    """Within 2 s there are fresh prices, and no request is refused for its time or waits its turn
    for an hour: ccxt signs and paces by the wall clock. Also where the venue was `asked` for its
    time after the step, before the step was noticed.
    """
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark()
        if not asked:
            spend_an_hour(seen)
        shows = staticmethod(lambda: round((now() + stepped) * 1000.0))
        monkeypatch.setattr(BaseExchange, "milliseconds", shows)
        seen.forget()
        async with stopwatch() as took:
            async with asyncio.TaskGroup() as group:
                if asked:
                    await seen.markets.read_clock()
                else:
                    group.create_task(seen.watch.reconcile())
                    await asyncio.sleep(0.05)  # by now it waits its turn
                group.create_task(seen.reconnect("the clock stepped by an hour"))
                group.create_task(reads_at_once(seen))
            assert {lost.feed for lost in seen.all(FeedLost)} == {"mark", "quote", "user"}
            await seen.until(FeedRestored, lambda back: back.feed == "mark")
            await seen.fresh_mark()
        assert took.seconds < 2.0
        await seen.until(FeedRestored, lambda back: back.feed == "quote")
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        await seen.until(AccountRead)
        assert "rest" not in {lost.feed for lost in seen.all(FeedLost)}
        assert seen.all(AccountRefused) == []


async def test_of_a_flood_only_the_latest_prices_are_told_and_the_feed_stays_up(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POISONS, "mark", b'{"e":"markPriceUpdate","E":@now,"s":"ALTUSDT","p":"2"}')
    async with watched(exchange, monkeypatch) as seen:
        await seen.fresh_mark()
        seen.forget()
        for _ in range(5_000):
            exchange.faults.poison("mark")
        await seen.until(MarkPriceChanged, lambda mark: mark.price == 2.0)
        await seen.until(MarkPriceChanged, lambda mark: mark.price == 0.4)
        await seen.fresh_mark()
        flooded = [mark for mark in seen.all(MarkPriceChanged) if mark.price == 2.0]
        assert len(flooded) < 1_000
        assert seen.all(FeedLost) == []


async def test_a_socket_that_falls_silent_is_noticed_in_five_and_a_half_seconds(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.fresh_mark()
        exchange.faults.silence()
        async with stopwatch() as watch:
            lost = await seen.until(FeedLost)
        assert lost.feed == "mark"
        assert lost.reason.startswith("silent for 5.0 s: ")
        assert ALT in lost.reason
        assert watch.seconds + watch.withheld > 4.5
        assert watch.seconds < 5.5
        seen.forget()
        exchange.faults.resume()
        await seen.until(FeedRestored, lambda feed: feed.feed == "mark")


async def test_a_contract_that_expired_after_it_was_held_is_no_feed_that_fell_silent(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -50, 1000)
    async with watched(exchange, monkeypatch) as seen:
        await seen.fresh_mark(AIX)
        exchange.world.set_position("AIXUSDT", 0, 1000)
        await seen.until(AccountRead, lambda read: not any(p.contracts for p in read.positions))
        del exchange.world.markets["AIXUSDT"]
        seen.forget()
        await asyncio.sleep(6.0)
        await seen.fresh_mark(ALT)
        assert seen.all(FeedLost) == []


@pytest.mark.parametrize("which", ["all", "market", "private"])
async def test_dropped_connections_come_back_with_what_changed_meanwhile(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    exchange.world.set_position("AIXUSDT", -50, 1000)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark()
        seen.forget()
        exchange.faults.cut_sockets(which, refuse_seconds=0.5)
        exchange.world.trade("AIXUSDT", -10)
        feed = "user" if which == "private" else "mark"
        await seen.until(FeedLost, lambda lost: lost.feed == feed)
        await seen.until(FeedRestored, lambda back: back.feed == feed, within=5.0)
        await seen.until(AccountRead, lambda read: read.positions[0].contracts == -60)
        await seen.fresh_mark()
        assert seen.all(AccountRefused) == []


async def test_an_announced_end_of_the_listen_key_brings_a_new_key_and_a_reading(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        exchange.faults.expire_listen_key(announce=True)
        lost = await seen.until(FeedLost)
        assert (lost.feed, lost.reason) == ("user", "the listen key expired")
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        await seen.until(AccountRead)
        exchange.world.trade("ALTUSDT", 100)
        await seen.until(PositionChanged, within=1.0)
        assert exchange.requests["POST /fapi/v1/listenKey"] == 2


async def test_an_end_of_the_listen_key_that_is_told_twice_brings_one_new_key(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the new stream stands, and on it: the event names the key that ended."""
    key = b"paperfuturesmain1".ljust(64, b"0")
    again = b'{"e":"listenKeyExpired","E":@now,"listenKey":"%b"}' % key
    monkeypatch.setitem(POISONS, "again", again)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        exchange.faults.expire_listen_key(announce=True)
        exchange.faults.poison("again", where="private")
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        exchange.faults.poison("again", where="private")
        exchange.world.trade("ALTUSDT", 100)
        await seen.until(PositionChanged, within=1.0)
        await seen.until(AccountRead)
        assert [lost.feed for lost in seen.all(FeedLost)] == ["user"]
        assert exchange.requests["POST /fapi/v1/listenKey"] == 2


async def test_a_listen_key_that_ended_in_silence_is_found_by_the_change_it_did_not_tell(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        exchange.faults.expire_listen_key(announce=False)
        exchange.world.trade("ALTUSDT", 100)
        await seen.watch.reconcile()
        seen.forget()
        lost = await seen.until(FeedLost, within=5.0)
        assert lost.feed == "user"
        assert "the stream did not tell" in lost.reason
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        await seen.until(AccountRead)
        exchange.world.trade("ALTUSDT", 100)
        await seen.until(PositionChanged)


async def test_a_listen_key_that_cannot_be_renewed_is_replaced(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        exchange.faults.expire_listen_key(announce=False)
        await seen.watch.keep_listen_key()
        lost = await seen.until(FeedLost)
        assert lost.reason.startswith("the listen key was not renewed")
        seen.forget()
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        await seen.until(AccountRead)
        exchange.world.trade("ALTUSDT", 100)
        await seen.until(PositionChanged)


@pytest.mark.parametrize("status", [503, 500, 429, 418])
async def test_while_requests_fail_the_sockets_go_on_and_readings_come_back(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark()
        seen.forget()
        exchange.faults.rest_outage(status, retry_after=1)
        await seen.watch.reconcile()
        lost = await seen.until(FeedLost)
        assert lost.feed == "rest"
        read = "GET /fapi/v3/positionRisk"  # what is public is asked for meanwhile
        asked = exchange.requests[read]
        await seen.watch.reconcile()
        assert exchange.requests[read] - asked == (0 if status in {418, 429} else 1)
        await seen.fresh_mark()
        exchange.faults.restore()
        async with asyncio.timeout(PATIENCE):
            while not seen.all(FeedRestored):
                await seen.watch.reconcile()
                await seen.fresh_mark()
        assert seen.all(AccountRefused) == []


async def test_a_limit_without_a_word_on_its_length_is_kept_for_two_seconds(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark()
        seen.forget()
        exchange.faults.rest_outage(429)
        limited = now()
        await seen.watch.reconcile()
        lost = await seen.until(FeedLost)
        assert "limited by the venue (429) until " in lost.reason
        exchange.faults.restore()
        await seen.fresh_mark()  # what was on its way has arrived by then
        asked = sum(exchange.requests.values())
        while not seen.all(FeedRestored):
            kept = sum(exchange.requests.values()) == asked
            assert kept or now() - limited > 2.0, "nothing is asked before"
            await seen.watch.reconcile()
            await seen.fresh_mark()
        assert now() - limited > 2.0


async def test_requests_that_hang_are_given_up_without_stopping_anything_else(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        exchange.faults.rest_outage("hang")
        async with asyncio.TaskGroup() as group:
            group.create_task(seen.watch.reconcile())
            await seen.fresh_mark()
        assert seen.all(FeedLost)[0].reason.startswith("the venue does not answer in time")
        exchange.faults.restore()
        await seen.watch.reconcile()
        await seen.until(FeedRestored, lambda back: back.feed == "rest")


async def test_a_venue_that_is_down_at_the_start_is_tried_again_until_it_is_up(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.faults.rest_outage(503)
    async with watched(exchange, monkeypatch) as seen:
        refused = await seen.until(AccountRefused)
        assert refused.reason.startswith("the venue is out of order")
        exchange.faults.restore()
        await seen.until(AccountAccepted, within=5.0)
        await seen.until(AccountRead)


async def test_a_redirect_is_refused_and_nothing_is_asked_elsewhere(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with PaperExchange(story="manual") as elsewhere, watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        exchange.faults.redirect(elsewhere.url)
        await seen.watch.reconcile()
        lost = await seen.until(FeedLost)
        assert "redirect" in lost.reason
        assert elsewhere.requests == {}
        exchange.faults.restore()
        await seen.watch.reconcile()
        await seen.until(FeedRestored, lambda back: back.feed == "rest")


async def test_an_empty_list_of_positions_is_passed_on_with_the_margin_still_in_use(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -50, 1000)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        seen.forget()
        exchange.faults.positions_empty(times=1)
        await seen.watch.reconcile()
        read = await seen.until(AccountRead)
        assert read.positions == ()
        assert read.margin_in_use is not None
        assert read.margin_in_use > 0
        assert seen.all(PositionChanged) == []
