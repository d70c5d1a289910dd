"""The key of an account at every venue that the paper exchange speaks for, as it is asked there."""

import asyncio
import os
from random import Random

import pytest

from hedgewatch.core.events import Event
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.venues.key_look import look_at_key
from hedgewatch.venues.key_seen import KeySeen
from hedgewatch.venues.known import KNOWN
from hedgewatch.venues.settings import ADDRESS_VENUES, CREDENTIALS, AccountSettings
from hedgewatch.venues.surroundings import Surroundings
from tests.venues.fences import ON_PAPER, at, settings_of
from tests.venues.watching import now

pytestmark = pytest.mark.live

WITH_KEYS = [venue for venue in ON_PAPER if venue not in ADDRESS_VENUES]


async def look(settings: AccountSettings) -> KeySeen:
    heard: list[Event] = []
    async with asyncio.TaskGroup() as group:
        around = Surroundings(heard.append, now, lambda _, work: group.create_task(work), Random(7))
        return await look_at_key(settings, around)


@pytest.mark.parametrize("venue", WITH_KEYS)
async def test_what_a_key_may_do_is_told_whatever_it_may_do(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with PaperExchange("manual") as paper:
        settings = settings_of(venue, monkeypatch, at(paper, venue))

        def allow(**rights: bool) -> None:
            for account in paper.world.accounts:
                paper.world.set_rights(account=account, **rights)

        assert (await look(settings)).verdict == "reads"
        allow(enableFutures=True)
        trading = await look(settings)
        allow(enableFutures=False, enableWithdrawals=True)
        withdrawing = await look(settings)
        allow(enableWithdrawals=False, enableReading=False)
        blind = await look(settings)
        assert paper.violations == []
    for seen in (trading, withdrawing):
        assert seen.verdict == "can_trade"
        assert seen.rights is not None
        assert seen.rights.powers
        assert "delete it" in seen.to_do(now())
    assert blind.verdict in {"refused", "cannot_read"}


@pytest.mark.parametrize("venue", WITH_KEYS)
async def test_no_part_of_a_login_is_in_what_is_said_of_it(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong in each of its parts, one after the other."""
    async with PaperExchange("manual") as paper:
        settings = settings_of(venue, monkeypatch, at(paper, venue))
        parts = [CREDENTIALS[name].upper() for name in KNOWN[venue].login]
        for part in parts:
            right = os.environ[part]
            monkeypatch.setenv(part, ("f" if right[0] != "f" else "e") + right[1:])
            seen = await look(settings)
            assert seen.verdict in {"refused", "not_told"}, part
            assert [one for one in parts if os.environ[one] in repr(seen)] == []
            monkeypatch.setenv(part, right)


@pytest.mark.parametrize("venue", sorted(ADDRESS_VENUES.intersection(ON_PAPER)))
async def test_an_address_needs_no_key_and_trades_with_none(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with PaperExchange("manual") as paper:
        seen = await look(settings_of(venue, monkeypatch, at(paper, venue)))
        assert paper.violations == []
    assert (seen.verdict, seen.by_address, seen.is_well) == ("reads", True, True)
