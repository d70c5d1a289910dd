"""Calls of which some may be about a kind of account that the login does not have.

Venues answer these with an error, from the first time on, and not all with the same. What answered
once must go on answering; and of all calls of one method at least one must.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import ccxt
import structlog

from hedgewatch.venues.dialects.generic_calls import Parameters
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.polling import ODD

ASKED_AGAIN = 60
"""After so many readings a kind of account that was missing is asked for again: some 8 minutes."""

log = structlog.get_logger()


class Asking:
    """What one account was asked, and which of it answers."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._answered: set[str] = set()
        self._missing: dict[str, tuple[int, ccxt.ExchangeError]] = {}
        self._refused: dict[str, str] = {}

    @property
    def unseen(self) -> tuple[str, ...]:
        """What the key may not read, in words."""
        return tuple(self._refused.values())

    async def ask(
        self,
        what: str,
        parameters: Parameters,
        call: Callable[[Mapping[str, Any]], Awaitable[Any]],
        *,
        needed: bool = True,
    ) -> Any:
        """The reply, None where the account has nothing of this kind; what is not `needed` may be
        refused, which is kept as unseen.
        """
        asked = f"{what} {dict(parameters)}"
        readings, error = self._missing.get(asked, (ASKED_AGAIN, None))
        if readings < ASKED_AGAIN and error is not None:
            self._missing[asked] = readings + 1, error
            return None
        try:
            reply = await call(dict(parameters))
        except ccxt.ExchangeError as refusal:
            if asked in self._answered or (needed and _is_of_rights(refusal)):
                raise
            if _is_of_rights(refusal):
                self._refused[asked] = f"{what} {_named(parameters)}: the key may not read it"
            self._missing[asked] = 0, refusal
            kind = type(refusal).__name__
            log.warning(
                "not read: there may be none", account=self._account, call=asked, error=kind
            )
            return None
        except ODD as oddity:
            said = f"{type(oddity).__name__} {oddity!s:.60}"
            raise OddReplyError(f"ccxt makes no sense of the {what}: {said}") from oddity
        self._answered.add(asked)
        self._missing.pop(asked, None)
        self._refused.pop(asked, None)
        return reply

    def require(self, what: str) -> None:
        """Raise what the venue said, unless any call of this kind was ever answered."""
        if any(asked.startswith(f"{what} ") for asked in self._answered):
            return
        for asked, (_, error) in self._missing.items():
            if asked.startswith(f"{what} "):
                raise error


def _is_of_rights(error: ccxt.ExchangeError) -> bool:
    """A refused key is no missing account; an account that is not enabled is."""
    refused = isinstance(error, ccxt.AuthenticationError)
    return refused and not isinstance(error, ccxt.AccountNotEnabled)


def _named(parameters: Parameters) -> str:
    """Which account is asked for: `spot`, `funding`, `main`."""
    return " ".join(str(each) for each in parameters.values()) or "account"
