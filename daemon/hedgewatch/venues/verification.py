"""Finds out what a key may do, before anything else is read with it and once a day."""

import ccxt

from hedgewatch.venues.dialect import Dialect, Exchange
from hedgewatch.venues.failures import in_words, refuses_the_key
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.permissions import KeyRefusedError, refuse_powerful_key
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.session import PausedError


async def verify_key(
    dialect: Dialect, exchange: Exchange, redactor: Redactor, *, may_stay_unknown: bool
) -> None:
    """Refuse a key that can do more than read, and one of which that cannot be told.

    Where the venue cannot tell, the operator's word counts: `may_stay_unknown`.
    """
    try:
        refuse_powerful_key(await dialect.rights(exchange))
    except (OddReplyError, ccxt.BaseError, PausedError) as error:
        if refuses_the_key(error):
            raise
        if not may_stay_unknown:
            raise KeyRefusedError(
                f"what the key may do cannot be verified: {in_words(error, redactor)}. Where the "
                "venue has no such answer, set allow_unverified_key: true for this account"
            ) from error
