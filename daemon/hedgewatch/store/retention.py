"""What the file need not keep any longer. Whoever writes a row lets the old ones of its table go,
which a quiet desk does not do for months: so they also go by time alone.
"""

import sqlite3

SETTLED_SECONDS = 7 * 86400.0
"""How long a notification that was sent, or given up, can be looked up."""
AUDIT_SECONDS = 400 * 86400.0
"""How long it is known who told the daemon to do what."""

_OLD = (
    ("DELETE FROM outbox WHERE state IN ('sent', 'dead') AND created_at < ?", SETTLED_SECONDS),
    ("DELETE FROM audit WHERE at < ?", AUDIT_SECONDS),
    ("DELETE FROM nonces WHERE until < ?", 0.0),
    ("DELETE FROM pauses WHERE until < ?", 0.0),
)


def forget_the_old(database: sqlite3.Connection, now: float) -> int:
    """Delete what is too old at `now`, epoch seconds; how many rows went. What is still to be
    delivered never goes.
    """
    return sum(database.execute(old, (now - kept,)).rowcount for old, kept in _OLD)
