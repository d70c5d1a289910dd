"""Whether the margin that a venue uses shows that a position which it does not list is there."""

from hedgewatch.core.book.naming import Key
from hedgewatch.core.book.pooling import is_whole, settle_of
from hedgewatch.core.book.rows import AccountRow, PositionRow
from hedgewatch.core.events import AccountRead


def margin_still_used(account: AccountRow, position: PositionRow, reported: set[Key]) -> bool:
    """Whether the venue's margin exceeds what the reported positions explain (of those that are
    isolated, readings count none into a balance's margin).

    A venue whose margin was never above 0 while positions stood tells nothing by it: then
    nothing shows that the position is gone.
    """
    if not account.margin_told:
        return True
    if not any(key in reported and held.contracts for key, held in account.positions.items()):
        margins = (balance.maintenance_margin for balance in account.balances.values())
        return bool(account.margin_in_use) or any(margins)
    if position.pool is not None and is_whole(position.pool):
        return _more_is_used_by_all(account, position, reported)
    return _more_is_used_of_one(account, position, reported)


def _more_is_used_of_one(account: AccountRow, position: PositionRow, reported: set[Key]) -> bool:
    """The same of the pool of one currency, whose margin the venue tells with its balance."""
    currency = position.pool.currency if position.pool else ""
    balance = account.balances.get(currency)
    if balance is None or balance.maintenance_margin is None:
        return bool(account.margin_in_use)
    cross = account.pools.get(currency)
    explained = sum(
        other.maintenance
        for other in (cross.positions if cross else ())
        if (other.symbol, other.kind) in reported
    )
    return balance.maintenance_margin > explained + position.maintenance / 2


def _more_is_used_by_all(account: AccountRow, position: PositionRow, reported: set[Key]) -> bool:
    """The same of an account that is one pool, whose venue tells one total in its currency."""
    told = account.told_maintenance_margin
    if told is None:
        return bool(account.margin_in_use)
    explained = sum(
        _maintenance_in_money(other)
        for key, other in account.positions.items()
        if key in reported and other.contracts
    )
    return told > explained + _maintenance_in_money(position) / 2


def _maintenance_in_money(position: PositionRow) -> float:
    coin = position.account.collateral.get(settle_of(position))
    return position.maintenance * coin.price if coin else 0.0


def tells_margin(event: AccountRead) -> bool:
    """Whether this reading shows that the venue's margin follows its positions."""
    margins = (event.margin_in_use, *(balance.maintenance_margin for balance in event.balances))
    return any(event.positions) and any(margin for margin in margins)
