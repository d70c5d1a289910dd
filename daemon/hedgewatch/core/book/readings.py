"""What the venue says of an account, merged by its own update times.

A newer statement holds at once. An older one that differs holds when two whole readings say it;
a stream that repeats itself proves nothing. Mere absence is no statement: it needs two readings,
and margin that is no longer used. Neither is a wallet that reads 0 while positions stand on it,
until it is read twice: venues under load have shown that.
"""

from collections.abc import Sequence
from math import isfinite

from hedgewatch.core.book.balances import miss_balances, tell_balance
from hedgewatch.core.book.book import Book
from hedgewatch.core.book.change import Change, waits
from hedgewatch.core.book.evidence import margin_still_used, tells_margin
from hedgewatch.core.book.legs import build_leg
from hedgewatch.core.book.naming import Key, keys_of, mode_held
from hedgewatch.core.book.rows import NOT_YET, AccountRow, PositionRow
from hedgewatch.core.book.terms import (
    take_leverage,
    take_position_mode,
    take_regime,
    take_settings,
)
from hedgewatch.core.events import (
    AccountRead,
    PositionChanged,
    PositionReading,
    TiersChanged,
)
from hedgewatch.core.margin.regimes import UNKNOWN, PoolOf
from hedgewatch.core.model import EndReason

_READINGS_TO_BELIEVE_ABSENCE = 2


def read_account(book: Book, account: AccountRow, event: AccountRead, now: float) -> Change:
    """Merge one whole reading by REST."""
    change = Change(now)
    account.readings += 1
    account.margin_in_use = event.margin_in_use
    account.margin_told = account.margin_told or tells_margin(event)
    account.told_equity = event.equity
    account.told_maintenance_margin = event.maintenance_margin
    account.told_margin_ratio = event.margin_ratio
    account.unseen = event.unseen
    ratio = account.highest_margin_ratio
    take_regime(account, event.cross_regime, ratio, now)
    _take_regimes(account, event, change)
    for balance in event.balances:
        tell_balance(account, balance, change, whole=True)
    take_position_mode(account, event.positions, ratio, now)
    miss_balances(account, {balance.asset for balance in event.balances}, change)
    _read_positions(book, account, event.positions, change)
    account.agrees = change.agrees
    if change.agrees:
        if account.read_at is None:
            _begin_to_wait_for_prices(account, now)
        account.read_at, account.resized = now, None
    account.observed += 1
    return change


def _take_regimes(account: AccountRow, event: AccountRead, change: Change) -> None:
    """The account's mode decides what is liquidated together, and how each position counts."""
    regimes = (event.cross_regime, event.isolated_regime)
    if regimes == (account.cross_regime, account.isolated_regime):
        return
    account.cross_regime, account.isolated_regime = regimes
    change.structure = True
    if event.cross_regime is not UNKNOWN:  # of which nothing is known, not even what is one pool
        account.is_whole = event.cross_regime.pool is PoolOf.ACCOUNT
    for position in account.positions.values():
        if not event.cross_regime.unknown:  # else the last one known is better than none
            position.last_distance = position.liquidation_distance_worst = NOT_YET
        build_leg(account, position)


def forget_order(account: AccountRow) -> None:
    """The venue's clock stepped back: what it says from now on is no older word."""
    for position in account.positions.values():
        position.venue_time = 0.0
    for balance in account.balances.values():
        balance.venue_time = 0.0


def _begin_to_wait_for_prices(account: AccountRow, now: float) -> None:
    """What a start takes before the first reading is no blindness of the prices."""
    for market in account.watched:
        if not market.price:
            market.seen_at = now


def tell_position(
    book: Book,
    account: AccountRow,
    reading: PositionReading,
    change: Change,
    streamed: PositionChanged,
) -> None:
    """Merge what the private stream said of one position."""
    (key,) = keys_of(book, account, (reading,))
    _tell(book, account, key, reading, change, streamed)


def _tell(
    book: Book,
    account: AccountRow,
    key: Key,
    reading: PositionReading,
    change: Change,
    streamed: PositionChanged | None,
) -> None:
    if not _is_a_number(reading):
        change.doubt()
        return
    position = _position_of(book, account, key, reading)
    if _must_wait(position, reading, change, whole=streamed is None):
        change.move(position.symbol, 0.0, streamed.end if streamed else None)
        change.doubt()
    else:
        _believe(account, position, reading, change, streamed)


def _must_wait(
    position: PositionRow, reading: PositionReading, change: Change, *, whole: bool
) -> bool:
    """Whether it is an older word that says otherwise, and was not said often enough."""
    if reading.venue_time >= position.venue_time or _same(position, reading):
        return False
    claim = (reading.contracts, reading.entry_price, reading.isolated_wallet)
    return waits(position, claim, change, whole=whole)


