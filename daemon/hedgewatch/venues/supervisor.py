"""Watches for ever what is private of one account: verifies its key, reads, streams, and begins
again. What is public it has from the watch of its markets.

Importing this module imports ccxt, which takes seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

import ccxt
import structlog

from hedgewatch.core.events import AccountAccepted, AccountRefused
from hedgewatch.venues.access import private
from hedgewatch.venues.attempts import Attempts, Patience
from hedgewatch.venues.brackets import Brackets
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects import dialect_of
from hedgewatch.venues.failures import in_words, is_of_a_powerful_key, is_our_refusal
from hedgewatch.venues.feeds import Feeds
from hedgewatch.venues.key_check import KeyCheck
from hedgewatch.venues.losses import Losses
from hedgewatch.venues.markets import MarketWatch
from hedgewatch.venues.pauses import PausedError
from hedgewatch.venues.private import PrivateStream
from hedgewatch.venues.reader import Reader
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import AccountSettings
from hedgewatch.venues.standing import Standing
from hedgewatch.venues.surroundings import Surroundings
from hedgewatch.venues.tally import Tally

_SOCKET_FIRST_SECONDS = 3.0
_RELIST_SECONDS = 300.0
_UNTOLD_PAUSES = (5.0, 15.0, 40.0, 120.0)
"""Then each `_RELIST_SECONDS`."""

_RENEWAL_PAUSES = (0.0, 5.0, 30.0, 60.0, 120.0)

log = structlog.get_logger()


class AccountWatch:
    """The watch of one account. Only `run` opens anything; the other calls need it to stand.

    None of the calls raises for what a venue does: that becomes events.
    """

    def __init__(
        self,
        settings: AccountSettings,
        markets: MarketWatch,
        symbols: Iterable[str],
        around: Surroundings,
    ) -> None:
        self.name = settings.name
        self.markets = markets
        self._settings = settings
        self._around = around
        self._dialect = dialect_of(settings)
        markets.share_tables(self._dialect)
        self._redactor = Redactor()
        self._key = KeyCheck(settings, self._dialect, self._redactor, around)
        self._attempts = Attempts(self.name, self._redactor, around)
        self._feeds = Feeds(self.name, around.publish)
        self._brackets = Brackets(self.name, self._dialect, around.publish)
        self._losses = Losses(self.name, self._dialect, around)
        self._reader = Reader(
            self._dialect, self._feeds, around, self._introduce, markets.refresh_markets
        )
        self._standing: Standing | None = None
        self._untold: BaseException | None = None
        self._tally = Tally()
        self.follow(symbols)

    async def run(self) -> None:
        """For ever, with a pause after each failure."""
        await self._attempts.run(self._watch, self._failed)

    def _failed(self, failure: BaseException, reason: str) -> None:
        self._feeds.lose_all("the connection ended")
        self._refuse(reason, powerful=is_of_a_powerful_key(failure))

    def leave(self) -> None:
        """Say that it is over, after `run`."""
        self._feeds.let_go("the account is no longer watched like this")
        self.markets.followers.leave(self.name)

    def follow(self, symbols: Iterable[str]) -> None:
        """The desk needs these markets, whatever is held, and no others."""
        self._wanted = frozenset(symbols)
        self.markets.followers.want(self.name, self._wanted)
        if self._standing is not None:
            self._complain()
            self._define(self._wanted)

    def _refuse(self, reason: str, *, powerful: bool = False) -> None:
        log.error("account cannot be watched", account=self.name, reason=reason)
        self._around.publish(AccountRefused(self.name, reason, powerful=powerful))

    async def _watch(self) -> None:
        """One connection, from its first request until something fails that a socket does not."""
        access = private(self._settings, self._redactor)
        connection = Connection(access, self._dialect, self._redactor, self._around)
        self._tally.begin(connection)
        stream = PrivateStream(connection, self._dialect, self._feeds, self._needed, self._around)
        try:
            await self.markets.lend(connection, self._refuse)
            await self._prepare(connection)
            await self._stream(Standing(connection, stream))
        finally:
            self._standing = None
            self.markets.take_back(connection)
            self._tally.end()
            await connection.close()

    def _needed(self) -> list[str]:
        return self.markets.followers.symbols_of(self.name)

    async def _prepare(self, connection: Connection) -> None:
        await self._key.verify(connection.exchange)
        self._define(self._wanted)
        await self._settle_in(connection.exchange)
        self._complain()

    async def _settle_in(self, exchange: Exchange) -> None:
        """What is not told is asked for again, and its absence said of the pools that need it:
        positions and prices are seen meanwhile. Our own refusal tells its owner what to write.
        """
        tiers = await self._attempts.aside(self._brackets.load(exchange), "the tiers are not told")
        if tiers is not None and is_our_refusal(tiers):
            raise tiers
        settling = self._dialect.settle_in(exchange)
        terms = await self._attempts.aside(settling, "the terms of the account are not told")
        self._untold = tiers or terms

    def _complain(self) -> None:
        """Of markets that the venue does not list; or else the account can be watched."""
        complaint = self.markets.complaint(self._wanted)
        if complaint:
            self._refuse(complaint)
        else:
            self._around.publish(AccountAccepted(self.name))

    def _define(self, symbols: Iterable[str]) -> None:
        """Tell of markets, and of the tiers of those that have some."""
        symbols = frozenset(symbols)
        self.markets.define(symbols)
        markets = ((symbol, self.markets.market(symbol)) for symbol in symbols)
        self._brackets.want(symbol for symbol, market in markets if market and market.settle)

    async def _introduce(self, standing: Standing, held: list[str]) -> None:
        """Markets and tiers of positions are told before the positions."""
        self._define(held)
        self.markets.followers.hold(self.name, held)
        missing = self._brackets.load_missing(standing.exchange)
        await self._attempts.aside(missing, "the tiers of a position are not told")

    async def _stream(self, standing: Standing) -> None:
        self._standing = standing
        async with asyncio.TaskGroup() as group:
            group.create_task(standing.stream.run())
            group.create_task(self._read_when_wanted(standing.stream))
            group.create_task(self._relist())
            group.create_task(self._ask_again())
            group.create_task(self.read_collateral())
            await standing.until_doomed()

    async def _read_when_wanted(self, stream: PrivateStream) -> None:
        """The socket first, so that what changes while we read is told. A venue that stumbles is
        asked again before anybody is blind.
        """
        if stream.is_streamed:
            with suppress(TimeoutError):
                async with asyncio.timeout(_SOCKET_FIRST_SECONDS):
                    await stream.opened.wait()
        stream.read_wanted.set()
        patience = Patience(self._around)
        while True:
            await stream.read_wanted.wait()
            stream.read_wanted.clear()
            if patience.goes_on(await self._read()):
                stream.read_wanted.set()
            await asyncio.sleep(patience.pause)

    async def _relist(self) -> None:
        """A missing market may be a typing error, or listed tomorrow; an untold mode is a guess."""
        while True:
            await asyncio.sleep(_RELIST_SECONDS)
            missed = self.markets.complaint(self._wanted)
            if not self._untold and not missed:
                continue
            await self.markets.refresh_markets()
            await self.refresh_tiers()
            if missed and not self.markets.complaint(self._wanted):
                self._around.publish(AccountAccepted(self.name))

    async def _ask_again(self) -> None:
        """A venue that limits us at a start tells soon after what it did not tell at first."""
        for pause in _UNTOLD_PAUSES:
            await asyncio.sleep(pause)
            if self._untold:
                await self.refresh_tiers()

    # what jobs and the engine ask for

    async def reconcile(self) -> None:
        """Read the account now."""
        await self._read()

    async def _read(self) -> BaseException | None:
        standing = self._standing
        if standing is None:
            return None
        failure = await self._attempts.survive(self._reader.read(standing))
        if failure is None:
            await self._aside(self._explain_losses, "nobody knows where a coin went")
            return None
        say = self._feeds.failed if isinstance(failure, PausedError) else self._feeds.lost
        say("rest", in_words(failure, self._redactor))
        if isinstance(failure, ccxt.InvalidNonce):
            await self.markets.read_clock()
        standing.doom_if_key_is_refused(failure)
        return failure

    async def _explain_losses(self, standing: Standing) -> None:
        await self._losses.explain(standing.exchange, self._needed())

    async def keep_listen_key(self) -> None:
        """Prolong the private stream; one that cannot be prolonged is replaced."""
        standing = self._standing
        for pause in _RENEWAL_PAUSES:
            await asyncio.sleep(pause)
            if standing is None or standing is not self._standing:
                return
            keeping = self._dialect.keep_stream_key(standing.exchange)
            failure = await self._attempts.survive(keeping)
            if not isinstance(failure, ccxt.OperationFailed | PausedError):
                break
        else:
            return
        if failure is not None:
            reason = in_words(failure, self._redactor)
            standing.stream.doubt(f"the listen key was not renewed: {reason}")

    async def refresh_tiers(self) -> None:
        """Read tiers and margin mode anew."""
        await self._aside(self._refresh_tiers, "tiers are old")

    async def _refresh_tiers(self, standing: Standing) -> None:
        self._define(self._wanted)
        await self._settle_in(standing.exchange)

    async def read_collateral(self) -> None:
        """Read what the assets of a multi-asset account count."""
        await self._aside(self._read_collateral, "the prices of collateral are old")

    async def _read_collateral(self, standing: Standing) -> None:
        priced = await self._dialect.read_collateral(standing.exchange)
        if priced is not None:
            self._around.publish(priced)

    async def _aside(self, read: Callable[[Standing], Awaitable[None]], complaint: str) -> None:
        if self._standing is not None:
            await self._attempts.aside(read(self._standing), complaint)

    async def check_key(self) -> None:
        """Verify again what the key may do; one that can do too much is let go of."""
        standing = self._standing
        if standing is None:
            return
        verifying = self._key.verify_again(standing.exchange, lambda: standing is self._standing)
        failure = await self._attempts.aside(verifying, "the key was not verified")
        if failure is not None:
            standing.doom_if_key_is_refused(failure)

    async def reconnect(self, reason: str) -> None:
        """Trust no socket any more, the wall clock stepped: open a new one."""
        if self._standing is not None:
            self._standing.connection.wall_clock_stepped()
            self._standing.stream.drop(reason)

    @property
    def odd_frames(self) -> int:
        """Frames that made no sense and were skipped, also among the prices that it relies on."""
        return self._tally.odd_frames + self.markets.odd_frames

    @property
    def refused_requests(self) -> int:
        """Requests and frames that the fence held back, also of those for prices."""
        return self._tally.refused_requests + self.markets.refused_requests
