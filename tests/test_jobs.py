"""The periodic jobs: every account in its own time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from hedgewatch.jobs import ACCOUNT_JOBS, MARKET_JOBS, scheduler


class Asked:
    """Something watched that counts what it was asked, and answers when it is let go."""

    def __init__(self, name: str, *, slow: bool = False) -> None:
        self.name = name
        self.asked: list[str] = []
        self.free = asyncio.Event()
        if not slow:
            self.free.set()

    async def _answer(self, what: str) -> None:
        self.asked.append(what)
        await self.free.wait()


class Account(Asked):
    """An account."""

    async def reconcile(self) -> None:
        await self._answer("reconcile")

    async def keep_listen_key(self) -> None:
        await self._answer("keep_listen_key")

    async def refresh_tiers(self) -> None:
        await self._answer("refresh_tiers")

    async def read_collateral(self) -> None:
        await self._answer("read_collateral")

    async def check_key(self) -> None:
        await self._answer("check_key")


class Markets(Asked):
    """What is public of a venue."""

    async def read_clock(self) -> None:
        await self._answer("read_clock")

    async def read_quotes(self) -> None:
        await self._answer("read_quotes")

    async def read_liquidity(self) -> None:
        await self._answer("read_liquidity")

    async def read_history(self) -> None:
        await self._answer("read_history")

    async def refresh_terms(self) -> None:
        await self._answer("refresh_terms")

    async def refresh_markets(self) -> None:
        await self._answer("refresh_markets")


async def test_an_account_that_is_slow_holds_up_no_other_and_is_not_asked_twice() -> None:
    slow, quick = Account("slow", slow=True), Account("quick")
    async with asyncio.TaskGroup() as group:

        def spawn(name: str, work: Coroutine[Any, Any, None]) -> object:
            return group.create_task(work, name=name)

        reconcile = scheduler(lambda: [slow, quick], list, spawn).get_job("reconcile")
        for _ in range(3):
            await reconcile.func(*reconcile.args)
            await asyncio.sleep(0)
        assert (len(slow.asked), len(quick.asked)) == (1, 3)
        slow.free.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await reconcile.func(*reconcile.args)
    assert (len(slow.asked), len(quick.asked)) == (2, 4)


async def test_every_job_asks_all_that_is_watched_for_what_its_name_says() -> None:
    account, markets = Account("main"), Markets("binanceusdm")
    async with asyncio.TaskGroup() as group:

        def spawn(name: str, work: Coroutine[Any, Any, None]) -> object:
            return group.create_task(work, name=name)

        table = scheduler(lambda: [account], lambda: [markets], spawn)
        for planned in table.get_jobs():
            await planned.func(*planned.args)
    assert account.asked == [job.name for job in ACCOUNT_JOBS]
    assert markets.asked == [job.name for job in MARKET_JOBS]
