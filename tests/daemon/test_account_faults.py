"""What an account is told goes astray on the way, and the daemon holds what is."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from hedgewatch.app import run_daemon
from hedgewatch.assembly import Daemon
from hedgewatch.core.alert_model import AlertState, Outcome
from hedgewatch.core.book.rows import AccountRow, PoolRow, PositionRow
from hedgewatch.core.events import Event
from hedgewatch.demo.desk import write_desk
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.stories import STORIES
from tests.daemon.test_two_venues import until
from tests.support.patience import stopwatch

pytestmark = [pytest.mark.live, pytest.mark.slow]

STILL = replace(STORIES["hedged-book"], paths={}, actions=(), duration=inf)
AIX, ALT = "AIX/USDT:USDT", "ALT/USDT:USDT"
READING_SECONDS = 9.0
"""Within which a reading has come, whatever the stream tells."""


class Desk:
    """The daemon, what it watches, and what it held of the short in AIX, as that changed."""

    def __init__(self, exchange: PaperExchange) -> None:
        self.exchange = exchange
        self.held: list[float] = []
        self._daemon: Daemon | None = None

    def begin(self, daemon: Daemon) -> None:
        self._daemon = daemon

    def looks(self, _event: Event, _outcome: Outcome, _now: float) -> None:
        """After each event."""
        if self._daemon is not None:
            self.held += [self.short.contracts] if self.held[-1:] != [self.short.contracts] else []

    @property
    def daemon(self) -> Daemon:
        assert self._daemon is not None
        return self._daemon

    @property
    def account(self) -> AccountRow:
        return self.daemon.engine.book.accounts["main"]

    @property
    def short(self) -> PositionRow:
        return self.account.positions[AIX, "net"]

    @property
    def pool(self) -> PoolRow:
        return self.account.pools["USDT"]

    def firing(self) -> set[str]:
        alerts = self.daemon.engine.alerts()
        return {alert.alertname for alert in alerts if alert.state is AlertState.FIRING}

    async def read(self) -> None:
        """A reading of the account, now."""
        (watch,) = self.daemon.accounts.watches()
        await watch.reconcile()

    async def until(self, holds: Callable[[], object], within: float = 2.0) -> None:
        await until(lambda: bool(holds()), within)


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    """The daemon of `hedgewatch demo`, in a market that stands still."""
    async with PaperExchange(STILL, tick_seconds=0.1) as exchange:
        found = Desk(exchange)
        configuration = write_desk(folder, exchange, "127.0.0.1:0", lines=False)
        async with run_daemon(configuration, sys.stderr, [found.looks]) as daemon:
            await until(lambda: not daemon.view.reasons_not_ready(), within=20.0)
            found.begin(daemon)
            yield found
        assert exchange.violations == []


async def test_events_that_are_repeated_reordered_and_lost_leave_the_position_that_is(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as seen:
        faults, world = seen.exchange.faults, seen.exchange.world
        await seen.until(lambda: seen.held == [-200.0])

        faults.repeat_events(5)
        world.trade("AIXUSDT", -1)
        await seen.until(lambda: seen.held == [-200.0, -201.0])

        faults.restore()
        faults.keep_events()
        for _ in range(4):
            world.trade("AIXUSDT", -1)
            await asyncio.sleep(0.005)  # else they have one time
        faults.tell_backwards()
        await seen.until(lambda: seen.held[-1] == -205.0)
        await seen.read()
        assert seen.held == [-200.0, -201.0, -205.0], "nothing old came back"

        faults.keep_events()
        for _ in range(2):
            world.trade("AIXUSDT", -1)
        faults.tell_backwards()
        async with stopwatch() as took:
            await seen.until(lambda: seen.held[-1] == -207.0)
        assert took.seconds < 2.0, "what cannot be put in order is read"
        faults.repeat_events(3)
        world.trade("AIXUSDT", -1)
        await seen.until(lambda: seen.held[-1] == -208.0)

        faults.repeat_events(0)
        world.trade("AIXUSDT", -1)
        await seen.until(lambda: seen.held[-1] == -209.0, READING_SECONDS)
        assert seen.firing() == set()
        assert seen.account.account_blind is False


async def test_lists_that_lack_a_row_and_balances_of_nothing_are_doubted_before_they_are_believed(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as seen:
        faults, account = seen.exchange.faults, seen.exchange.world.accounts["main"]
        seen.exchange.world.trade("ALTUSDT", 1000)
        await seen.until(lambda: len(seen.account.positions) == 2)
        faults.leave_out("AIXUSDT")
        for _ in range(3):
            await seen.read()
        await seen.until(lambda: "PositionVanished" in seen.firing())
        assert (seen.short.contracts, seen.short.position_vanished) == (-200.0, True)
        faults.restore()
        await seen.read()
        await seen.until(lambda: seen.short.position_vanished is False)
        assert seen.held == [-200.0]
        await seen.until(lambda: seen.firing() == set(), 4.0)

        equity, wallet = seen.pool.equity, account.wallet
        account.wallet -= wallet
        await seen.read()
        assert seen.pool.equity == equity, "one reading of nothing is not believed"
        account.wallet = wallet
        await seen.read()
        assert seen.pool.equity == equity
        assert seen.firing() == set()
        account.wallet -= wallet
        await seen.read()
        await seen.until(lambda: "MarginDanger" in seen.firing(), READING_SECONDS)
        assert seen.pool.equity == 0.0


async def test_a_ban_without_a_word_on_its_length_is_kept_over_a_restart(tmp_path: Path) -> None:
    async with PaperExchange(STILL, tick_seconds=0.1) as exchange:
        configuration = write_desk(tmp_path, exchange, "127.0.0.1:0", lines=False)
        async with run_daemon(configuration, sys.stderr) as daemon:
            await until(lambda: not daemon.view.reasons_not_ready(), within=20.0)
            exchange.faults.rest_outage(418)
            (watch,) = daemon.accounts.watches()
            await watch.reconcile()
            feed = daemon.engine.book.accounts["main"].feeds["rest"]
            await until(lambda: feed.feed_up is False, within=2.0)
        exchange.faults.restore()
        asked = exchange.requests
        async with run_daemon(configuration, sys.stderr) as daemon:
            account = daemon.engine.book.accounts["main"]
            await until(lambda: account.account_unusable is True, within=5.0)
            assert (
                "REST banned by the venue, as before the restart until " in account.unusable_reason
            )
        assert exchange.requests == asked, "what would make it longer is not asked"
