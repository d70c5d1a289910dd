"""What an account can be watched without: a server or a key that refuses it makes nobody blind."""

from collections.abc import Awaitable, Callable, Iterable

import ccxt
import structlog

from hedgewatch.venues.fields import OddReplyError

log = structlog.get_logger()


async def optional(asked: Awaitable[object], what: str) -> object | None:
    """The reply, None where it was refused or not heard."""
    try:
        return await asked
    except (ccxt.BaseError, OddReplyError) as error:
        log.info("the venue does not tell it", what=what, error=type(error).__name__)
        return None


async def each(asks: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Do all of them: what one is refused costs no other. The refusals are raised at the end."""
    refused: list[Exception] = []
    for ask in asks:
        try:
            await ask()
        except (ccxt.BaseError, OddReplyError) as error:
            refused.append(error)
    if refused:
        raise ExceptionGroup("not all of it is told", refused)
