"""Two-source truth: the venue's own numbers beside ours, and how far they are apart.

Both are compared at the moment at which the venue told its own, and never later: a price that
moves between two readings is no disagreement (design §4; field.md N5).
"""

from hedgewatch.core.book.pooling import is_whole
from hedgewatch.core.book.rows import AccountRow, PoolRow, PositionRow
from hedgewatch.core.margin.polarity import margin_ratio
from hedgewatch.core.model import Known, Unknown

_NOT_TOLD = "the venue does not tell it"


def compare(account: AccountRow, now: float) -> None:
    """Set the venue's numbers of a whole reading beside ours, which are already of now."""
    for pool in account.pools.values():
        pool.told_at = now
        pool.venue_numbers_age_seconds = 0.0
        equity, requirement, ratio = _told(pool)
        unknown = Unknown(_NOT_TOLD, now)
        pool.venue_equity = unknown if equity is None else equity
        pool.venue_maintenance_margin = unknown if requirement is None else requirement
        if ratio is None and equity is not None and requirement is not None:
            ratio = margin_ratio(requirement, equity)
        pool.venue_margin_ratio = unknown if ratio is None else ratio
        pool.equity_disagreement = _relative(pool.equity, pool.venue_equity)
        pool.maintenance_disagreement = _relative(
            pool.maintenance_margin, pool.venue_maintenance_margin
        )
        pool.margin_ratio_disagreement = _difference(pool.margin_ratio, pool.venue_margin_ratio)
        for position in pool.positions:
            _compare_lines(position, now)


def age_numbers(account: AccountRow, now: float) -> None:
    """Time passed since the venue told its numbers."""
    for pool in account.pools.values():
        if pool.told_at is not None:
            pool.venue_numbers_age_seconds = max(0.0, now - pool.told_at)


def _told(pool: PoolRow) -> tuple[float | None, float | None, float | None]:
    """The venue's equity, maintenance margin and ratio of a pool, each None where it does not say.

    Its own ratio counts more than one made of the other two: it has the fees in it.
    """
    if pool.isolated:
        alone = pool.positions[0]
        return None, alone.told_maintenance_margin, alone.told_margin_ratio
    if is_whole(pool):
        account = pool.account
        return account.told_equity, account.told_maintenance_margin, account.told_margin_ratio
    if pool.currency not in pool.account.balances:
        return None, None, None
    balance = pool.account.balances[pool.currency]
    return balance.equity, balance.maintenance_margin, balance.margin_ratio


def _relative(ours: Known, theirs: Known) -> Known:
    """(ours − theirs) ÷ |theirs|: 0 when both are 0."""
    difference = _difference(ours, theirs)
    if isinstance(difference, Unknown) or isinstance(theirs, Unknown) or difference == 0.0:
        return difference
    return difference / abs(theirs) if theirs else difference * float("inf")


def _difference(ours: Known, theirs: Known) -> Known:
    if isinstance(ours, Unknown):
        return ours
    if isinstance(theirs, Unknown):
        return theirs
    return 0.0 if ours == theirs else ours - theirs


def _compare_lines(position: PositionRow, now: float) -> None:
    """The venue names one price; of ours it is the nearer one that it should be."""
    told = position.told_liquidation_price
    if told is None:
        unknown = Unknown("the venue names no liquidation price", now)
        position.venue_liquidation_price = position.liquidation_price_disagreement = unknown
        return
    position.venue_liquidation_price = told
    lines = (position.liquidation_price_down, position.liquidation_price_up, position.mark_price)
    known = [line for line in lines if not isinstance(line, Unknown)]
    if len(known) < len(lines):
        position.liquidation_price_disagreement = next(x for x in lines if isinstance(x, Unknown))
        return
    down, up, mark = known
    position.liquidation_price_disagreement = min(abs(told - down), abs(told - up)) / mark
