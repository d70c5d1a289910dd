"""What becomes of the answer about a key: an event, advice once, and patience at the daily look."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from hedgewatch.core.events import KeyRead
from hedgewatch.venues.dialect import Dialect, Exchange
from hedgewatch.venues.permissions import KeyRights, UnverifiedKeyError
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import AccountSettings, is_here
from hedgewatch.venues.surroundings import Surroundings
from hedgewatch.venues.verification import verify_key

_PAUSES = (0.0, 60.0, 600.0, 3_600.0)
"""Before each attempt of a daily look. A venue that is down for a while says nothing of the key."""

_REMIND_SECONDS = 20 * 3_600.0

log = structlog.get_logger()


class KeyCheck:
    """The key of one account; it outlives connections, so that advice is given once."""

    def __init__(
        self,
        settings: AccountSettings,
        dialect: Dialect,
        redactor: Redactor,
        around: Surroundings,
        *,
        pauses: Sequence[float] = _PAUSES,
    ) -> None:
        self._settings = settings
        self._dialect = dialect
        self._redactor = redactor
        self._around = around
        self._pauses = pauses
        self._advised_at: float | None = None

    async def verify(self, exchange: Exchange) -> None:
        """Raise if the key is not to be used; tell what the venue says of it."""
        unknown = self._settings.allow_unverified_key
        rights = await verify_key(self._dialect, exchange, self._redactor, may_stay_unknown=unknown)
        self._around.publish(_told(self._settings.name, rights))
        self._advise(rights)

    async def verify_again(self, exchange: Exchange, stands: Callable[[], bool]) -> None:
        """As above, of a key that was verified before: while the venue has no answer it is asked
        again, and in the end the key counts as what it was.
        """
        for pause in self._pauses:
            await asyncio.sleep(pause)
            if not stands():
                return
            try:
                await self.verify(exchange)
            except UnverifiedKeyError as error:
                if not error.later:
                    raise
                log.warning(
                    "the key was not verified", account=self._settings.name, reason=str(error)
                )
            else:
                return

    def _advise(self, rights: KeyRights | None) -> None:
        """Good to know, and nobody's emergency: said once a start, and once a day of a key for
        which its owner alone answers.
        """
        now = self._around.now()
        again = rights is None and now - (self._advised_at or now) > _REMIND_SECONDS
        if (self._advised_at is None or again) and (advice := self._advice(rights)):
            self._advised_at = now
            log.info("advice on a key", account=self._settings.name, advice=advice)

    def _advice(self, rights: KeyRights | None) -> str:
        """An exchange of this machine, on paper, is asked from nowhere else."""
        endpoint = self._settings.endpoint
        loose = rights is not None and rights.bound_to_address is False
        return "" if loose and endpoint and is_here(endpoint.rest) else advice_on(rights)


def advice_on(rights: KeyRights | None) -> str:
    """What its owner should know of a key that is used; empty when there is nothing."""
    if rights is None:
        return "the venue does not tell what its keys may do: look there that this one only reads"
    if rights.bound_to_address is False:
        return "the key works from everywhere: bind it to the address of this machine"
    return ""


def _told(account: str, rights: KeyRights | None) -> KeyRead:
    if rights is None:
        return KeyRead(account=account, verified=False)
    return KeyRead(
        account=account, expires_at=rights.expires_at, bound_to_address=rights.bound_to_address
    )
