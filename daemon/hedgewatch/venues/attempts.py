"""Tries for ever, and survives whatever a venue or ccxt makes go wrong."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hedgewatch.tasks import being_cancelled, end_if_cancelled
from hedgewatch.venues.failures import in_words, log_oddity, will_pass
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.surroundings import Backoff, Surroundings

_GOOD_WHILE_SECONDS = 60.0
_READING_GAP_SECONDS = 1.0
_STALE_SECONDS = 30.0

log = structlog.get_logger()


class Attempts:
    """Begins the same thing again after each failure, with a pause."""

    def __init__(self, name: str, redactor: Redactor, around: Surroundings) -> None:
        self._name = name
        self._redactor = redactor
        self._around = around

    async def run(
        self, work: Callable[[], Awaitable[None]], failed: Callable[[BaseException, str], None]
    ) -> None:
        """For ever. `failed` is told what ended an attempt, also in words."""
        pauses = Backoff(self._around.rng, good_while=_GOOD_WHILE_SECONDS)
        while True:
            began = self._around.now()
            failure = await self.survive(work())
            if failure is not None:
                failed(failure, in_words(failure, self._redactor))
            await asyncio.sleep(pauses.after(self._around.now() - began))

    async def survive(self, work: Awaitable[None]) -> BaseException | None:
        """Do it; what goes wrong is returned.

        One of the few broad excepts of this project: whatever odd thing one venue sends or ccxt
        makes of it, what is watched there is blind and is tried again, and the others go on.
        """
        try:
            await work
        except asyncio.CancelledError:
            if being_cancelled():
                raise
            return InterruptedError("the request was interrupted")
        except Exception as error:  # noqa: BLE001 - see above
            end_if_cancelled()
            log_oddity(error, self._name, self._redactor)
            return error
        return None

    async def aside(self, work: Awaitable[None], complaint: str) -> BaseException | None:
        """Do what can be done without for a while: a failure is logged, and returned."""
        failure = await self.survive(work)
        if failure is not None:
            reason = in_words(failure, self._redactor)
            log.warning(complaint, of=self._name, reason=reason)
        return failure


class Patience:
    """When to read again: soon where the venue stumbled, for without a reading in 30 s an account
    is blind. Where it wants quiet, or will not change its mind, whoever asks regularly has to do.
    """

    def __init__(self, around: Surroundings) -> None:
        self._pauses = Backoff(around.rng, good_while=_STALE_SECONDS, longest=_STALE_SECONDS / 4)
        self._now = around.now
        self._failed_at = around.now()
        self.pause = _READING_GAP_SECONDS

    def goes_on(self, failure: BaseException | None) -> bool:
        """Whether to read again after `pause`, how ever the last reading went."""
        self.pause = _READING_GAP_SECONDS
        if not will_pass(failure):
            return False
        self.pause += self._pauses.after(self._now() - self._failed_at)
        self._failed_at = self._now()
        return True


async def each_time(wanted: asyncio.Event, do: Callable[[], Awaitable[None]]) -> None:
    """For ever: do it whenever it is wanted."""
    while await wanted.wait():
        wanted.clear()
        await do()
