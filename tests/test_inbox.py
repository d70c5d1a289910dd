import asyncio

from hedgewatch.core.events import (
    AccountHeard,
    ClockAdvanced,
    Event,
    FeedLost,
    MarketEvent,
    MarkPriceChanged,
    QuoteChanged,
)
from hedgewatch.inbox import Inbox


def mark(price: float, symbol: str = "ALT/USDT:USDT") -> MarkPriceChanged:
    return MarkPriceChanged("binanceusdm", symbol, price, venue_time=price)


def quote(bid: float) -> QuoteChanged:
    return QuoteChanged("binanceusdm", "ALT/USDT:USDT", bid, bid + 1.0, venue_time=bid)


async def test_a_slow_reader_finds_only_the_latest_price_of_each_market() -> None:
    inbox = Inbox()
    for price in (1.0, 2.0, 3.0):
        inbox.put(mark(price))
        inbox.put(mark(price * 10, "AIX/USDT:USDT"))
        inbox.put(quote(price))

    assert await inbox.next_batch() == [mark(3.0), mark(30.0, "AIX/USDT:USDT"), quote(3.0)]
    assert inbox.conflated == 6


async def test_account_events_are_never_conflated_and_keep_their_order() -> None:
    inbox = Inbox()
    events: list[Event] = [
        AccountHeard("main"),
        FeedLost("main", "mark", "one"),
        AccountHeard("main"),
    ]
    for event in events:
        inbox.put(event)

    assert await inbox.next_batch() == events
    assert inbox.conflated == 0


async def test_what_is_delivered_is_in_the_order_in_which_it_last_changed() -> None:
    inbox = Inbox()
    inbox.put(mark(1.0))
    inbox.put(AccountHeard("main"))
    inbox.put(mark(2.0))
    inbox.put(ClockAdvanced())

    assert await inbox.next_batch() == [AccountHeard("main"), mark(2.0), ClockAdvanced()]


async def test_a_flood_of_one_market_never_makes_the_inbox_longer_than_one() -> None:
    inbox = Inbox()
    for price in range(1, 50_001):
        inbox.put(mark(float(price)))

    assert len(inbox) == 1
    assert inbox.conflated == 49_999


async def test_a_price_is_judged_at_once_while_the_reader_sits_idle() -> None:
    judged: list[MarketEvent] = []
    inbox = Inbox(judged.append)
    async with asyncio.TaskGroup() as group:
        reader = group.create_task(inbox.next_batch())
        await asyncio.sleep(0)
        inbox.put(mark(1.0))
        assert judged == [mark(1.0)]
        assert len(inbox) == 0
        inbox.put(AccountHeard("main"))

    assert reader.result() == [AccountHeard("main")]


async def test_a_price_does_not_overtake_the_account_event_that_came_before_it() -> None:
    judged: list[MarketEvent] = []
    inbox = Inbox(judged.append)
    async with asyncio.TaskGroup() as group:
        reader = group.create_task(inbox.next_batch())
        await asyncio.sleep(0)
        inbox.put(AccountHeard("main"))
        inbox.put(mark(1.0))

    assert judged == []
    assert reader.result() == [AccountHeard("main"), mark(1.0)]


async def test_a_price_waits_while_the_reader_is_still_busy_with_its_batch() -> None:
    judged: list[MarketEvent] = []
    inbox = Inbox(judged.append)
    inbox.put(AccountHeard("main"))
    await inbox.next_batch()
    inbox.put(mark(1.0))

    assert judged == []
    assert await inbox.next_batch() == [mark(1.0)]
