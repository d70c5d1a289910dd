"""A line that lies about the time, quarrels or dies is seen through, and outlived."""

import pytest

from hedgewatch.core.events import (
    AccountHeard,
    AccountRead,
    FeedLost,
    FeedRestored,
    VenueClockRead,
)
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.faults import POISONS
from tests.support.patience import stopwatch
from tests.venues.watching import AIX, ALT, watched

pytestmark = pytest.mark.live


async def test_a_venue_back_with_its_clock_an_hour_behind_is_measured_and_heard_again(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch, symbols=(AIX, ALT)) as seen:  # no relay on the way
        await seen.until(AccountRead)
        await seen.fresh_mark()
        seen.forget()
        exchange.faults.lag(3600)
        for module in ("binance_spot", "signature"):
            clock = f"hedgewatch.sim.wire.{module}.epoch_milliseconds"
            monkeypatch.setattr(clock, lambda: epoch_milliseconds() - 3_600_000)
        exchange.faults.cut_sockets()
        await seen.until(FeedLost, lambda lost: lost.feed == "mark")
        await seen.until(FeedRestored, lambda back: back.feed == "mark")
        await seen.until(FeedRestored, lambda back: back.feed == "quote")
        await seen.until(VenueClockRead, lambda read: abs(read.lead + 3600) < 1)
        seen.forget()
        await seen.watch.reconcile()
        await seen.until(AccountRead)
        assert seen.all(FeedLost) == []


async def test_an_error_that_answers_nothing_of_ours_is_counted_and_ends_no_socket(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = b'{"error":{"code":2,"msg":"Invalid request"},"id":77}'
    monkeypatch.setitem(POISONS, "stray error", refusal)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        await seen.fresh_mark()
        for times in range(1, 4):
            exchange.faults.poison("stray error")
            await seen.fresh_mark(within=1.0)
            assert seen.watch.odd_frames >= times
        assert seen.all(FeedLost) == []


async def test_a_subscription_that_the_venue_refuses_ends_its_socket_with_the_reason(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses = "hedgewatch.sim.wire.binance_requests.well_formed"
    monkeypatch.setattr(refuses, lambda _: False)
    async with watched(exchange, monkeypatch) as seen:
        lost = await seen.until(FeedLost, lambda lost: lost.feed == "mark")
        assert "the venue refused the subscription" in lost.reason
        monkeypatch.undo()
        await seen.until(FeedRestored, lambda back: back.feed == "mark")


async def test_a_private_socket_that_answers_no_pings_is_lost_within_twelve_seconds(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(FeedRestored, lambda back: back.feed == "user")
        await seen.until(AccountHeard, within=4.0)
        async with stopwatch() as took:
            exchange.faults.pongs = False
            await seen.until(FeedLost, lambda lost: lost.feed == "user", within=12.0)
        assert took.seconds < 12.0
