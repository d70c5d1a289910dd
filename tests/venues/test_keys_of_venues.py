"""The key of an account at every venue that the paper exchange speaks for, as it is asked there."""

import asyncio
import os
from collections.abc import Callable
from random import Random

import pytest

from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.shipped import shipped_rules
from hedgewatch.core.alert_model import AlertState
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import Event
from hedgewatch.core.model import AccountPlan, Desk
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.wire.wires import WIRES
from hedgewatch.venues.hub import Hub
from hedgewatch.venues.key_look import look_at_key
from hedgewatch.venues.key_seen import KeySeen
from hedgewatch.venues.known import KNOWN
from hedgewatch.venues.settings import ADDRESS_VENUES, CREDENTIALS, AccountSettings
from hedgewatch.venues.surroundings import Surroundings
from tests.support.patience import PATIENCE
from tests.venues.fences import ON_PAPER, at, settings_of
from tests.venues.watching import now

pytestmark = pytest.mark.live

WITH_KEYS = [venue for venue in ON_PAPER if venue in WIRES and venue not in ADDRESS_VENUES]


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


@pytest.mark.parametrize("venue", WITH_KEYS)
async def test_a_right_that_appears_is_a_security_alert_and_the_key_is_let_go(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the venue to the shipped rule: found by the daily look, critical, nothing read since."""
    rules = load_rules(shipped_rules())
    desk = Desk(instance="keys", accounts=(AccountPlan(name="main", venue=venue),))
    engine = Engine(desk, rules, now(), lambda: "episode")
    fired: list[str] = []

    def hear(event: Event) -> None:
        told = engine.handle(event, now()).transitions
        fired.extend(one.alertname for one in told if one.state is AlertState.FIRING)

    async with PaperExchange("manual") as paper, asyncio.TaskGroup() as group:
        around = Surroundings(hear, now, lambda _, work: group.create_task(work), Random(7))
        async with Hub(around, lambda _, work: group.create_task(work)) as hub:
            watch = hub.open(settings_of(venue, monkeypatch, at(paper, venue)), ())
            account = engine.book.accounts["main"]
            await until(lambda: account.read_at is not None)
            assert account.key.told is not None
            await watch.check_key()
            assert "KeyTooPowerful" not in fired
            for name in paper.world.accounts:
                paper.world.set_rights(account=name, enableWithdrawals=True)
            await watch.check_key()
            await until(lambda: "KeyTooPowerful" in fired)
            read = account.readings
            await watch.reconcile()
            assert account.readings == read


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - a row of the book signals nobody
            await asyncio.sleep(0.02)
