"""A connection that stands: what may be asked of it, and the one way to end it."""

import asyncio
from dataclasses import dataclass

from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.failures import refuses_the_key
from hedgewatch.venues.prices import PriceStreams
from hedgewatch.venues.private import PrivateStream


@dataclass(frozen=True, slots=True)
class Open:
    """What is public of a venue, while a connection to it stands."""

    connection: Connection
    streams: PriceStreams

    @property
    def exchange(self) -> Exchange:
        """For requests."""
        return self.connection.exchange


class Standing:
    """One account's connection, whose key was verified, with its private stream."""

    def __init__(self, connection: Connection, stream: PrivateStream) -> None:
        self.connection = connection
        self.stream = stream
        self._doom: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def exchange(self) -> Exchange:
        """For requests."""
        return self.connection.exchange

    async def until_doomed(self) -> None:
        """Raises what doomed it."""
        await self._doom

    def doom_if_key_is_refused(self, failure: BaseException) -> None:
        """A new socket does not help against that: begin again, and say so."""
        if refuses_the_key(failure) and not self._doom.done():
            self._doom.set_exception(failure)
