"""What the venue says of an account's assets, merged by its own update times as positions are."""

from math import inf, isfinite, isnan

from hedgewatch.core.book.change import LAG, Change, waits
from hedgewatch.core.book.pooling import ACCOUNT_POOL
from hedgewatch.core.book.rows import AccountRow, BalanceRow
from hedgewatch.core.book.rows.terms import TermsChange
from hedgewatch.core.book.terms import collateral_changes
from hedgewatch.core.events import BalanceReading, CollateralPriced, CollateralReading
from hedgewatch.core.margin import Discount
from hedgewatch.core.model import CollateralSlice, EndReason

_ABSENT = "not listed"


def tell_balance(
    account: AccountRow,
    reading: BalanceReading,
    change: Change,
    *,
    whole: bool,
    end: EndReason | None = None,
) -> None:
    """Merge what was said of one asset; only a whole reading knows the venue's own numbers."""
    if not (isfinite(reading.total) and isfinite(reading.cross_wallet)):
        change.doubt()
        return
    balance = account.balances.get(reading.asset)
    if balance is None:
        balance = account.balances[reading.asset] = BalanceRow(reading.asset)
    if whole:
        balance.equity = reading.equity
        balance.maintenance_margin = reading.maintenance_margin
        balance.margin_ratio = reading.margin_ratio
    amounts = (reading.total, reading.cross_wallet)
    by = reading.total - balance.total
    if amounts != (balance.total, balance.cross_wallet):
        if _must_wait(account, balance, reading, change, whole=whole):
            change.move(reading.asset, 0.0, end)
            change.doubt()
            return
        change.structure |= not (balance.cross_wallet and reading.cross_wallet)
        balance.total, balance.cross_wallet = amounts
        account.observed += 1
    change.move(reading.asset, by, end)
    if (whole or reading.locked) and isfinite(reading.locked):  # a stream may not tell it
        balance.locked = reading.locked
    balance.disputed = None
    balance.venue_time = max(balance.venue_time, reading.venue_time)


def _must_wait(
    account: AccountRow,
    balance: BalanceRow,
    reading: BalanceReading,
    change: Change,
    *,
    whole: bool,
) -> bool:
    """Whether other amounts are doubtful, and have not been said often enough to be believed."""
    older = reading.venue_time < balance.venue_time
    if not older and not _empties(account, balance, reading):
        return False
    amounts = (reading.total, reading.cross_wallet)
    return waits(balance, amounts, change, whole=whole, lag=LAG if older else 0.0)


def _empties(account: AccountRow, balance: BalanceRow, reading: BalanceReading) -> bool:
    """Whether it would leave open positions without what they stand on."""
    return not reading.cross_wallet and balance.cross_wallet > 0.0 and _backs(account, balance)


def miss_balances(account: AccountRow, reported: set[str], change: Change) -> None:
    """What two readings do not list is used up, unless open positions stand on it: on one coin,
    or on all of a whole account, which may lose one of them.
    """
    for asset, balance in account.balances.items():
        if asset in reported or not balance.holds:
            continue
        if waits(balance, _ABSENT, change, whole=True, lag=0.0):
            change.doubt()
        elif _backs(account, balance) and not (account.is_whole and reported):
            change.agrees = False
        else:
            change.move(asset, -balance.total, None)
            balance.total = balance.cross_wallet = balance.locked = 0.0
            change.structure = True


def _backs(account: AccountRow, balance: BalanceRow) -> bool:
    """Whether open positions stand on this balance, alone or among others."""
    pools = (account.pools.get(name) for name in (balance.asset, ACCOUNT_POOL))
    return any(pool is not None and pool.positions for pool in pools)


def price_collateral(account: AccountRow, event: CollateralPriced, now: float) -> None:
    """What each coin of a multi-asset account counts as collateral, until all are told anew.

    A coin that is left out, or priced as nothing can be, has no price.
    """
    told = {reading.asset: (reading, _discount(reading)) for reading in event.collateral}
    sound = {asset: pair for asset, pair in told.items() if 0.0 < pair[0].price < inf}
    counted = {asset: reading for asset, (reading, found) in sound.items() if found}
    news = collateral_changes(account.collateral, counted)
    ratio = account.highest_margin_ratio
    account.change_collateral((TermsChange(*words, now, ratio) for words in news), now)
    account.collateral = counted
    account.discounts = {asset: found for asset, (_, found) in sound.items() if found}
    account.collateral_at = now
    account.observed += 1


def _discount(reading: CollateralReading) -> Discount | None:
    """None where the slices make no sense, such as more of a coin counting more a unit."""
    slices = reading.slices or (CollateralSlice(inf, 1.0),)
    numbers = (reading.liability_rate, reading.charge, *(part.rate for part in slices))
    if not all(map(isfinite, numbers)) or any(isnan(part.ceiling) for part in slices):
        return None
    try:
        return Discount(slices, reading.liability_rate)
    except ValueError:
        return None
