"""What was seen, minute by minute, and what became of alerts, for reports: rows of the file."""

import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import structlog

from hedgewatch.store.errors import StoreError
from hedgewatch.store.file import speaking_of
from hedgewatch.store.transactions import Transactions

_TRANSITION_ROWS = 200_000
"""Some 80 MB: a bound on what a storm of alerts can write in a short time."""

_log = structlog.get_logger()


class History:
    """Texts by their moments; what they mean is known to whoever writes them. A disk that fails is
    no reason not to watch: that is logged, and a report says what it does not know.
    """

    def __init__(self, file: Transactions) -> None:
        self._file = file

    async def keep(self, begins: float, minute: Callable[[], str]) -> None:
        """What was seen from that moment on, which is put into words on the thread: of a large desk
        that takes a while.
        """

        def note() -> None:
            packed = zlib.compress(minute().encode(), 9)
            with self._file.transaction() as database:
                database.execute("INSERT OR REPLACE INTO minutes VALUES (?, ?)", (begins, packed))

        await self._written(note)

    async def happened(self, transitions: Collection[tuple[float, str]]) -> None:
        """Each with its moment."""

        def note() -> None:
            with self._file.transaction() as database:
                cursor = database.cursor()
                for each in transitions:
                    cursor.execute("INSERT INTO transitions (at, told) VALUES (?, ?)", each)
                oldest = (cursor.lastrowid or 0) - _TRANSITION_ROWS
                database.execute("DELETE FROM transitions WHERE id <= ?", (oldest,))

        await self._written(note)

    async def made(self, kind: str, begins: float) -> bool:
        """Whether the report of this kind was made of the time that begins then; StoreError."""

        def read() -> bool:
            with self._file.transaction() as database:
                found = database.execute(
                    "SELECT 1 FROM reports WHERE kind = ? AND begins = ?", (kind, begins)
                )
                return found.fetchone() is not None

        return await self._file.on_thread(read)

    async def began_before(self, moment: float) -> bool:
        """Whether anything was kept before that moment; StoreError."""

        def read() -> bool:
            with self._file.transaction() as database:
                (first,) = database.execute("SELECT min(begins) FROM minutes").fetchone()
                return first is not None and first < moment

        return await self._file.on_thread(read)

    async def note_made(self, kind: str, begins: float, now: float) -> None:
        """It was made, and is not to be made again; StoreError."""

        def note() -> None:
            with self._file.transaction() as database:
                row = (kind, begins, now)
                database.execute("INSERT OR REPLACE INTO reports VALUES (?, ?, ?)", row)

        await self._file.on_thread(note)

    async def _written(self, note: Callable[[], None]) -> None:
        try:
            await self._file.on_thread(note)
        except StoreError as error:
            _log.warning("history_not_kept", error=str(error))


@dataclass(frozen=True, slots=True)
class Told:
    """What a store tells of a time: its minutes, transitions that began before it among them, and
    the last minute with what was ahead that is no later than `latest`.
    """

    minutes: tuple[str, ...]
    transitions: tuple[str, ...]
    latest: str | None


def read(store: Path, begins: float, ends: float, before: float) -> Told:
    """What it tells from `begins` to `ends` (epoch seconds), whoever writes it; StoreError.

    Transitions are told from `before` on, since what fired then may fire still.
    """
    if not store.is_file():
        raise StoreError(f"{store} does not exist: the daemon makes it when it first runs")
    with speaking_of(store):
        address = f"{store.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=10.0)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version < _SINCE:
                raise StoreError(
                    f"{store} was written by an older hedgewatch, which kept nothing for reports"
                )
            return _told(database, begins, ends, before)


_SINCE = 6
"""The version of the file from which on there is a history in it."""


def _told(database: sqlite3.Connection, begins: float, ends: float, before: float) -> Told:
    minutes = database.execute(
        "SELECT minute FROM minutes WHERE begins >= ? AND begins < ? ORDER BY begins",
        (begins, ends),
    )
    transitions = database.execute(
        "SELECT told FROM transitions WHERE at >= ? AND at < ? ORDER BY id", (before, ends)
    )
    return Told(
        tuple(_unpacked(minutes)),
        tuple(text for (text,) in transitions),
        _latest(database, ends + 2 * 86_400.0),
    )


def _latest(database: sqlite3.Connection, ends: float) -> str | None:
    """The last that has something ahead, of 70 minutes: it is told once an hour."""
    minutes = database.execute(
        "SELECT minute FROM minutes WHERE begins < ? ORDER BY begins DESC LIMIT 70", (ends,)
    )
    return next((text for text in _unpacked(minutes) if '"rules":' in text), None)


def _unpacked(rows: Iterator[tuple[bytes]]) -> Iterator[str]:
    """Those that can be understood: one damaged row costs its minute."""
    for (packed,) in rows:
        try:
            yield zlib.decompress(packed).decode()
        except (zlib.error, UnicodeDecodeError):
            continue
