"""Positions and pools at the prices of now: equity, requirement, and where liquidation is.

Equity is wallet plus unrealised profit (margin.md §1.1: a wallet never includes it); the surplus
is equity less requirement. All money is in the settle currency of the pool.
"""

from collections.abc import Iterable
from math import inf

from hedgewatch.core.book.rows import AccountRow, PoolRow, PositionRow
from hedgewatch.core.margin import EMPTY
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics.barrier import worst_distance

_YEARLY_VOLATILITY = 1.0
"""100 % a year until an estimate has warmed up (design §5)."""

_POOL_MEASURES = (
    "equity", "maintenance_margin", "headroom", "margin_ratio", "shock_down", "shock_up",
    "shock_nearest",
)  # fmt: skip
_POSITION_MEASURES = (
    "mark_price", "notional", "unrealized_pnl", "leverage", "liquidation_price",
    "liquidation_price_down", "liquidation_price_up", "liquidation_distance",
)  # fmt: skip


def value_position(position: PositionRow) -> None:
    """Profit, notional and requirement at the mark; the tier of last time is tried first."""
    leg = position.leg
    if leg is None:
        return
    price = position.market.price
    piece = position.tier = leg.piece_at(price, position.tier)
    position.mark_price = price
    position.notional = leg.notional(price)
    position.profit, position.requirement = leg.value(price, piece)
    position.unrealized_pnl = position.profit


def value_pool(pool: PoolRow) -> None:
    """Every measure of a pool and of the lines of its positions, which are already valued."""
    doubt = pool.account.doubt or pool.doubt
    if doubt is not None:
        blank_pool(pool, doubt)
        return
    wallet = wallet_of(pool)
    equity = wallet
    requirement = 0.0
    for position in pool.positions:
        equity += position.profit
        requirement += position.requirement
    surplus = equity - requirement
    pool.equity = equity
    pool.maintenance_margin = requirement
    pool.headroom = surplus
    pool.margin_ratio = margin_ratio(requirement, equity)
    if pool.positions:
        _shocks(pool, wallet)
        _lines(pool, surplus, equity)
    else:
        pool.shock_down, pool.shock_up, pool.shock_nearest = -inf, inf, inf


def wallet_of(pool: PoolRow) -> float:
    """What backs the pool, without unrealised profit."""
    if pool.isolated:
        return pool.positions[0].isolated_wallet or 0.0
    return pool.account.balances[pool.currency].cross_wallet


def margin_ratio(requirement: float, equity: float) -> float:
    """Requirement over equity: 0 without positions, 1 at liquidation, +inf when equity ≤ 0."""
    if requirement == 0.0:
        return 0.0
    return requirement / equity if equity > 0.0 else inf


def _shocks(pool: PoolRow, wallet: float) -> None:
    """The common move of all prices that liquidates the pool, down and up."""
    low, high = pool.shock_edges.interval(wallet, [p.market.price for p in pool.positions])
    down, up = min(low - 1.0, 0.0), max(high - 1.0, 0.0)
    if (low, high) == EMPTY:
        down = up = 0.0
    pool.shock_down = down
    pool.shock_up = up
    pool.shock_nearest = down if -down < up else up


def _lines(pool: PoolRow, surplus: float, equity: float) -> None:
    """The liquidation prices of each market of the pool, all other prices as they are."""
    for position, line in pool.lines:
        low, high = line.interval(surplus - position.profit + position.requirement)
        _line(position, low, high, equity)
    for positions, edges in pool.hedged:
        elsewhere = surplus
        for position in positions:
            elsewhere -= position.profit - position.requirement
        low, high = edges.interval(elsewhere, (1.0,) * len(positions))
        for position in positions:
            _line(position, low, high, equity)


def _line(position: PositionRow, low: float, high: float, equity: float) -> None:
    """A price is safe between `low` and `high`; beyond them already, liquidation is here."""
    price = position.market.price
    position.leverage = abs(position.quantity) * price / equity if equity > 0.0 else inf
    below, above = (price - low) / price, (high - price) / price
    distance = min(below, above)
    position.liquidation_distance = position.liquidation_distance_worst = distance
    position.last_distance = distance
    position.liquidation_price_down = low if below > 0.0 else price
    position.liquidation_price_up = high if above > 0.0 else price
    position.liquidation_price = (
        position.liquidation_price_down if below < above else position.liquidation_price_up
    )


def blank_pool(pool: PoolRow, doubt: Unknown) -> None:
    """Nothing of the pool can be vouched for: it is unknown, never what it was."""
    for name in _POOL_MEASURES:
        setattr(pool, name, doubt)
    for position in pool.positions:
        for name in _POSITION_MEASURES:
            setattr(position, name, doubt)


def widen(account: AccountRow, positions: Iterable[PositionRow], now: float) -> None:
    """While blind, the worst case drifts away from the last known distance with √age."""
    worst: Known = inf if account.read_at is not None or account.doubt is None else account.doubt
    for position in positions:
        _widen(position, account.doubt or (position.pool.doubt if position.pool else None), now)
        distance = position.liquidation_distance_worst
        if isinstance(distance, Unknown):
            worst = distance
        elif not isinstance(worst, Unknown):
            worst = min(worst, distance)
    account.liquidation_distance_worst = worst


def _widen(position: PositionRow, doubt: Unknown | None, now: float) -> None:
    last = position.last_distance
    if doubt is not None and not isinstance(last, Unknown):
        sigma = position.volatility
        if isinstance(sigma, Unknown):
            sigma = _YEARLY_VOLATILITY
        position.liquidation_distance_worst = worst_distance(last, sigma, now - doubt.since)
