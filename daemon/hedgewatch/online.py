"""`hedgewatch check --online`: each key and each symbol tried at the venue, nothing else."""

import asyncio
from collections.abc import Mapping
from functools import partial
from random import Random

from hedgewatch.accounts import symbols_of
from hedgewatch.clock import Clock
from hedgewatch.config.configuration import Configuration
from hedgewatch.core.events import AccountRead, AccountRefused, Event
from hedgewatch.tasks import Tasks
from hedgewatch.venues.surroundings import Surroundings


async def check_online(configuration: Configuration, timeout: float) -> dict[str, str]:  # noqa: ASYNC109  # the user's own
    """Why each account cannot be watched; empty for one that was read."""
    from hedgewatch.venues.hub import Hub  # noqa: PLC0415  # imports ccxt, which takes seconds

    verdicts: dict[str, asyncio.Future[str]] = {
        settings.name: asyncio.get_running_loop().create_future()
        for settings in configuration.accounts
    }
    desk, clock, judge = configuration.desk(), Clock(), partial(_judge, verdicts)
    async with Tasks() as tasks:
        around = Surroundings(judge, clock.now, tasks.spawn, Random())  # noqa: S311  # jitter, not secrets
        async with Hub(around, tasks.keep) as hub:
            for settings in configuration.accounts:
                hub.open(settings, symbols_of(desk, settings.name))
            await asyncio.wait(verdicts.values(), timeout=timeout)
    late = f"no answer within {timeout:g} s"
    return {name: seen.result() if seen.done() else late for name, seen in verdicts.items()}


def _judge(verdicts: Mapping[str, "asyncio.Future[str]"], event: Event) -> None:
    if not isinstance(event, AccountRefused | AccountRead):
        return
    verdict = verdicts[event.account]
    if not verdict.done():
        verdict.set_result(event.reason if isinstance(event, AccountRefused) else "")
