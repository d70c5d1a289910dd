"""`hedgewatch check --online`: each key and each symbol tried at the venue, nothing else."""

import asyncio
from functools import partial
from random import Random

from hedgewatch.accounts import symbols_of
from hedgewatch.clock import Clock
from hedgewatch.config.configuration import Configuration
from hedgewatch.core.events import AccountRead, AccountRefused, Event
from hedgewatch.tasks import Tasks


async def check_online(configuration: Configuration, timeout: float) -> dict[str, str]:  # noqa: ASYNC109  # the user's own
    """Why each account cannot be watched; empty for one that was read."""
    from hedgewatch.venues import supervisor  # noqa: PLC0415  # imports ccxt, which takes seconds

    verdicts: dict[str, asyncio.Future[str]] = {
        settings.name: asyncio.get_running_loop().create_future()
        for settings in configuration.accounts
    }
    desk, clock = configuration.desk(), Clock()
    async with Tasks() as tasks:
        watches = []
        for settings in configuration.accounts:
            watch = supervisor.AccountWatch(
                settings,
                symbols=symbols_of(desk, settings.name),
                publish=partial(_judge, verdicts[settings.name]),
                now=clock.now,
                spawn=tasks.spawn,
                rng=Random(),  # noqa: S311  # jitter, not secrets
            )
            watches.append((watch, tasks.spawn(f"account:{settings.name}", watch.run())))
        await asyncio.wait(verdicts.values(), timeout=timeout)
        for watch, task in watches:
            task.cancel()
            await watch.close()
    late = f"no answer within {timeout:g} s"
    return {name: seen.result() if seen.done() else late for name, seen in verdicts.items()}


def _judge(verdict: "asyncio.Future[str]", event: Event) -> None:
    if verdict.done():
        return
    if isinstance(event, AccountRefused):
        verdict.set_result(event.reason)
    elif isinstance(event, AccountRead):
        verdict.set_result("")
