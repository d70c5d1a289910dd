"""When an account is blind: what the monitor cannot vouch for is unknown, and said."""

from collections.abc import Iterable

from hedgewatch.core.book.legs import regime_of
from hedgewatch.core.book.pooling import can_be_scanned, is_whole
from hedgewatch.core.book.prices import doubt_of
from hedgewatch.core.book.rows import AccountRow, PoolRow
from hedgewatch.core.book.solving import unpriced
from hedgewatch.core.book.terms import stands_still
from hedgewatch.core.book.told import note_told, stands_in
from hedgewatch.core.model import Unknown

READING_STALE_AFTER = 30.0
"""Seconds without an agreeing reading (REST, or a private socket that answers pings)."""

COLLATERAL_STALE_AFTER = 30.0
"""Seconds for which the venue's word on what coins count as collateral holds."""

FIRST_READING_WITHIN = 15.0
"""Seconds that a start may take before a silent venue counts as blindness."""

_HOUR = 3600.0


def judge_sight(account: AccountRow, now: float) -> bool:
    """Bring `doubt` and the blindness measures up to date; whether sight was lost or regained.

    A pool that cannot be computed makes the account blind, but not its other pools unknown; where
    the venue's own numbers stand in, and of a venue whose margin is never computed here, it does
    not.
    Before the first reading an account that is still starting is neither blind nor seen.
    """
    flawed = _flawed(account)
    _examine(account, now)
    doubt = _doubt(account, now)
    for pool in account.pools.values():
        note_told(pool)
        _let_stand(pool, stands=doubt is None and stands_in(pool, now))
    changed = (doubt is None) is not (account.doubt is None) or flawed != _flawed(account)
    account.doubt = doubt
    if doubt is not None and account.read_at is None and not _overdue(account, now):
        _blind(account, None, now)
        account.account_blind = doubt
    else:
        flaws = (pool.doubt for pool in account.pools.values() if _should_be_computed(pool))
        _blind(account, doubt or _first(flaws), now)
    account.observed += 1
    return changed


def _blind(account: AccountRow, cause: Unknown | None, now: float) -> None:
    """Whether the account is blind, since when and why: without a cause it is not."""
    account.account_blind = cause is not None
    account.blind_seconds = max(0.0, now - cause.since) if cause is not None else 0.0
    account.blind_reason = cause.reason if cause is not None else ""


def _should_be_computed(pool: PoolRow) -> bool:
    regime = regime_of(pool.account, isolated=pool.isolated)
    return bool(pool.positions) and not (regime.never_ours or pool.margin_by_venue)


def _flawed(account: AccountRow) -> list[tuple[bool, bool]]:
    return [(pool.doubt is None, pool.margin_by_venue) for pool in account.pools.values()]


def _overdue(account: AccountRow, now: float) -> bool:
    return account.account_unusable is True or now - account.started_at > FIRST_READING_WITHIN


def _examine(account: AccountRow, now: float) -> None:
    """Every price and pool by itself."""
    for market in account.watched:
        doubt = doubt_of(market, now)
        market.doubt = None if doubt is not None and stands_still(market, account) else doubt
    for pool in account.pools.values():
        reason = _flaw(pool, now)
        if not reason:
            pool.doubt = None
        elif pool.doubt is None or pool.doubt.reason != reason:
            pool.doubt = Unknown(reason, now)


def _doubt(account: AccountRow, now: float) -> Unknown | None:
    """The first reason to doubt, and since when there has been nothing to vouch by."""
    if account.account_unusable is True:
        return Unknown(account.unusable_reason, account.doubt.since if account.doubt else now)
    if account.read_at is None:
        return Unknown("not read yet", account.started_at)
    if account.resized is not None:
        return account.resized
    read_at = max(account.read_at, account.heard_at or 0.0)
    if now - read_at > READING_STALE_AFTER:
        return Unknown("no reading of the account", read_at)
    return _first([market.doubt for market in account.watched])


def _let_stand(pool: PoolRow, *, stands: bool) -> None:
    """Whether the venue's own numbers stand in; once they do no more, the last evidence is that of
    the reading that told them.
    """
    if pool.margin_by_venue and not stands and pool.doubt is not None:
        pool.doubt = Unknown(pool.doubt.reason, pool.account.read_at or pool.doubt.since)
    pool.margin_by_venue = stands


def _first(doubts: Iterable[Unknown | None]) -> Unknown | None:
    return min(filter(None, doubts), key=lambda doubt: doubt.since, default=None)


def _flaw(pool: PoolRow, now: float) -> str:
    """Why the numbers of a pool would lie whatever the prices are, empty when they would not."""
    regime = regime_of(pool.account, isolated=pool.isolated)
    if regime.unknown:
        return regime.unknown
    if pool.bent and not can_be_scanned(pool):
        return "requirements that jump or bend, beside netting, betas or coins of other kinds"
    flaws = (position.flaw for position in pool.positions if position.leg is None)
    return _unbacked(pool, now) or next(flaws, "")


def _unbacked(pool: PoolRow, now: float) -> str:
    """What is not known of the money behind a pool."""
    if is_whole(pool):
        coin = unpriced(pool)
        if coin:
            return f"no collateral price of {coin} yet"
        if now - pool.account.collateral_at > COLLATERAL_STALE_AFTER:
            return f"no collateral prices for {COLLATERAL_STALE_AFTER:.0f} s"
    elif not pool.isolated and pool.currency not in pool.account.balances:
        return f"no balance of {pool.currency} yet"
    return ""


def age_feeds(account: AccountRow, now: float) -> None:
    """The age of each feed's newest data, by event time where the venue tells it."""
    seen = {
        "rest": account.read_at,
        "user": account.heard_at,
        "mark": min((m.seen_at for m in account.watched if m.price), default=None),
    }
    for name, feed in account.feeds.items():
        at = seen.get(name)
        if at is not None:
            feed.data_age_seconds = max(0.0, now - at)
        if feed.lost_at:
            feed.lost_at = tuple(lost for lost in feed.lost_at if now - lost <= _HOUR)
        feed.observed += 1
