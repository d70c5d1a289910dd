"""Asks a venue what a key may do, once, for people. Importing this module imports ccxt."""

from contextlib import suppress
from dataclasses import dataclass

import ccxt

from hedgewatch.settings import SecretError
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import Dialect
from hedgewatch.venues.dialects import dialect_of
from hedgewatch.venues.failures import in_words, refuses_the_key
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.key_seen import KeySeen, Verdict
from hedgewatch.venues.pauses import PausedError
from hedgewatch.venues.permissions import KeyRights
from hedgewatch.venues.readonly import ForbiddenRequestError
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import AccountSettings, is_here
from hedgewatch.venues.surroundings import Surroundings
from hedgewatch.venues.visit import visiting

_NO_ANSWER = (
    ccxt.BaseError,
    ForbiddenRequestError,
    OddReplyError,
    PausedError,
    SecretError,
    LookupError,
    TypeError,
    ValueError,
)
"""What a venue that answers oddly, or not at all, can raise in ccxt."""


@dataclass(frozen=True, slots=True)
class _Account:
    settings: AccountSettings
    dialect: Dialect
    redactor: Redactor


async def look_at_key(settings: AccountSettings, around: Surroundings) -> KeySeen:
    """What the venue says of the key of an account. Nothing is raised for what a venue does."""
    account = _Account(settings, dialect_of(settings), Redactor())
    try:
        async with visiting(settings, account.dialect, account.redactor, around) as connection:
            return await _look(account, connection)
    except SecretError as error:
        return _seen(account, "not_told", reason=str(error))


async def _look(account: _Account, connection: Connection) -> KeySeen:
    """First the clock, which signs: what fails there says nothing of the key, which is asked about
    all the same.
    """
    with suppress(*_NO_ANSWER):
        await connection.measure_clock()
    try:
        rights = await account.dialect.rights(connection.exchange)
    except _NO_ANSWER as error:
        return _seen(account, _verdict_on(error), reason=in_words(error, account.redactor))
    return _seen(account, _verdict_of(rights), rights)


def _verdict_of(rights: KeyRights) -> Verdict:
    if rights.powers:
        return "can_trade"
    return "reads" if rights.may_read else "cannot_read"


def _verdict_on(error: Exception) -> Verdict:
    if refuses_the_key(error):
        return "refused"
    down = isinstance(error, ccxt.OperationFailed | PausedError | ForbiddenRequestError)
    return "not_told" if down else "unverified"


def _seen(
    account: _Account, verdict: Verdict, rights: KeyRights | None = None, reason: str = ""
) -> KeySeen:
    settings = account.settings
    return KeySeen(
        account=settings.name,
        venue=settings.venue,
        verdict=verdict,
        rights=rights,
        by_address=settings.credentials is None,
        accepted=settings.allow_unverified_key,
        is_here=settings.endpoint is not None and is_here(settings.endpoint.rest),
        reason=reason,
    )
