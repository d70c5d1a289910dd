"""Two-source truth: the venue's own numbers beside ours, and how far they are apart.

Both are compared at the moment at which the venue told its own, and never later: a price that
moves between two readings is no disagreement (design §4; field.md N5). Beside the venue's prices
stand those of others: it liquidates by its own, but may be wrong (reliability.md §5 rows 31, 32).
"""

from collections.abc import Iterable, Iterator, Mapping

from hedgewatch.core.book.doubt import COLLATERAL_STALE_AFTER
from hedgewatch.core.book.rows import AccountRow, MarketRow, PoolRow, PositionRow
from hedgewatch.core.book.told import told_of
from hedgewatch.core.model import Known, Unknown, or_unknown
from hedgewatch.core.scenarios import MONEY

_NOT_TOLD = "the venue does not tell it"
_NO_OTHER = Unknown("nothing that is watched stands beside it", 0.0)
_NO_COLLATERAL = Unknown("nothing else prices its collateral", 0.0)


def compare(account: AccountRow, now: float) -> None:
    """Set the venue's numbers of a whole reading beside ours, which are already of now."""
    for pool in account.pools.values():
        pool.told_at = now
        pool.venue_numbers_age_seconds = 0.0
        told, unknown = told_of(pool), Unknown(_NOT_TOLD, now)
        pool.venue_equity = or_unknown(told.equity, unknown)
        pool.venue_maintenance_margin = or_unknown(told.maintenance_margin, unknown)
        pool.venue_margin_ratio = or_unknown(told.margin_ratio, unknown)
        _compare_margins(pool)
        for position in pool.positions:
            _compare_lines(position, now)
            worth = or_unknown(position.told_notional, unknown)
            position.notional_disagreement = _relative(position.notional, worth)


def age_numbers(account: AccountRow, now: float) -> None:
    """Time passed since the venue told its numbers."""
    for pool in account.pools.values():
        if pool.told_at is not None:
            pool.venue_numbers_age_seconds = max(0.0, now - pool.told_at)


def _compare_margins(pool: PoolRow) -> None:
    """What stands in for ours is the venue's word: that agrees with itself is no agreement."""
    ours = (pool.equity, pool.maintenance_margin, pool.margin_ratio)
    if pool.margin_by_venue and pool.doubt is not None:
        ours = (pool.doubt,) * 3
    equity, maintenance, ratio = ours
    pool.equity_disagreement = _relative(equity, pool.venue_equity)
    pool.maintenance_disagreement = _relative(maintenance, pool.venue_maintenance_margin)
    pool.margin_ratio_disagreement = _difference(ratio, pool.venue_margin_ratio)


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


def compare_marks(markets: Iterable[MarketRow]) -> None:
    """The marks of what is held beside their indices and the same underlying elsewhere: the one
    that is farthest off, mark ÷ other − 1. A dated contract stands off by right.
    """
    for market in markets:
        if market.positions:
            found = max(_offs(market), key=abs, default=None)
            off = market.doubt or (_NO_OTHER if found is None else found)
            for position in market.positions:
                position.mark_disagreement = off


def _offs(market: MarketRow) -> Iterator[float]:
    if market.market is not None and market.market.dated:
        return
    if market.index_price:
        yield market.price / market.index_price - 1.0
    for other, factor in market.peers:
        if other.doubt is None and other.price:
            yield market.price / (other.price * factor) - 1.0


def compare_collateral(account: AccountRow, worth: Mapping[str, float], now: float) -> None:
    """What the venue prices its collateral at beside what others pay: the coin that is farthest
    off, its price ÷ `worth` in dollars − 1. Money is told by its peg.
    """
    off, coin = _farthest(account, worth) if _is_fresh(account, now) else (_NO_COLLATERAL, "")
    account.collateral_deviation, account.deviating_coin = off, coin


def _is_fresh(account: AccountRow, now: float) -> bool:
    return now - account.collateral_at <= COLLATERAL_STALE_AFTER


def _farthest(account: AccountRow, worth: Mapping[str, float]) -> tuple[Known, str]:
    off: float | None = None
    farthest = ""
    for coin, reading in account.collateral.items():
        balance = account.balances.get(coin)
        asset, units = account.assets.underlying_of(coin)
        if balance is None or not balance.holds or asset in MONEY or asset not in worth:
            continue
        by = reading.price / (worth[asset] * units) - 1.0
        if off is None or abs(by) > abs(off):
            off, farthest = by, coin
    return (_NO_COLLATERAL if off is None else off), farthest
