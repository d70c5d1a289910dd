"""A copy of a store, made while the daemon goes on writing it."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hedgewatch.store.errors import StoreError
from hedgewatch.store.file import speaking_of

_PATIENCE_SECONDS = 10.0  # for a write of the daemon that holds the file


@dataclass(frozen=True, slots=True)
class Copy:
    """What the copy holds: alerts as they stood, messages not yet delivered, its size in bytes."""

    alerts: int
    undelivered: int
    size: int


def copy(store: Path, out: Path) -> Copy:
    """As the store stands at one moment, whole, to a file that did not exist; StoreError.

    The copy is read through before it is called one: what is damaged makes no backup.
    """
    if not store.is_file():
        raise StoreError(f"{store} does not exist: the daemon makes it when it first runs")
    try:
        os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise StoreError(f"{out} exists: name another file") from None
    except OSError as error:
        raise StoreError(f"{out} cannot be written: {error.strerror}") from error
    try:
        with speaking_of(store):
            _write(store, out)
            return _read_through(out)
    except StoreError:
        out.unlink(missing_ok=True)
        raise


def _write(store: Path, out: Path) -> None:
    address = f"{store.absolute().as_uri()}?mode=rw"  # never made: it was there a moment ago
    connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE_SECONDS)
    with closing(connection) as database:
        database.execute("VACUUM INTO ?", (str(out),))


def _read_through(out: Path) -> Copy:
    with closing(sqlite3.connect(out)) as database:
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(f"what was copied is damaged: {verdict}")
        (alerts,) = database.execute("SELECT count(*) FROM alerts").fetchone()
        (undelivered,) = database.execute(
            "SELECT count(*) FROM outbox WHERE state = 'pending'"
        ).fetchone()
    return Copy(alerts, undelivered, out.stat().st_size)
