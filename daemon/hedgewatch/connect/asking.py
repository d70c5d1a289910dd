"""Asks the venues, in between: each call runs a loop of its own to its end."""

from collections.abc import Collection, Iterable
from random import Random

from hedgewatch import loop
from hedgewatch.clock import Clock
from hedgewatch.connect.found import Found
from hedgewatch.connect.looking import Look
from hedgewatch.core.events import Event
from hedgewatch.tasks import Tasks
from hedgewatch.venues.key_seen import KeySeen
from hedgewatch.venues.settings import AccountSettings

_PATIENCE_SECONDS = 30.0


def key_of(settings: AccountSettings) -> KeySeen:
    """What its key may do."""
    from hedgewatch.venues.key_look import look_at_key  # noqa: PLC0415  # imports ccxt, slowly
    from hedgewatch.venues.surroundings import Surroundings  # noqa: PLC0415

    async def look() -> KeySeen:
        async with Tasks() as tasks:
            jitter = Random()  # noqa: S311  # jitter, not secrets
            around = Surroundings(_unheard, Clock().now, tasks.spawn, jitter)
            return await look_at_key(settings, around)

    return loop.run(look())


def account_of(settings: AccountSettings) -> Found:
    """What is in the account."""
    return loop.run(Look(settings).run(_PATIENCE_SECONDS))


def prices_at(settings: AccountSettings, symbols: Iterable[str]) -> dict[str, float]:
    """What these markets of the account's venue are at, as far as it tells."""
    look = Look(settings, symbols)
    loop.run(look.run(_PATIENCE_SECONDS))
    return look.prices


def symbols_at(settings: AccountSettings) -> Collection[str]:
    """What the venue lists for such an account; nothing when it does not answer."""
    from hedgewatch.venues.listing_look import listed_symbols  # noqa: PLC0415
    from hedgewatch.venues.surroundings import Surroundings  # noqa: PLC0415

    async def look() -> Collection[str]:
        async with Tasks() as tasks:
            jitter = Random()  # noqa: S311  # jitter, not secrets
            around = Surroundings(_unheard, Clock().now, tasks.spawn, jitter)
            return await listed_symbols(settings, around)

    return loop.run(look())


def _unheard(event: Event) -> None:
    """What a look brings beside its answer is for nobody."""
