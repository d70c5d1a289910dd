"""Each venue without a dialect of its own can be connected to: what ccxt needs is there."""

import asyncio
from collections.abc import Mapping
from random import Random
from types import MappingProxyType

import ccxt
import pytest

from hedgewatch.venues.access import private
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialects import DIALECTS, dialect_of
from hedgewatch.venues.dialects.generic import Generic
from hedgewatch.venues.known import BY_ADDRESS, KNOWN
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import CREDENTIALS, VENUES, AccountSettings
from hedgewatch.venues.surroundings import Surroundings
from tests.support.patience import PATIENCE

ADDRESSES = {
    "dydx": "dydx14zzueazeh0hj67cghhf9jypslcf9sh2n5k6art",
    "pacifica": "42trU9A5DDNqvDpTpvfmBg43vJLBqGbn1mFVcKSkbsZc",
}


def settings(venue: str, monkeypatch: pytest.MonkeyPatch) -> AccountSettings:
    written: dict[str, object] = {"name": "main", "venue": venue, "allow_unverified_key": True}
    if venue in BY_ADDRESS:
        written["address"] = ADDRESSES.get(venue, "0x" + "a1" * 20)
    else:
        parts = [CREDENTIALS[part] for part in KNOWN[venue].login]
        for part in parts:
            monkeypatch.setenv(f"HW_{part.upper()}", "0123456789abcdef")
        written["credentials"] = {part: {"env": f"HW_{part.upper()}"} for part in parts}
    return AccountSettings.model_validate(written)


def around_here() -> Surroundings:
    loop = asyncio.get_running_loop()
    return Surroundings(
        lambda _: None, lambda: 0.0, lambda name, work: loop.create_task(work, name=name), Random(1)
    )


async def test_every_venue_lends_its_clock_also_one_that_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for venue in VENUES:
        account, redactor = settings(venue, monkeypatch), Redactor()
        dialect, access = dialect_of(account), private(account, redactor)
        lender, borrower = (Connection(access, dialect, redactor, around_here()) for _ in range(2))
        borrower.borrow_clock(lender)
        assert borrower.exchange.options["timeDifference"] == 0, venue


async def test_every_venue_has_its_login_and_needs_no_signing_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    around = around_here()
    for venue in (venue for venue in VENUES if venue not in DIALECTS):
        account, redactor = settings(venue, monkeypatch), Redactor()
        connection = Connection(private(account, redactor), Generic(account), redactor, around)
        exchange = connection.exchange  # which opened nothing: there is nothing to close
        assert exchange.privateKey in {None, ""}
        assert exchange.check_required_credentials(error=False), venue
        assert exchange.walletAddress == account.address or account.address is None


class Hanging:
    """A venue that answers nothing, and whose requests end in an error when they are given up."""

    rateLimit = 100  # noqa: N815 - ccxt's name
    options: Mapping[str, object] = MappingProxyType({})
    has: Mapping[str, object] = MappingProxyType({"fetchTickers": True})

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    def milliseconds(self) -> int:
        return 1_700_000_000_000

    async def fetch_tickers(self, _: list[str]) -> None:
        assert not self.asked.is_set(), "it goes on"
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as end:
            raise ccxt.RequestTimeout from end


async def test_asking_for_prices_ends_also_where_an_error_came_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    venue = Hanging()
    asks = Generic(settings("mexc", monkeypatch)).watch(
        venue, "mark", ["BTC/USDT:USDT"], lambda _: None
    )
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        asking = group.create_task(asks)
        await venue.asked.wait()
        asking.cancel()
        await asyncio.wait({asking})
    assert asking.cancelled()