def _believe(
    account: AccountRow,
    position: PositionRow,
    reading: PositionReading,
    change: Change,
    streamed: PositionChanged | None,
) -> None:
    same, end = _same(position, reading), streamed.end if streamed else None
    if streamed and not same and reading.venue_time == position.venue_time:
        change.confirm = True  # of two words with one time the last is believed, until it was read
    change.move(position.symbol, reading.contracts - position.contracts, end)
    position.disputed = None
    position.venue_time = max(position.venue_time, reading.venue_time)
    if streamed is None:
        _take_venues_own(account, position, reading, change)
    position.observed += 1
    if reading.contracts:
        position.missed = 0
        position.position_vanished = False
    if not same:
        _take(account, position, reading, end, change)
    elif end is not None and not reading.contracts:
        change.explained.append((position, end))


def _take_venues_own(
    account: AccountRow, position: PositionRow, reading: PositionReading, change: Change
) -> None:
    """What only a whole reading tells: the venue's own numbers, and its setting."""
    position.told_liquidation_price = reading.venue_liquidation_price
    position.told_maintenance_margin = reading.venue_maintenance_margin
    position.told_margin_ratio = reading.venue_margin_ratio
    position.told_adl_rank = reading.adl_rank
    position.told_notional = reading.venue_notional
    _take_settings(account, position, reading, change)


def _is_a_number(reading: PositionReading) -> bool:
    return isfinite(reading.contracts) and isfinite(reading.isolated_wallet or 0.0)


def _position_of(
    book: Book, account: AccountRow, key: Key, reading: PositionReading
) -> PositionRow:
    position = account.positions.get(key)
    if position is None:
        market = book.market(account.venue, key[0])
        position = account.positions[key] = PositionRow(account, market, key[1])
        position.margin_mode = mode_held(reading)
    return position


def _take(
    account: AccountRow,
    position: PositionRow,
    reading: PositionReading,
    end: EndReason | None,
    change: Change,
) -> None:
    was = position.contracts
    take_settings(position, reading, change.now)
    position.contracts = reading.contracts
    position.entry_price = reading.entry_price
    position.isolated_wallet = reading.isolated_wallet
    if reading.contracts:
        position.margin_mode = mode_held(reading)
    position.told_taker_fee = reading.taker_fee or position.told_taker_fee
    position.last_distance = position.liquidation_distance_worst = NOT_YET
    build_leg(account, position)
    change.structure = True
    if was and not reading.contracts:
        change.confirm = True
        change.ended.append((position, end or EndReason.CLOSED))
    elif was * reading.contracts < 0:
        change.ended.append((position, EndReason.FLIPPED))


def _take_settings(
    account: AccountRow, position: PositionRow, reading: PositionReading, change: Change
) -> None:
    """Leverage and fee, on which what closing costs depends, and with it all lines."""
    settings = (reading.leverage, reading.taker_fee)
    if settings != (position.told_leverage, position.told_taker_fee):
        take_leverage(position, reading.leverage, change.now)
        position.told_leverage, position.told_taker_fee = settings
        build_leg(account, position)
        change.structure = True


def _same(position: PositionRow, reading: PositionReading) -> bool:
    if not position.contracts and not reading.contracts:
        return True
    return (
        position.contracts == reading.contracts
        and position.entry_price == reading.entry_price
        and position.isolated_wallet == reading.isolated_wallet
    )


def take_tiers(account: AccountRow, event: TiersChanged, now: float) -> bool:
    """The maintenance tiers of a market, as this account has them; whether it holds any of it.

    Where others were known before, it is kept when that was, and how far liquidation was then.
    """
    before = account.tiers.get(event.symbol)
    account.tiers[event.symbol] = event.tiers
    held = [each for each in account.positions.values() if each.symbol == event.symbol]
    for position in held:
        if before is not None and before != event.tiers and position.contracts:
            position.tiers_changed_at = now
            position.liquidation_distance_before_tiers = position.liquidation_distance
        build_leg(account, position)
    return bool(held)


def _read_positions(
    book: Book, account: AccountRow, readings: Sequence[PositionReading], change: Change
) -> None:
    """Those that are listed, then those that are not; a flat one that was never held is no news."""
    keys = keys_of(book, account, readings)
    for key, reading in zip(keys, readings, strict=True):
        if reading.contracts or key in account.positions:
            _tell(book, account, key, reading, change, None)
    reported = set(keys)
    for key, position in account.positions.items():
        if position.contracts and key not in reported:
            _miss(account, position, reported, change)


def _miss(
    account: AccountRow,
    position: PositionRow,
    reported: set[Key],
    change: Change,
) -> None:
    """A reading did not list the position. It is gone only when its margin is gone as well."""
    position.missed += 1
    if position.missed < _READINGS_TO_BELIEVE_ABSENCE:
        change.doubt()
        return
    if margin_still_used(account, position, reported):
        change.agrees = False
        position.position_vanished = True
        position.observed += 1
        change.structure = True
        return
    change.move(position.symbol, -position.contracts, None)
    position.contracts = 0.0
    position.position_vanished = False
    change.structure = True
    change.ended.append((position, EndReason.UNKNOWN))
