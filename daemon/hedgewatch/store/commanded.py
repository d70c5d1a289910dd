"""What people told the daemon to do, as rows of the file: silences, the audit log, spent nonces."""

from collections.abc import Collection, Mapping

from hedgewatch.store.retention import AUDIT_SECONDS
from hedgewatch.store.transactions import Transactions

_LAST = 2**62
"""No entry has such a number; beyond twice of it SQLite knows none."""
_AUDIT_ROWS = 200_000
"""Some 60 MB: a bound on what a flood of commands can write in a short time."""


class Commanded:
    """Texts by their keys; what they mean is known to whoever writes them. StoreError."""

    def __init__(self, file: Transactions) -> None:
        self._file = file

    async def keep_silences(self, added: Mapping[str, str], ended: Collection[str] = ()) -> None:
        """Silences by their ids, as texts; those that `ended` are forgotten."""

        def change() -> None:
            with self._file.transaction() as database:
                database.executemany("INSERT OR REPLACE INTO silences VALUES (?, ?)", added.items())
                gone = [(identity,) for identity in ended]
                database.executemany("DELETE FROM silences WHERE id = ?", gone)

        await self._file.on_thread(change)

    async def silences(self) -> tuple[str, ...]:
        """Every silence that was kept."""

        def read() -> tuple[str, ...]:
            with self._file.transaction() as database:
                return tuple(text for (text,) in database.execute("SELECT silence FROM silences"))

        return await self._file.on_thread(read)

    async def note(self, at: float, entry: str) -> None:
        """One more line of the audit log; what is older than 400 days goes."""

        def change() -> None:
            with self._file.transaction() as database:
                number = database.execute(
                    "INSERT INTO audit (at, entry) VALUES (?, ?)", (at, entry)
                ).lastrowid
                database.execute("DELETE FROM audit WHERE at < ?", (at - AUDIT_SECONDS,))
                database.execute("DELETE FROM audit WHERE id <= ?", ((number or 0) - _AUDIT_ROWS,))

        await self._file.on_thread(change)

    async def audit(self, limit: int, before: int | None = None) -> tuple[tuple[int, str], ...]:
        """The latest lines of the audit log with their numbers, the newest first; `before` a
        number goes on where an earlier answer ended.
        """

        def read() -> tuple[tuple[int, str], ...]:
            with self._file.transaction() as database:
                return tuple(
                    database.execute(
                        "SELECT id, entry FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
                        (_LAST if before is None else max(0, min(before, _LAST)), limit),
                    )
                )

        return await self._file.on_thread(read)

    async def spend(self, nonce: str, until: float, now: float) -> bool:
        """Whether this nonce is new; it is remembered `until` then."""

        def change() -> bool:
            with self._file.transaction() as database:
                database.execute("DELETE FROM nonces WHERE until < ?", (now,))
                fresh = database.execute(
                    "INSERT OR IGNORE INTO nonces VALUES (?, ?)", (nonce, until)
                )
                return fresh.rowcount == 1

        return await self._file.on_thread(change)
