"""Puts what went wrong with a venue into words that help its owner, without secrets."""

import re
import traceback

import ccxt
import structlog

from hedgewatch.venues.broken_lines import why_no_line
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.pauses import PausedError
from hedgewatch.venues.permissions import KeyRefusedError, PowerfulKeyError
from hedgewatch.venues.readonly import ForbiddenRequestError
from hedgewatch.venues.redaction import Redactor

_EXPECTED = (
    ccxt.BaseError,
    ForbiddenRequestError,
    KeyRefusedError,
    OddReplyError,
    PausedError,
)

_KEY_CODES = ("-2015", "-2014")
_WITHOUT_THE_RIGHT = '"code":"50120"'
"""OKX, of a key that lost its right to read: "This API key doesn't have permission to use this
function." ccxt has no name for it.
"""

_REFUSED_KEY = (
    "the venue refuses the key: it is wrong or deleted, it lacks the right to read, or it may "
    "not be used from the address of this machine"
)
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (
        ccxt.AuthenticationError,
        _REFUSED_KEY,
    ),
    (ccxt.InvalidNonce, "the venue rejects our clock: is this machine's time right?"),
    (ccxt.RequestTimeout, "the venue does not answer in time"),
    (ccxt.DDoSProtection, "the venue limits or bans this address"),
    (ccxt.RateLimitExceeded, "the venue limits this address"),
    (ccxt.NetworkError, "the venue cannot be reached"),
    (ccxt.OperationFailed, "the venue is out of order"),
)

_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b")
"""As Binance (-2015: "request ip: …") and OKX (50110: "Your IP … is not included") write them."""

log = structlog.get_logger()


def log_oddity(error: BaseException, account: str, redactor: Redactor) -> None:
    """What nobody thought of is worth a place in the code; its text may hold secrets."""
    cause = first_cause(error)
    if isinstance(cause, _EXPECTED):
        return
    frames = traceback.extract_tb(cause.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-4:]))
    what = f"{type(cause).__name__}: {redactor.scrub(cause)}"
    log.error("an oddity of the venue", account=account, error=what, where=where)


def first_cause(error: BaseException) -> BaseException:
    """The error at the bottom of nested groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def refuses_the_key(error: BaseException) -> bool:
    """True when trying again with the same key is pointless for now.

    ccxt takes Binance's -2015 for a rate limit once the key has worked before.
    """
    if isinstance(error, ccxt.AuthenticationError | KeyRefusedError):
        return True
    if isinstance(error, ccxt.ExchangeError) and _WITHOUT_THE_RIGHT in str(error):
        return True
    return isinstance(error, ccxt.DDoSProtection) and any(code in str(error) for code in _KEY_CODES)


def is_of_a_powerful_key(error: BaseException) -> bool:
    """Whether it is our refusal of a key that may do more than read."""
    return isinstance(first_cause(error), PowerfulKeyError)


def will_pass(error: BaseException | None) -> bool:
    """Whether the venue stumbled, so that asking again soon may do: not where it wants quiet."""
    quiet = isinstance(error, ccxt.DDoSProtection | ccxt.RateLimitExceeded)
    return isinstance(error, ccxt.OperationFailed) and not quiet


def is_our_refusal(error: BaseException) -> bool:
    """Whether it is ours, of a key or of how an account is written down, and not the venue's."""
    return isinstance(first_cause(error), KeyRefusedError)


def in_words(error: BaseException, redactor: Redactor) -> str:
    """What happened, for the operator."""
    cause = first_cause(error)
    said = redactor.scrub(cause)
    if not isinstance(cause, ccxt.BaseError):
        return said or type(cause).__name__
    kind = ccxt.AuthenticationError if refuses_the_key(cause) else type(cause)
    words = next((words for known, words in _WORDS if issubclass(kind, known)), None)
    no_line = why_no_line(cause)
    if no_line:
        return f"the venue cannot be reached: {redactor.scrub(no_line)}"
    return said if words is None else f"{words}{_seen_from(kind, said)} ({said})"


def _seen_from(kind: type[BaseException], said: str) -> str:
    """The address of this machine as the venue sees it, where it tells: keys are bound to it."""
    told = _ADDRESS.search(said) if issubclass(kind, ccxt.AuthenticationError) else None
    return "" if told is None else f", which the venue sees as {told[0]}"
