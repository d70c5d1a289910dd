"""Watches one account for ever: connects, verifies, reads, streams, and begins again.

Importing this module imports ccxt, which takes seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from random import Random

import ccxt
import structlog

from hedgewatch.core.events import AccountAccepted, AccountRefused, Event
from hedgewatch.tasks import being_cancelled
from hedgewatch.venues.catalogue import Catalogue
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects import dialect_of
from hedgewatch.venues.failures import in_words, is_of_a_powerful_key, log_oddity
from hedgewatch.venues.feeds import Feeds
from hedgewatch.venues.key_check import KeyCheck
from hedgewatch.venues.reader import Reader
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.session import PausedError
from hedgewatch.venues.settings import AccountSettings
from hedgewatch.venues.sidelines import Sidelines
from hedgewatch.venues.standing import Standing
from hedgewatch.venues.streams import Streams
from hedgewatch.venues.surroundings import Backoff, Spawn, Surroundings

_SOCKET_FIRST_SECONDS = 3.0
_READING_GAP_SECONDS = 1.0
_GOOD_WHILE_SECONDS = 60.0
_RELIST_SECONDS = 300.0
_RENEWAL_PAUSES = (0.0, 5.0, 30.0, 60.0, 120.0)

log = structlog.get_logger()


class AccountWatch:
    """The watch of one account. Only `run` opens anything; the other calls need it to stand.

    None of the calls raises for what a venue does: that becomes events.
    """

    def __init__(
        self,
        settings: AccountSettings,
        *,
        symbols: Iterable[str],
        publish: Callable[[Event], None],
        now: Callable[[], float],
        spawn: Spawn,
        rng: Random,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._around = Surroundings(publish, now, spawn, rng)
        self._dialect = dialect_of(settings)
        self._redactor = Redactor()
        self._feeds = Feeds(settings.name, publish)
        self._key = KeyCheck(settings, self._dialect, self._redactor, self._around)
        self._catalogue = Catalogue(settings.name, self._dialect, publish)
        self._symbols = set(symbols)
        self._reader = Reader(self._dialect, self._catalogue, self._feeds, self._around)
        self._sidelines = Sidelines(self.name, self._dialect, self._catalogue, self._around)
        self._standing: Standing | None = None
        self._untold: BaseException | None = None
        self._ended_odd = self._ended_refused = 0
        self._task: asyncio.Task[object] | None = None

    async def run(self) -> None:
        """For ever, with a pause after each failure."""
        self._task = asyncio.current_task()
        pauses = Backoff(self._around.rng, good_while=_GOOD_WHILE_SECONDS)
        while True:
            began = self._around.now()
            failure = await self._survive(self._watch())
            if failure is not None:
                self._feeds.lose_all("the connection ended")
                reason = in_words(failure, self._redactor)
                self._refuse(reason, powerful=is_of_a_powerful_key(failure))
            await asyncio.sleep(pauses.after(self._around.now() - began))

    async def close(self) -> None:
        """End `run`, and close every socket."""
        task, self._task = self._task, None
        if task is not None and not task.done():
            if not task.cancelling():
                task.cancel()
            await asyncio.wait({task})
        self._feeds.lose_all("the account is no longer watched like this")

    async def _survive(self, work: Awaitable[None]) -> BaseException | None:
        """Do it; what goes wrong is returned.

        One of the few broad excepts of this project: whatever odd thing one venue sends or ccxt
        makes of it, this account is blind and is tried again, and the others go on.
        """
        try:
            await work
        except asyncio.CancelledError:
            if being_cancelled():
                raise
            return InterruptedError("the request was interrupted")
        except Exception as error:  # noqa: BLE001 - see above
            log_oddity(error, self.name, self._redactor)
            return error
        return None

    def _refuse(self, reason: str, *, powerful: bool = False) -> None:
        log.error("account cannot be watched", account=self.name, reason=reason)
        self._around.publish(AccountRefused(self.name, reason, powerful=powerful))

    async def _watch(self) -> None:
        """One connection, from its first request until something fails that a socket does not."""
        streams = Streams(self.name, self._dialect, self._feeds, self._redactor, self._around)
        connection = Connection(
            self._settings, self._dialect, self._redactor, self._around, streams
        )
        try:
            await self._prepare(connection)
            streams.follow(self._catalogue.known(self._symbols))
            await self._stream(Standing(connection, streams))
        finally:
            self._standing = None
            self._ended_odd += connection.odd_frames
            self._ended_refused += connection.refused
            await connection.close()

    async def _prepare(self, connection: Connection) -> None:
        await connection.measure_clock()
        await self._key.verify(connection.exchange)
        await self._load(connection.exchange)
        complaint = self._catalogue.complaint(self._symbols)
        if complaint:
            self._refuse(complaint)
        else:
            self._around.publish(AccountAccepted(self.name))
        self._catalogue.define(self._symbols)
        await self._catalogue.load_missing_tiers(connection.exchange)

    async def _load(self, exchange: Exchange) -> None:
        await self._catalogue.load_markets(exchange)
        await self._catalogue.load_tiers(exchange)
        settling = self._dialect.settle_in(exchange)
        self._untold = await self._attempt(settling, "the margin mode is not told")

    async def _attempt(self, work: Awaitable[None], complaint: str) -> BaseException | None:
        """Do what the account can be watched without, for a while."""
        failure = await self._survive(work)
        if failure is not None:
            reason = in_words(failure, self._redactor)
            log.warning(complaint, account=self.name, reason=reason)
        return failure

    async def _stream(self, standing: Standing) -> None:
        self._standing = standing
        async with asyncio.TaskGroup() as group:
            group.create_task(standing.streams.run(standing.connection))
            group.create_task(self._read_when_wanted(standing.streams))
            group.create_task(_each_time(standing.streams.clock_wanted, self.read_clock))
            group.create_task(_each_time(standing.streams.history_wanted, self.read_history))
            group.create_task(self._relist())
            group.create_task(self._begin_aside())
            await standing.until_doomed()

    async def _read_when_wanted(self, streams: Streams) -> None:
        """The socket first, so that what changes while we read is told."""
        if "user" in self._dialect.feeds:
            with suppress(TimeoutError):
                async with asyncio.timeout(_SOCKET_FIRST_SECONDS):
                    await streams.user_open.wait()
        streams.read_wanted.set()
        while True:
            await streams.read_wanted.wait()
            streams.read_wanted.clear()
            await self.reconcile()
            await asyncio.sleep(_READING_GAP_SECONDS)

    async def _begin_aside(self) -> None:
        """The first time at once, then as the jobs have it. None of it may delay a judgement."""
        await self.read_collateral()
        await self.refresh_terms()
        await self.read_liquidity()

    async def _relist(self) -> None:
        """A missing market may be a typing error, or listed tomorrow; an untold mode is a guess."""
        while self._untold or self._catalogue.complaint(self._symbols):
            await asyncio.sleep(_RELIST_SECONDS)
            await self.refresh_tiers()
            if not self._catalogue.complaint(self._symbols):
                self._around.publish(AccountAccepted(self.name))

    # what jobs and the engine ask for

    async def reconcile(self) -> None:
        """Read the account now."""
        standing = self._standing
        if standing is None:
            return
        failure = await self._survive(self._reader.read(standing.connection, standing.streams))
        if failure is None:
            await self._aside(self._sidelines.explain_losses, "nobody knows where a coin went")
            return
        self._feeds.lost("rest", in_words(failure, self._redactor))
        if isinstance(failure, ccxt.InvalidNonce):
            await self._survive(standing.connection.measure_clock())
        standing.doom_if_key_is_refused(failure)

    async def keep_listen_key(self) -> None:
        """Prolong the private stream; one that cannot be prolonged is replaced."""
        standing = self._standing
        for pause in _RENEWAL_PAUSES:
            await asyncio.sleep(pause)
            if standing is None or standing is not self._standing:
                return
            failure = await self._survive(self._dialect.keep_stream_key(standing.exchange))
            if not isinstance(failure, ccxt.OperationFailed | PausedError):
                break
        else:
            return
        if failure is not None:
            reason = in_words(failure, self._redactor)
            standing.streams.doubt_user(f"the listen key was not renewed: {reason}")

    async def read_clock(self) -> None:
        """Ask for the venue's time: its clock may have stepped."""
        if self._standing is not None:
            await self._survive(self._standing.connection.measure_clock())

    async def refresh_tiers(self) -> None:
        """Read markets, tiers, margin mode and the venue's clock anew."""
        standing = self._standing
        if standing is None:
            return
        for work in (self._load(standing.exchange), standing.connection.measure_clock()):
            await self._attempt(work, "markets and tiers are old")
        self._catalogue.define(self._symbols)
        standing.streams.follow(self._catalogue.known(self._symbols))

    async def refresh_terms(self) -> None:
        """Read anew what changes more often than markets do: funding intervals."""
        await self._aside(self._sidelines.read_terms, "funding intervals are old")

    async def read_collateral(self) -> None:
        """Read what the assets of a multi-asset account count."""
        await self._aside(self._sidelines.read_collateral, "the prices of collateral are old")

    async def read_liquidity(self) -> None:
        """Read the order books of the markets that are watched, one after the other."""
        await self._aside(self._sidelines.read_liquidity, "order books are old")

    async def read_history(self) -> None:
        """Read the minutes that were missed of the markets that are watched."""
        await self._aside(self._sidelines.read_history, "some minutes stay missed")

    async def _aside(self, read: Callable[[Standing], Awaitable[None]], complaint: str) -> None:
        if self._standing is not None:
            await self._attempt(read(self._standing), complaint)

    async def check_key(self) -> None:
        """Verify again what the key may do; one that can do too much is let go of."""
        standing = self._standing
        if standing is None:
            return
        verifying = self._key.verify_again(standing.exchange, lambda: standing is self._standing)
        failure = await self._attempt(verifying, "the key was not verified")
        if failure is not None:
            standing.doom_if_key_is_refused(failure)

    async def reconnect(self, reason: str) -> None:
        """Trust no socket any more (the clock jumped, the machine slept): open new ones."""
        standing = self._standing
        if standing is not None:
            standing.streams.doubt_all(standing.connection, reason)
            await self._survive(standing.connection.measure_clock())

    @property
    def odd_frames(self) -> int:
        """Frames that made no sense and were skipped."""
        standing = self._standing
        return self._ended_odd + (0 if standing is None else standing.connection.odd_frames)

    @property
    def refused_requests(self) -> int:
        """Requests and frames that the fence held back."""
        standing = self._standing
        return self._ended_refused + (0 if standing is None else standing.connection.refused)


async def _each_time(wanted: asyncio.Event, do: Callable[[], Awaitable[None]]) -> None:
    """For ever: who was away missed something, and may come back with another time."""
    while await wanted.wait():
        wanted.clear()
        await do()
