"""Until when venues want quiet, as rows of the file: a restart within a ban may not lengthen it."""

from collections.abc import Mapping

import structlog

from hedgewatch.store.errors import StoreError
from hedgewatch.store.transactions import Transactions

_log = structlog.get_logger()


class Bans:
    """One row an address. A disk that fails is no reason not to watch: that is logged."""

    def __init__(self, file: Transactions) -> None:
        self._file = file

    async def keep(self, address: str, until: float) -> None:
        """It wants quiet until then."""

        def note() -> None:
            with self._file.transaction() as database:
                database.execute("INSERT OR REPLACE INTO pauses VALUES (?, ?)", (address, until))

        try:
            await self._file.on_thread(note)
        except StoreError as error:
            _log.warning("pause_not_kept", error=str(error))

    async def known(self, now: float) -> Mapping[str, float]:
        """Those that are not over; the others are forgotten."""

        def read() -> Mapping[str, float]:
            with self._file.transaction() as database:
                database.execute("DELETE FROM pauses WHERE until <= ?", (now,))
                return dict(database.execute("SELECT address, until FROM pauses").fetchall())

        try:
            return await self._file.on_thread(read)
        except StoreError as error:
            _log.warning("pauses_not_known", error=str(error))
            return {}
