"""An address at Hyperliquid, watched by the real thing over real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hedgewatch.core.engine import Engine
from hedgewatch.core.events import (
    AccountHeard,
    AccountRead,
    AccountRefused,
    BalanceChanged,
    FeedLost,
    MarkPriceChanged,
    PositionChanged,
    QuoteChanged,
    VenueWarned,
)
from hedgewatch.core.model import EndReason
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.keys import HYPERLIQUID_ADDRESS
from tests.venues.watching import Watched, watched

pytestmark = pytest.mark.live

VENUE, NAME = "hyperliquid", "hyperliquid-main"
AIX, ALT = "AIX/USDC:USDC", "ALT/USDC:USDC"


@asynccontextmanager
async def address_watched(
    exchange: PaperExchange,
    monkeypatch: pytest.MonkeyPatch,
    symbols: tuple[str, ...] = (AIX, ALT),
    address: str = HYPERLIQUID_ADDRESS,
) -> AsyncIterator[Watched]:
    endpoint = {"rest": exchange.url_of(VENUE), "ws": exchange.ws_url_of(VENUE)}
    login = {"venue": VENUE, "credentials": None, "address": address, "endpoint": endpoint}
    async with watched(exchange, monkeypatch, symbols=symbols, **login) as seen:
        yield seen


async def test_an_address_alone_is_read_streamed_and_priced(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.world.set_position("AIXUSDT", -200, 1000, account=NAME)
    exchange.world.set_spot_balance("BTC", "0.5", "0.1", account=NAME)
    async with address_watched(exchange, monkeypatch) as seen:
        reading = await seen.until(AccountRead)
        (position,) = reading.positions
        assert (position.symbol, position.contracts, position.leverage) == (AIX, -200.0, 5.0)
        owned = {each.asset: (each.total, each.locked) for each in reading.balances}
        assert owned == {"USDC": (100_000.0, 0.0), "BTC": (0.6, 0.1)}
        mark = await seen.fresh_mark(AIX)
        assert (mark.price, mark.index_price, mark.funding_rate) == (1000.0, 1000.0, 0.0001)
        await seen.until(QuoteChanged, lambda quote: quote.symbol == AIX)
        await seen.until(AccountHeard, within=5.0)
        seen.forget()
        exchange.world.trade("AIXUSDT", -50, account=NAME)
        changed = await seen.until(PositionChanged, lambda told: told.position.contracts == -250)
        assert changed.end is None
        exchange.world.trade("AIXUSDT", 250, account=NAME)
        gone = await seen.until(PositionChanged, lambda told: told.end is EndReason.CLOSED)
        assert gone.position.contracts == 0.0
        assert seen.all(AccountRefused) == []
        assert seen.watch.odd_frames == 0
