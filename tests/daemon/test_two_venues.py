"""A hedge across two venues through the whole daemon: the coins at Binance, the short at OKX."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from decimal import Decimal
from math import inf
from pathlib import Path

import pytest

from hedgewatch.app import run_daemon
from hedgewatch.assembly import Daemon
from hedgewatch.core.alert_model import Outcome
from hedgewatch.core.book.rows import AccountRow, HedgeRow
from hedgewatch.core.model import Unknown
from hedgewatch.demo.desk import write_desk
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.okx_markets import CONTRACTS
from hedgewatch.sim.stories import STORIES
from tests.support.patience import patience

pytestmark = [pytest.mark.live, pytest.mark.slow]

STILL = replace(STORIES["two-venues"], paths={}, actions=(), duration=inf)
"""The book of the story, in which nothing moves until a test moves it."""


class Desk:
    """What is judged of the book, and who reads it."""

    def __init__(self, running: Daemon, outcomes: Sequence[Outcome]) -> None:
        book, self.watched = running.engine.book, running.accounts
        self.outcomes = outcomes
        self.hedge: HedgeRow = book.hedges["ai-basket"]
        self.accounts: dict[str, AccountRow] = book.accounts
        self.totals = book.totals

    def blind(self) -> dict[str, object]:
        return {name: account.account_blind for name, account in self.accounts.items()}


@contextmanager
def resized(value: Decimal) -> Iterator[None]:
    """OKX makes another contract of it; positions go on in as many as are worth the same."""
    contract = CONTRACTS["AIXUSDT"]
    before = contract.value
    object.__setattr__(contract, "value", value)
    try:
        yield
    finally:
        object.__setattr__(contract, "value", before)


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[tuple[PaperExchange, Desk]]:
    """The daemon of `hedgewatch demo --story two-venues`, once it sees."""
    async with PaperExchange(STILL, tick_seconds=0.1) as exchange:
        configuration = write_desk(folder, exchange, "127.0.0.1:0", lines=False)
        outcomes: list[Outcome] = []
        watcher = [lambda _event, outcome, _now: outcomes.append(outcome)]
        async with run_daemon(configuration, sys.stderr, watcher) as running:
            await until(lambda: not running.view.reasons_not_ready(), within=20.0)
            outcomes.clear()
            yield exchange, Desk(running, outcomes)
        assert exchange.violations == []


async def until(holds: Callable[[], bool], within: float) -> None:
    async with asyncio.timeout(patience(within)):
        while not holds():  # noqa: ASYNC110 - nobody signals that
            await asyncio.sleep(0.05)


async def test_two_contracts_are_required_two_are_held_and_silence_of_one_venue_is_no_calm(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as (exchange, seen):
        hedge, world = seen.hedge, exchange.world
        await until(lambda: hedge.hedge_ratio == 1.0, within=5.0)
        assert hedge.required_contracts == 2.0
        assert hedge.contracts_to_target == 0.0
        (short,) = seen.accounts["okx"].positions.values()
        assert (short.contracts, short.quantity) == (-2.0, -200.0)
        assert (hedge.exposure_value, hedge.cover_value) == (200_000.0, -200_000.0)
        assert seen.blind() == {"spot": False, "okx": False}
        await until(lambda: isinstance(seen.totals.total_equity, float), within=3.0)

        for symbol, price in (("ALTUSDT", "0.32"), ("AIXUSDT", "800")):
            world.set_mark(symbol, price)
        await until(lambda: hedge.cover_pnl == 40_000.0, within=3.0)
        await until(lambda: hedge.exposure_pnl == pytest.approx(-40_000.0), within=3.0)
        assert hedge.hedge_ratio == pytest.approx(1.0)

        exchange.faults_of("okx").silence()
        await until(lambda: seen.accounts["okx"].account_blind is True, within=7.0)
        assert seen.blind() == {"spot": False, "okx": True}
        for measure in (hedge.hedge_ratio, hedge.hedge_drift, hedge.required_contracts):
            assert isinstance(measure, Unknown)
        world.set_mark("ALTUSDT", "0.20")  # what the living venue tells must not look like a hedge
        await asyncio.sleep(0.5)
        assert isinstance(hedge.hedge_ratio, Unknown)
        assert isinstance(hedge.residual_delta, Unknown)

        exchange.faults_of("okx").resume()
        await until(lambda: not isinstance(hedge.hedge_ratio, Unknown), within=8.0)
        assert hedge.hedge_ratio == pytest.approx(160_000 / 100_000)
        assert seen.blind() == {"spot": False, "okx": False}


def stands(seen: Desk, contracts: float) -> Callable[[], bool]:
    """Whether the hedge is whole with so many contracts."""
    (short,) = seen.accounts["okx"].positions.values()
    return lambda: (short.contracts, seen.hedge.hedge_ratio) == (contracts, 1.0)


async def test_a_contract_that_the_venue_resizes_is_read_with_its_new_size_and_alarms_nobody(
    tmp_path: Path,
) -> None:
    """Two contracts of 100 become twenty of 10, and two again: nothing else changes."""
    async with desk(tmp_path) as (_, seen):
        hedge, (short,) = seen.hedge, seen.accounts["okx"].positions.values()
        await until(lambda: hedge.hedge_ratio == 1.0, within=5.0)
        (watch,) = [each for each in seen.watched.watches() if each.name == "okx"]
        for size, contracts in ((10, -20.0), (100, -2.0)):
            with resized(Decimal(size)):
                await watch.reconcile()
                await until(stands(seen, contracts), within=5.0)
                assert short.quantity == -200.0
                assert hedge.required_contracts == -contracts
        assert [told.alertname for each in seen.outcomes for told in each.transitions] == []
