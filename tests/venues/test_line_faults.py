"""A line that lies about the time, quarrels or dies is seen through, and outlived."""

from collections.abc import AsyncIterator

import pytest

from hedgewatch.core.events import AccountRead, FeedLost, FeedRestored, VenueClockRead
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.exchange import PaperExchange
from tests.venues.watching import watched

pytestmark = pytest.mark.live


@pytest.fixture
async def exchange() -> AsyncIterator[PaperExchange]:
    async with PaperExchange(story="manual", tick_seconds=0.05) as paper:
        yield paper


async def test_a_venue_back_with_its_clock_an_hour_behind_is_measured_and_heard_again(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
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
