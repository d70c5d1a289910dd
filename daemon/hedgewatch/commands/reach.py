"""What commands can see and change, and what happens to it by itself."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from hedgewatch.commands.audit import Audit
from hedgewatch.commands.shelf import Shelf
from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.core.events import AlertAcknowledged
from hedgewatch.notify.silences import Silences

_SILENCES_SECONDS = 5.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """`identify` makes the id of a new silence."""

    alerts: Callable[[], Iterable[AlertRecord]]
    publish: Callable[[AlertAcknowledged], None]
    silences: Silences
    shelf: Shelf
    audit: Audit
    clock: Callable[[], float]
    identify: Callable[[], str]


async def end_silences(reach: Reach) -> None:
    """For ever: silences that are over are forgotten, here and on the disk."""
    while True:
        await asyncio.sleep(_SILENCES_SECONDS)
        for silence in reach.silences.expire(reach.clock()):
            _log.info("silence_ended", silence=silence.id, by=silence.by)
        await reach.shelf.save()
