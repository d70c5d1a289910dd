"""Readings of an account by REST: one at a time, and none that begins before it was asked for."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hedgewatch.core.events import AccountRead, PositionReading
from hedgewatch.venues.dialect import Dialect, TellsInPart
from hedgewatch.venues.feeds import Feeds
from hedgewatch.venues.fields import UnlistedMarketError
from hedgewatch.venues.standing import Standing
from hedgewatch.venues.surroundings import Surroundings

Introduce = Callable[[Standing, list[str]], Awaitable[None]]
"""Tells of the markets that are held, and follows their prices."""

Relist = Callable[[], Awaitable[None]]

log = structlog.get_logger()


class Sight:
    """Says what of an account is not seen, and when all of it is again: once each time that it
    changes.
    """

    def __init__(self) -> None:
        self._unseen: tuple[str, ...] = ()

    def say(self, reading: AccountRead) -> None:
        """To the log."""
        if reading.unseen == self._unseen:
            return
        self._unseen = reading.unseen
        if reading.unseen:
            log.warning(
                "not all of an account is seen", account=reading.account, unseen=reading.unseen
            )
        else:
            log.info("all of the account is seen again", account=reading.account)


class Reader:
    """Reads, has new markets told of before the positions in them, and publishes."""

    def __init__(
        self, dialect: Dialect, feeds: Feeds, around: Surroundings, introduce: Introduce,
        relist: Relist,
    ) -> None:  # fmt: skip
        self._dialect = dialect
        self._feeds = feeds
        self._around = around
        self._introduce = introduce
        self._relist = relist
        self._one_at_a_time = asyncio.Lock()
        self._sight = Sight()
        self._asked = 0
        self._answered = 0

    async def read(self, standing: Standing) -> None:
        """A reading that begins after this call; calls that wait meanwhile share the next one."""
        self._asked += 1
        mine = self._asked
        async with self._one_at_a_time:
            if self._answered >= mine:
                return
            answering = self._asked
            await self._read(standing)
            self._answered = answering

    async def _read(self, standing: Standing) -> None:
        reading = await self._reading(standing)
        held = [position.symbol for position in reading.positions if position.contracts]
        await self._introduce(standing, held)
        standing.stream.ledger.read(self._told(reading), self._around.now())
        self._around.publish(reading)
        self._sight.say(reading)
        self._feeds.restored("rest")

    def _told(self, reading: AccountRead) -> list[PositionReading]:
        """Those of which the private stream should have told."""
        dialect = self._dialect
        if not isinstance(dialect, TellsInPart):
            return list(reading.positions)
        return [each for each in reading.positions if dialect.is_told(each.symbol)]

    async def _reading(self, standing: Standing) -> AccountRead:
        """A position in a market that was listed since is no reason to know nothing."""
        try:
            return await self._dialect.read_account(standing.exchange)
        except UnlistedMarketError:
            await self._relist()
            return await self._dialect.read_account(standing.exchange)
