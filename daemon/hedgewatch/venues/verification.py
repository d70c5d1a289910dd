"""Finds out what a key may do, before anything else is read with it and once a day."""

import ccxt

from hedgewatch.venues.dialect import Dialect, Exchange
from hedgewatch.venues.failures import in_words, refuses_the_key
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.pauses import PausedError
from hedgewatch.venues.permissions import (
    KeyRights,
    UnverifiedKeyError,
    refuse_key_that_cannot_read,
    refuse_powerful_key,
)
from hedgewatch.venues.redaction import Redactor


async def verify_key(
    dialect: Dialect, exchange: Exchange, redactor: Redactor, *, may_stay_unknown: bool
) -> KeyRights | None:
    """What the key may do. Refuse one that can do more than read, one that cannot read, and one
    of which that cannot be told.

    Where the venue cannot tell, the operator's word counts: `may_stay_unknown`, and None comes
    back.
    """
    try:
        rights = await dialect.rights(exchange)
    except (OddReplyError, ccxt.BaseError, PausedError) as error:
        if refuses_the_key(error):
            raise
        if may_stay_unknown:
            return None
        raise _unverified(error, redactor) from error
    refuse_powerful_key(rights)
    refuse_key_that_cannot_read(rights)
    return rights


def _unverified(error: Exception, redactor: Redactor) -> UnverifiedKeyError:
    return UnverifiedKeyError(
        f"what the key may do cannot be verified: {in_words(error, redactor)}. Where the "
        "venue has no such answer, set allow_unverified_key: true for this account",
        later=isinstance(error, ccxt.OperationFailed | PausedError),
    )
