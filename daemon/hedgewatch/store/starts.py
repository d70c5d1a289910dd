"""How the last runs began and ended, as rows of the file: that is how a crash loop is seen."""

from hedgewatch.store.transactions import Transactions

LOOP_SECONDS = 600.0
_REMEMBERED_SECONDS = 86_400.0


class Starts:
    """One row a start: when, and whether the run before it had ended as it should. StoreError."""

    def __init__(self, file: Transactions) -> None:
        self._file = file

    async def begin(self, now: float) -> int:
        """Note this start; how many starts of the last ten minutes followed an unclean end."""

        def note() -> int:
            with self._file.transaction() as database:
                last = database.execute(
                    "SELECT ended_well FROM starts ORDER BY id DESC LIMIT 1"
                ).fetchone()
                crashed = last is not None and not last[0]
                database.execute(
                    "INSERT INTO starts (at, after_crash) VALUES (?, ?)", (now, crashed)
                )
                database.execute("DELETE FROM starts WHERE at < ?", (now - _REMEMBERED_SECONDS,))
                (crashes,) = database.execute(
                    "SELECT COUNT(*) FROM starts WHERE after_crash AND at > ?",
                    (now - LOOP_SECONDS,),
                ).fetchone()
                return int(crashes)

        return await self._file.on_thread(note)

    async def end_well(self) -> None:
        """Note that this run ends as it should."""

        def note() -> None:
            with self._file.transaction() as database:
                database.execute(
                    "UPDATE starts SET ended_well = 1 WHERE id = (SELECT MAX(id) FROM starts)"
                )

        await self._file.on_thread(note)
