"""What the venue itself says of a pool's margin, and when it stands in for what we cannot compute.

Decision 39: told as the venue's, of all that is liquidated together, and of the last half minute.
"""

from hedgewatch.core.book.legs import regime_of
from hedgewatch.core.book.pooling import is_whole
from hedgewatch.core.book.rows import PoolRow
from hedgewatch.core.book.rows.venues_word import VenuesWord
from hedgewatch.core.margin.polarity import margin_ratio

STANDS_FOR = 30.0
"""Seconds for which what a venue told of a margin stands in."""


def told_of(pool: PoolRow) -> VenuesWord:
    """Its own ratio counts more than one made of the other two: it has the fees in it."""
    equity, needed, ratio = _told(pool)
    if ratio is None and equity is not None and needed is not None:
        ratio = margin_ratio(needed, equity)
    return VenuesWord(equity, needed, ratio)


def _told(pool: PoolRow) -> tuple[float | None, float | None, float | None]:
    account = pool.account
    if pool.isolated:
        alone = pool.positions[0]
        return None, alone.told_maintenance_margin, alone.told_margin_ratio
    if is_whole(pool):
        return account.told_equity, account.told_maintenance_margin, account.told_margin_ratio
    if pool.currency not in account.balances:
        return None, None, None
    balance = account.balances[pool.currency]
    return balance.equity, balance.maintenance_margin, balance.margin_ratio


def note_told(pool: PoolRow) -> None:
    """Of a reading that contradicts what is believed nothing stands in, but what the last one told
    that did not.
    """
    if pool.account.agrees:
        pool.told = told_of(pool)


def stands_in(pool: PoolRow, now: float) -> bool:
    """Whether the venue's own numbers are all that is known of a margin, and are fresh."""
    regime, read_at = regime_of(pool.account, isolated=pool.isolated), pool.account.read_at
    if not (regime.unknown and regime.told_whole) or read_at is None:
        return False
    return now - read_at <= STANDS_FOR and pool.told.can_be(held=bool(pool.positions))
