"""The generic dialect over a paper exchange that a full dialect knows: the same account twice."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hedgewatch.core.events import (
    AccountRead,
    FeedLost,
    FeedRestored,
    MarkPriceChanged,
    PositionReading,
)
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.keys import BYBIT_KEY, BYBIT_SECRET, OKX_KEY, OKX_PASSPHRASE, OKX_SECRET
from hedgewatch.venues import markets, supervisor
from hedgewatch.venues.dialect import Dialect
from hedgewatch.venues.dialects import dialect_of
from hedgewatch.venues.dialects.generic import Generic
from hedgewatch.venues.settings import AccountSettings
from tests.venues.watching import AIX, ALT, Watched, watched

pytestmark = pytest.mark.live

LOGINS = {
    "bybit": {"api_key": BYBIT_KEY, "secret": BYBIT_SECRET},
    "okx": {"api_key": OKX_KEY, "secret": OKX_SECRET, "password": OKX_PASSPHRASE},
}


@asynccontextmanager
async def read_by(
    made: Callable[[AccountSettings], Dialect],
    exchange: PaperExchange,
    monkeypatch: pytest.MonkeyPatch,
    **settings: Any,
) -> AsyncIterator[Watched]:
    """Watch an account by one dialect or another."""
    for module in (supervisor, markets):
        monkeypatch.setattr(module, "dialect_of", made)
    async with watched(exchange, monkeypatch, allow_unverified_key=True, **settings) as found:
        yield found


async def test_it_reads_what_the_full_dialect_reads_and_computes_nothing(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = []
    for made in (dialect_of, Generic):
        async with read_by(made, exchange, monkeypatch) as found:
            readings.append(await found.until(AccountRead, within=8.0))
    full, generic = readings
    held = [(p.symbol, p.kind, p.contracts, p.entry_price) for p in full.positions]
    assert held == [(p.symbol, p.kind, p.contracts, p.entry_price) for p in generic.positions]
    lines = [position.venue_liquidation_price for position in full.positions]
    assert lines == [position.venue_liquidation_price for position in generic.positions] != [None]
    owned = {balance.asset: balance.cross_wallet for balance in full.balances}
    assert owned == {balance.asset: balance.cross_wallet for balance in generic.balances}
    assert full.cross_regime.unknown == ""
    assert "how binanceusdm computes margin is not known" in generic.cross_regime.unknown


@pytest.mark.parametrize("venue", ["bybit", "okx"])
async def test_a_unified_account_reads_the_same_as_by_its_own_dialect(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch, venue: str
) -> None:
    account, login = f"{venue}-main", LOGINS[venue]
    for part, secret in login.items():
        monkeypatch.setenv(part.upper(), secret)
    written: dict[str, Any] = {
        "venue": venue,
        "credentials": {part: {"env": part.upper()} for part in login},
        "endpoint": {"rest": exchange.url_of(venue), "ws": exchange.ws_url_of(venue)},
    }
    exchange.world.set_position("AIXUSDT", -200, 1000, account=account)
    readings = []
    for made in (dialect_of, Generic):
        async with read_by(made, exchange, monkeypatch, **written) as found:
            readings.append(await found.until(AccountRead, within=8.0))
    full, generic = readings
    assert [line(position) for position in full.positions] == [
        line(position) for position in generic.positions
    ]
    (owned,) = generic.balances
    assert (owned.asset, owned.total, owned.cross_wallet) == ("USDT", 100_000.0, 100_000.0)
    assert (generic.equity, generic.maintenance_margin) == (full.equity, full.maintenance_margin)
    assert generic.cross_regime.unknown


def line(position: PositionReading) -> tuple[object, ...]:
    """What both must agree on."""
    return (
        position.symbol,
        position.kind,
        position.contracts,
        position.entry_price,
        position.venue_liquidation_price,
        position.leverage,
    )


async def test_prices_and_positions_go_on_when_its_sockets_are_cut(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with read_by(Generic, exchange, monkeypatch) as found:
        await found.until(FeedRestored, lambda event: event.feed == "mark", within=8.0)
        await found.until(AccountRead, within=8.0)
        exchange.faults.cut_sockets(refuse_seconds=30.0)
        found.forget()
        exchange.world.set_mark("ALTUSDT", 0.41)
        await found.until(MarkPriceChanged, lambda event: event.price == 0.41, within=5.0)
        exchange.world.set_position("AIXUSDT", -100, 1000)
        await found.watch.reconcile()
        read = await found.until(AccountRead, within=5.0)
        assert {p.symbol: p.contracts for p in read.positions}[AIX] == -100.0
        assert not [event for event in found.all(FeedLost) if event.feed == "mark"]


async def test_a_venue_that_does_not_answer_is_told_feed_by_feed_and_comes_back(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with read_by(Generic, exchange, monkeypatch) as found:
        await found.until(AccountRead, within=8.0)
        await found.fresh_mark(ALT, within=8.0)
        exchange.faults.cut_sockets(refuse_seconds=60.0)
        exchange.faults.rest_outage(503)
        found.forget()
        await found.watch.reconcile()
        await found.until(FeedLost, lambda event: event.feed == "rest", within=3.0)
        lost = await found.until(FeedLost, lambda event: event.feed == "mark", within=9.0)
        assert "silent" in lost.reason
        exchange.faults.restore()
        await found.until(FeedRestored, lambda event: event.feed == "mark", within=6.0)
        await found.watch.reconcile()
        await found.until(AccountRead, within=5.0)
