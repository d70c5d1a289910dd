"""What an account can be watched without: a server or a key that refuses it makes nobody blind."""

from collections.abc import Awaitable

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
