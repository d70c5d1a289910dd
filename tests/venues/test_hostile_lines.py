"""Whatever a gateway, a venue or the way between does to a line: it is said, and prices come back.

One exchange and one watch for each table: what is left of a fault would show in the next.
"""

import zlib
from functools import partial

import pytest

from hedgewatch.core.events import (
    AccountRead,
    AccountRefused,
    FeedLost,
    FeedRestored,
    PositionChanged,
)
from hedgewatch.sim.door import ODD_ANSWERS
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.venues.fenced import CONFIG
from tests.venues.watching import AIX, ALT, Watched, watched

pytestmark = pytest.mark.live

CLOSE_CODES = (1000, 1001, 1008, 1011, 1012, 1013)
"""1006 is never sent: it is what we call a line that was cut."""

FEEDS = ("mark", "quote", "user")


def frame(opcode: int, payload: bytes, *, packed: bool = False) -> bytes:
    """A frame of a server, whole, with any length: `packed` claims that it is deflated."""
    first = 0x80 | (0x40 if packed else 0) | opcode
    return bytes((first, 127)) + len(payload).to_bytes(8, "big") + payload


def bomb() -> bytes:
    """Ten megabytes in ten thousand bytes, which nobody agreed to unpack."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return frame(
        1, packer.compress(b" " * 10_000_000) + packer.flush(zlib.Z_SYNC_FLUSH), packed=True
    )


def of_feed(feed: str, event: FeedLost | FeedRestored) -> bool:
    return event.feed == feed


async def stands(seen: Watched) -> None:
    await seen.until(AccountRead)
    for feed in FEEDS:
        await seen.until(FeedRestored, partial(of_feed, feed))
    await seen.fresh_mark()


async def test_a_venue_that_says_goodbye_is_dialled_anew_whatever_its_reason(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hedgewatch.venues.lines._GOOD_WHILE_SECONDS", 0.0)
    monkeypatch.setattr("hedgewatch.venues.attempts._READING_GAP_SECONDS", 0.0)
    async with watched(exchange, monkeypatch, symbols=(AIX, ALT)) as seen:
        await stands(seen)
        for code in CLOSE_CODES:
            seen.forget()
            exchange.faults.close_sockets(code)
            for feed in FEEDS:
                gone = await seen.until(FeedLost, partial(of_feed, feed))
                assert str(code) in gone.reason
            await seen.fresh_mark(within=2.0)
            for feed in FEEDS:
                await seen.until(FeedRestored, partial(of_feed, feed))
            await seen.until(AccountRead)
        assert seen.all(AccountRefused) == []


@pytest.mark.parametrize(
    "poison",
    [
        pytest.param(frame(1, b"x" * 11_000_000), id="11 megabytes"),
        pytest.param(bomb(), id="deflated, a thousand to one"),
        pytest.param(frame(2, bytes(range(256)) * 8), id="binary"),
        pytest.param(b"\x8f\x00", id="an opcode that does not exist"),
        pytest.param(b"\xff" * 64, id="garbage"),
    ],
)
async def test_after_bytes_that_no_library_would_write_prices_are_fresh_again(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, poison: bytes
) -> None:
    async with watched(exchange, monkeypatch, symbols=(AIX, ALT)) as seen:
        await stands(seen)
        exchange.faults.write_raw(poison)
        exchange.world.trade("ALTUSDT", 1)
        await seen.fresh_mark(within=2.0)
        await seen.watch.reconcile()
        await seen.until(
            AccountRead,
            lambda read: (ALT, 1.0) in {(p.symbol, p.contracts) for p in read.positions},
        )


async def test_a_gateway_that_turns_sockets_away_is_said_with_its_status_and_outlived(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hedgewatch.venues.lines._GOOD_WHILE_SECONDS", 0.0)
    async with watched(exchange, monkeypatch, symbols=(AIX, ALT)) as seen:
        await stands(seen)
        for status in (403, 451, 502, 429):
            seen.forget()
            exchange.faults.turn_away(status)
            await seen.reconnect("to dial anew")
            await seen.until(FeedLost, lambda lost: lost.feed == "mark")
            exchange.faults.restore()
            await seen.fresh_mark()
            await seen.watch.reconcile()
            await seen.until(AccountRead)
        assert seen.all(AccountRefused) == []


async def test_an_answer_that_makes_no_sense_is_no_flat_account_and_costs_no_price(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All with the status 200. What never ends is given up after the deadline of a request."""
    monkeypatch.setitem(CONFIG, "timeout", 700)
    exchange.world.set_position("AIXUSDT", -50, 1000)
    async with watched(exchange, monkeypatch, symbols=(AIX, ALT)) as seen:
        await stands(seen)
        for kind in ODD_ANSWERS:
            seen.forget()
            exchange.faults.answer_oddly(kind)
            await seen.watch.reconcile()
            (gone,) = seen.all(FeedLost)
            assert (gone.feed, bool(gone.reason)) == ("rest", True)
            assert seen.all(AccountRead) == []
            await seen.markets.refresh_markets()
            await seen.fresh_mark()
            exchange.faults.restore()
            await seen.watch.reconcile()
            read = await seen.until(AccountRead)
            assert read.positions[0].contracts == -50
        assert seen.all(AccountRefused) == []


async def test_many_changes_at_once_are_all_told_in_their_order(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch, symbols=(AIX, ALT)) as seen:
        await stands(seen)
        seen.forget()
        for _ in range(50):
            exchange.world.trade("ALTUSDT", 1)
        await seen.until(PositionChanged, lambda told: told.position.contracts == 50)
        assert [told.position.contracts for told in seen.all(PositionChanged)] == list(range(1, 51))
