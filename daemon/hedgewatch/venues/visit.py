"""A connection for a few questions: no socket, no reading. Importing this module imports ccxt."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hedgewatch.core.events import PriceEvent
from hedgewatch.venues.access import private
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import AccountNews, Dialect, Feed
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import AccountSettings
from hedgewatch.venues.surroundings import Surroundings


class _NobodyListens:
    """No socket is opened."""

    def price(self, event: PriceEvent) -> None:
        """None comes."""

    def news(self, item: AccountNews) -> None:
        """None comes."""

    def connected(self, feed: Feed) -> None:
        """Never."""

    def ponged(self, feed: Feed) -> None:
        """Never."""

    def clock_stepped_back(self) -> None:
        """Of no matter here."""


@asynccontextmanager
async def visiting(
    settings: AccountSettings, dialect: Dialect, redactor: Redactor, around: Surroundings
) -> AsyncIterator[Connection]:
    """Closed in the end. SecretError when the parts of the key cannot be read."""
    connection = Connection(private(settings, redactor), dialect, redactor, around)
    connection.listener = _NobodyListens()
    try:
        yield connection
    finally:
        await connection.close()
