"""Sockets that are to be relieved: they go on until their relief stands."""

import asyncio
from collections.abc import Iterable

import ccxt

from hedgewatch.venues.dialect import Feed
from hedgewatch.venues.listener import RelayedError
from hedgewatch.venues.socket import GuardedSocket

OVERLAP_SECONDS = 5.0
"""For which an old socket goes on after its relief stands: a login takes a moment."""


class Reliefs:
    """Those of one connection, by feed."""

    def __init__(self) -> None:
        self._old: dict[Feed, list[GuardedSocket]] = {}

    def begin(self, feed: Feed, sockets: Iterable[GuardedSocket]) -> None:
        """These are to be relieved: what waits for them begins anew, what they say still counts."""
        for socket in sockets:
            relayed = RelayedError("another socket is to take over")
            if socket.serves:
                self._old.setdefault(feed, []).append(socket)
                socket.reject(relayed)
            else:
                socket.abandon(relayed)

    def serves(self, feed: Feed) -> bool:
        """Whether one of them still does its work."""
        return any(socket.serves for socket in self._old.get(feed, ()))

    def stands(self, feed: Feed, relief: GuardedSocket) -> None:
        """A relief was dialled: if it still stands in a while, the old ones are over."""
        if feed in self._old:
            asyncio.get_running_loop().call_later(OVERLAP_SECONDS, self._relieve, feed, relief)

    def _relieve(self, feed: Feed, relief: GuardedSocket) -> None:
        if relief.serves:
            self.end(feed, "another socket took over")

    def end(self, feed: Feed, reason: str) -> None:
        """Give them up."""
        for socket in self._old.pop(feed, ()):
            socket.abandon(ccxt.NetworkError(reason))

    def end_all(self, reason: str) -> None:
        """Of every feed."""
        for feed in tuple(self._old):
            self.end(feed, reason)
