"""The SQLite file itself: its lock, its versions, and what happens to a damaged one."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import structlog

from hedgewatch.store.errors import StoreBusyError, StoreError

_BUSY_SECONDS = 1.0  # how long a reader of ours, such as a backup, may hold up a write
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MAGIC = b"SQLite format 3\0"
_PRIMARY_CODE = 0xFF  # SQLite's extended codes keep the plain one in their lowest byte
_MIGRATIONS = (
    (
        """
        CREATE TABLE alerts (
            alertname TEXT NOT NULL, subject TEXT NOT NULL,
            state TEXT NOT NULL, record TEXT NOT NULL,
            PRIMARY KEY (alertname, subject)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, receiver TEXT NOT NULL,
            payload TEXT NOT NULL, attempts INTEGER NOT NULL, next_at REAL NOT NULL,
            created_at REAL NOT NULL, expires_at REAL NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),
            reason TEXT NOT NULL DEFAULT ''
        )
        """,
        "CREATE INDEX outbox_by_state ON outbox (state, created_at)",
    ),
    (
        "CREATE TABLE silences (id TEXT PRIMARY KEY, silence TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE audit (id INTEGER PRIMARY KEY, at REAL NOT NULL, entry TEXT NOT NULL)",
        "CREATE INDEX audit_by_time ON audit (at)",
        "CREATE TABLE nonces (nonce TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID",
    ),
    (
        """
        CREATE TABLE starts (
            id INTEGER PRIMARY KEY, at REAL NOT NULL,
            after_crash INTEGER NOT NULL, ended_well INTEGER NOT NULL DEFAULT 0
        )
        """,
        """
        CREATE TABLE unreadable (
            alertname TEXT NOT NULL, subject TEXT NOT NULL, record TEXT NOT NULL
        )
        """,
    ),
    ("CREATE TABLE pauses (address TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID",),
    ("CREATE TABLE facts (subject TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID",),
    (
        "CREATE TABLE minutes (begins REAL PRIMARY KEY, minute BLOB NOT NULL)",
        "CREATE TABLE transitions (id INTEGER PRIMARY KEY, at REAL NOT NULL, told TEXT NOT NULL)",
        "CREATE INDEX transitions_by_time ON transitions (at)",
        """
        CREATE TABLE reports (
            kind TEXT NOT NULL, begins REAL NOT NULL, made_at REAL NOT NULL,
            PRIMARY KEY (kind, begins)
        ) WITHOUT ROWID
        """,
    ),
)
"""Each brings the file from the version of its index to the next: never edit one, append."""


_SUFFIXES = frozenset({".db", ".sqlite", ".sqlite3"})

_log = structlog.get_logger()


def refuse_what_is_no_store(path: Path) -> None:
    """Leave alone what SQLite never wrote, such as a key that `store:` names by mistake.

    A crash may cut a store short or leave zeroes or garbage of it: that is damage, not another's
    file. A file of ours is known by the lock beside it, or by the name of a database.
    """
    ours = path.suffix in _SUFFIXES or Path(f"{path}.lock").exists()
    if path.is_file() and not ours:
        with path.open("rb") as opened:
            head = opened.read(len(_MAGIC))
        if any(head) and not _MAGIC.startswith(head):
            raise StoreError(f"{path} is not a store of hedgewatch: choose another store:")


def was_emptied(path: Path) -> bool:
    """Whether nothing is left of a store of ours, which SQLite would begin anew without a word."""
    return Path(f"{path}.lock").exists() and path.is_file() and not path.stat().st_size


def lock(path: Path) -> int:
    """The descriptor of the lock beside the file, held while it is open; StoreBusyError."""
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise StoreBusyError(path, holder) from None
    os.ftruncate(descriptor, 0)
    # The kernel keeps the lock, the text only says whose it is: a full disk is no reason to stop.
    with _ignoring_a_full_disk():
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def connect(path: Path) -> sqlite3.Connection:
    """The file, checked and brought to this version. sqlite3.Error when that cannot be."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would let all read it
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        _check(database)
        _migrate(database, path)
    except BaseException:
        database.close()
        raise
    return database


def damaged(error: sqlite3.Error) -> bool:
    """Whether the file's content is at fault, and not the disk or a lock."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE in _DAMAGED


def quarantine(path: Path) -> Path:
    """Move a damaged file out of the way, with its log, and keep it: its new path."""
    moved = next(
        candidate
        for number in count(1)
        if not (candidate := Path(f"{path}.corrupt-{number}")).exists()
    )
    for ending in ("", "-wal", "-shm"):
        if (part := Path(f"{path}{ending}")).exists():
            part.rename(f"{moved}{ending}")
    return moved


@contextmanager
def speaking_of(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system raise into a StoreError that names the file."""
    try:
        yield
    except StoreError:
        raise
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: {error}") from error


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > len(_MIGRATIONS):
        raise StoreError(_newer(path, version))
    if 0 < version < len(_MIGRATIONS):
        _keep_a_copy(database, _copy_of(path, version))
    for number, statements in enumerate(_MIGRATIONS[version:], start=version + 1):
        database.execute("BEGIN IMMEDIATE")
        for statement in statements:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {number}")
        database.execute("COMMIT")


def _newer(path: Path, version: int) -> str:
    said = f"{path} was written by a newer hedgewatch (its version is {version})"
    if (copy := _copy_of(path, len(_MIGRATIONS))).exists():
        return f"{said}: run that one, or put {copy} in its place, the store as it was before"
    return f"{said}: run that one, or choose another `store:`"


def _copy_of(path: Path, version: int) -> Path:
    return Path(f"{path}.version-{version}")


def _keep_a_copy(database: sqlite3.Connection, copy: Path) -> None:
    """The file as it was before an upgrade, for whoever has to go back.

    A disk without room for it is no reason not to watch.
    """
    try:
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        database.execute("VACUUM INTO ?", (str(copy),))
    except (OSError, sqlite3.Error) as error:
        with _ignoring_a_full_disk():
            copy.unlink(missing_ok=True)
        _log.warning("store_not_copied_before_upgrade", copy=str(copy), error=str(error))
    else:
        _log.info("store_copied_before_upgrade", copy=str(copy))


def _check(database: sqlite3.Connection) -> None:
    (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        error = sqlite3.DatabaseError(verdict)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


@contextmanager
def _ignoring_a_full_disk() -> Iterator[None]:
    try:
        yield
    except OSError:
        return
