"""Asks a venue what it lists, once. Importing this module imports ccxt."""

from collections.abc import Collection

import ccxt

from hedgewatch.settings import SecretError
from hedgewatch.venues.dialects import dialect_of
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.pauses import PausedError
from hedgewatch.venues.readonly import ForbiddenRequestError
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import AccountSettings
from hedgewatch.venues.surroundings import Surroundings
from hedgewatch.venues.visit import visiting


async def listed_symbols(settings: AccountSettings, around: Surroundings) -> Collection[str]:
    """Every symbol that an account there may be asked for; none when the venue does not answer."""
    dialect, redactor = dialect_of(settings), Redactor()
    try:
        async with visiting(settings, dialect, redactor, around) as connection:
            markets = await connection.exchange.load_markets()
    except (ccxt.BaseError, ForbiddenRequestError, OddReplyError, PausedError, SecretError):
        return ()
    return frozenset(markets)
