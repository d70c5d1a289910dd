"""What the file need not keep any longer. Whoever writes a row lets the old ones of its table go,
which a quiet desk does not do for months: so they also go by time alone.
"""

import sqlite3

SETTLED_SECONDS = 7 * 86400.0
"""How long a notification that was sent, or given up, can be looked up."""
AUDIT_SECONDS = 400 * 86400.0
"""How long it is known who told the daemon to do what."""
HISTORY_SECONDS = 40 * 86400.0
"""How long minutes and transitions are kept for reports: a month, and the week before it."""
HISTORY_BYTES = 256 * 1024 * 1024
"""What minutes may take: those of a small desk take some 20 MB in 40 days."""

_OLD = (
    ("DELETE FROM outbox WHERE state IN ('sent', 'dead') AND created_at < ?", SETTLED_SECONDS),
    ("DELETE FROM audit WHERE at < ?", AUDIT_SECONDS),
    ("DELETE FROM nonces WHERE until < ?", 0.0),
    ("DELETE FROM pauses WHERE until < ?", 0.0),
    ("DELETE FROM minutes WHERE begins < ?", HISTORY_SECONDS),
    ("DELETE FROM transitions WHERE at < ?", HISTORY_SECONDS),
    ("DELETE FROM reports WHERE made_at < ?", AUDIT_SECONDS),
)
_TOO_MUCH = """
    DELETE FROM minutes WHERE begins <= (
        SELECT max(begins) FROM (
            SELECT begins, sum(length(minute)) OVER (ORDER BY begins DESC) AS held FROM minutes
        ) WHERE held > ?
    )
"""


def forget_the_old(database: sqlite3.Connection, now: float, most: int = HISTORY_BYTES) -> int:
    """Delete what is too old at `now`, epoch seconds; how many rows went. What is still to be
    delivered never goes. `most` are the bytes that minutes may take.
    """
    gone = sum(database.execute(old, (now - kept,)).rowcount for old, kept in _OLD)
    return gone + (database.execute(_TOO_MUCH, (most,)).rowcount if _size(database) > most else 0)


def _size(database: sqlite3.Connection) -> int:
    """Bytes of the whole file: to add up those of minutes takes a while, which alerts wait for."""
    (pages,), (page,) = (
        database.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
    )
    return int(pages * page)
