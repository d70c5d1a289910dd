"""`hedgewatch keys`: what each key may do, asked of all venues at the same time."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING

from hedgewatch.clock import Clock
from hedgewatch.core.events import Event
from hedgewatch.tasks import Tasks
from hedgewatch.venues.key_seen import KeySeen
from hedgewatch.venues.settings import AccountSettings

if TYPE_CHECKING:  # what it names is imported with ccxt, which takes seconds
    from hedgewatch.venues.surroundings import Surroundings


async def look_at_keys(
    accounts: Sequence[AccountSettings], patience: float, told: Callable[[float], None]
) -> list[KeySeen]:
    """One answer an account, in their order, none later than `patience` seconds; `told` is called
    with the share of them that came.
    """
    from hedgewatch.venues.surroundings import Surroundings  # noqa: PLC0415  # see above

    seen: dict[str, KeySeen] = {}
    async with Tasks() as tasks:
        jitter = Random()  # noqa: S311  # jitter, not secrets
        around = Surroundings(_unheard, Clock().now, tasks.spawn, jitter)

        async def look(settings: AccountSettings) -> None:
            seen[settings.name] = await _look(settings, around, patience)
            told(len(seen) / len(accounts))

        looks = [tasks.spawn(f"key:{one.name}", look(one)) for one in accounts]
        await asyncio.wait(looks)
    return [seen[settings.name] for settings in accounts]


async def _look(settings: AccountSettings, around: "Surroundings", patience: float) -> KeySeen:
    from hedgewatch.venues.key_look import look_at_key  # noqa: PLC0415  # see above

    try:
        async with asyncio.timeout(patience):
            return await look_at_key(settings, around)
    except TimeoutError:
        return KeySeen(
            account=settings.name,
            venue=settings.venue,
            verdict="not_told",
            by_address=settings.credentials is None,
            accepted=settings.allow_unverified_key,
            reason=f"no answer within {patience:g} s",
        )


def _unheard(event: Event) -> None:
    """What a look brings beside its answer is for nobody."""
