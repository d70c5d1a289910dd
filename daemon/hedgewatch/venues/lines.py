"""The sockets of one connection: one pending call of ccxt's a feed, begun again when it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf

import ccxt

from hedgewatch.tasks import being_cancelled, end_if_cancelled
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import Feed
from hedgewatch.venues.failures import in_words, refuses_the_key
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.listener import RelayedError
from hedgewatch.venues.pauses import PausedError
from hedgewatch.venues.readonly import ForbiddenRequestError
from hedgewatch.venues.surroundings import Backoff, Surroundings

SOCKET_SECONDS = 23.0 * 3600.0
"""How long a socket serves before another takes over: venues end each after 24 hours."""

_GOOD_WHILE_SECONDS = 30.0
_ENDS = (ccxt.BaseError, OddReplyError, ForbiddenRequestError, PausedError)


class Lines:
    """Keeps feeds alive.

    A planned change of socket (another list of markets, old age) is a relay: the old socket goes
    on until the new one serves, and nobody hears of it.
    """

    def __init__(
        self,
        connection: Connection,
        around: Surroundings,
        lost: Callable[[Feed, str], None],
    ) -> None:
        self._connection = connection
        self._around = around
        self._lost = lost
        self._relay_at: dict[Feed, float] = {}
        self._alone: set[Feed] = set()

    async def keep(self, feed: Feed, subscribe: Callable[[], Awaitable[None]]) -> None:
        """For ever, until something goes wrong that a new socket does not mend."""
        pauses = Backoff(self._around.rng, good_while=_GOOD_WHILE_SECONDS)
        began = self._around.now()
        while True:
            reason = await self._until_it_ends(subscribe)
            end_if_cancelled()
            if reason is None:
                continue
            self._connection.drop_current(feed, reason)
            self._ended(feed, reason)
            await asyncio.sleep(pauses.after(self._around.now() - began))
            began = self._around.now()

    async def _until_it_ends(self, subscribe: Callable[[], Awaitable[None]]) -> str | None:
        """Says why it is over, None for a relay. Never cancelled from outside but with all."""
        try:
            await subscribe()
        except RelayedError:
            return None
        except _ENDS as error:
            if refuses_the_key(error):
                raise
            return in_words(error, self._connection.redactor)
        except asyncio.CancelledError:
            if being_cancelled():
                raise
        return "the socket ended"

    def _ended(self, feed: Feed, reason: str) -> None:
        """While an old socket still serves, it is no loss that the new one does not stand yet."""
        if self._connection.old_serves(feed):
            self._alone.add(feed)
        else:
            self._lost(feed, reason)

    def connected(self, feed: Feed) -> None:
        """A new socket stands. Many that began together do not end together."""
        self._alone.discard(feed)
        share = self._around.rng.uniform(0.96, 1.0)
        self._relay_at[feed] = self._around.now() + SOCKET_SECONDS * share

    def relay(self, feed: Feed) -> None:
        """Another socket is to take over."""
        self._relay_at[feed] = inf
        self._connection.relay(feed)

    def look(self, now: float) -> None:
        """Relay what has become old; say when an old socket ended before its relief stood."""
        for feed in [feed for feed, at in self._relay_at.items() if now >= at]:
            self.relay(feed)
        for feed in [feed for feed in self._alone if not self._connection.old_serves(feed)]:
            self._alone.discard(feed)
            self._lost(feed, "the socket ended")
