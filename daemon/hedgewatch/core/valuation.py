"""Positions and pools at the prices of now: equity, requirement, and where liquidation is.

Equity is wallet plus unrealised profit (margin.md §1.1: a wallet never includes it); the surplus
is equity less requirement. All money is in the settle currency of the pool.
"""

from collections.abc import Iterable
from math import inf

from hedgewatch.core.book.pooling import settle_of, wallet_of
from hedgewatch.core.book.rows import AccountRow, PoolRow, PositionRow
from hedgewatch.core.book.solving import account_of, coin_price, moving_coins
from hedgewatch.core.margin import Account
from hedgewatch.core.margin.bent import price_interval, shock_interval
from hedgewatch.core.margin.polarity import margin_ratio
from hedgewatch.core.model import Known, Unknown, or_unknown
from hedgewatch.core.statistics.barrier import in_the_dark, worst_distance

FAR = 1e3
"""A line beyond so many times the price, or below so small a part of it, is none: nothing goes
there, and small sums make it jump (margin.md §2.6-10).
"""

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
    leg, price = position.leg, position.market.price
    if leg is None or not price:
        return
    piece = position.tier = leg.piece_at(price, position.tier)
    position.mark_price = price
    position.notional = position.valued = leg.notional(price)
    position.profit, position.requirement = leg.value(price, piece)
    position.unrealized_pnl = position.profit
    position.maintenance = position.requirement
    if not position.bare:
        position.maintenance = leg.maintenance(price, piece)


def value_pool(pool: PoolRow) -> None:
    """Every measure of a pool and of the lines of its positions, which are already valued."""
    doubt = pool.account.doubt or pool.doubt
    if doubt is not None:
        blank_pool(pool, doubt)
        if pool.margin_by_venue:
            _let_venue_say(pool, doubt)
    elif pool.plain:
        _value_plain(pool)
    elif pool.bent:
        _value_bent(pool)
    else:
        _value_mixed(pool)


def _value_plain(pool: PoolRow) -> None:
    """The way of most ticks: linear contracts of one currency, solved from where they were."""
    wallet = wallet_of(pool)
    equity, surplus = _sum_up(pool, wallet)
    if not pool.positions:
        _shocks(pool, -inf, inf)
    elif pool.as_one:
        prices = [position.market.price for position in pool.positions]
        low, high = pool.shock_edges.interval(wallet, prices)
        _shocks(pool, low - 1.0, high - 1.0)
    else:
        _shocks_of(pool, account_of(pool))
    _lines(pool, surplus, equity)


def _sum_up(pool: PoolRow, wallet: float) -> tuple[float, float]:
    """A pool of one currency: its equity and surplus are the sums of its positions'."""
    equity = wallet
    requirement = maintenance = 0.0
    for position in pool.positions:
        equity += position.profit
        requirement += position.requirement
        maintenance += position.maintenance
    surplus = equity - requirement
    pool.equity = equity
    pool.maintenance_margin = maintenance
    pool.headroom = surplus
    pool.margin_ratio = margin_ratio(requirement, equity)
    return equity, surplus


def _value_bent(pool: PoolRow) -> None:
    """Requirements that jump or bend: every piece is looked at, from the price of now outwards."""
    wallet = wallet_of(pool)
    equity, surplus = _sum_up(pool, wallet)
    legs = [position.leg for position in pool.positions if position.leg is not None]
    _shocks(pool, *shock_interval(legs, [p.market.price for p in pool.positions], wallet))
    for market, positions in pool.markets:
        here = [position.leg for position in positions if position.leg is not None]
        rest = surplus - sum(position.profit - position.requirement for position in positions)
        low, high = price_interval(here, market.price, rest)
        for position in positions:
            _line(position, low, high, equity)


def _value_mixed(pool: PoolRow) -> None:
    """Coins, haircuts, netting, betas, inverse contracts: the general solver, made anew."""
    account, coin = account_of(pool), coin_price(pool)
    pool.equity = account.equity / coin
    pool.maintenance_margin = account.maintenance / coin
    pool.headroom = account.headroom / coin
    pool.margin_ratio = margin_ratio(account.requirement, account.equity)
    _shocks_of(pool, account)
    moving = moving_coins(pool)
    for market, positions in pool.markets:
        low, high = account.price_interval(market.symbol, moving[market])
        for position in positions:
            settle = account.collateral[settle_of(position)].price
            _line(position, low, high, account.equity / settle)


def _shocks_of(pool: PoolRow, account: Account) -> None:
    """Unknown where a contract's price and the coin that it settles in move by parts of their own:
    their product is no line (margin.md §2.4).
    """
    try:
        low, high = account.shock() if pool.positions else (-inf, inf)
    except ValueError as error:
        pool.shock_down = pool.shock_up = pool.shock_nearest = Unknown(str(error), 0.0)
    else:
        _shocks(pool, low, high)


def _shocks(pool: PoolRow, low: float, high: float) -> None:
    """The common moves of all prices between which the pool stands; now is at 0."""
    down, up = min(low, 0.0), max(high, 0.0)
    if low > high:
        down = up = 0.0
    elif up > FAR:
        up = inf
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
    if low < price < high:
        low = low if low * FAR > price else -inf
        high = high if high < FAR * price else inf
    position.leverage = position.valued / equity if equity > 0.0 else inf
    below, above = (price - low) / price, (high - price) / price
    downwards = below < above
    position.liquidation_distance = distance = below if downwards else above
    position.liquidation_distance_worst = position.last_distance = distance
    position.liquidation_price_down = down = low if below > 0.0 else price
    position.liquidation_price_up = up = high if above > 0.0 else price
    position.liquidation_price = down if downwards else up


def blank_pool(pool: PoolRow, doubt: Unknown) -> None:
    """Nothing of the pool can be vouched for: it is unknown, never what it was. Where only its
    margin is in doubt (nobody here computes it), what is held and its price are still known.
    """
    for name in _POOL_MEASURES:
        setattr(pool, name, doubt)
    for position in pool.positions:
        for name in _POSITION_MEASURES:
            setattr(position, name, doubt)
        if pool.account.doubt is None:
            _show_worth(position)


def _let_venue_say(pool: PoolRow, doubt: Unknown) -> None:
    """What the venue told of a margin that is not computed here; what moves it stays unknown."""
    told = pool.told
    pool.equity = or_unknown(told.equity, doubt)
    pool.maintenance_margin = or_unknown(told.maintenance_margin, doubt)
    pool.margin_ratio = or_unknown(told.margin_ratio, doubt)
    pool.headroom = or_unknown(told.headroom, doubt)


def _show_worth(position: PositionRow) -> None:
    """What no rule of margin has a part in: the price, the notional, the profit."""
    market, price, size = position.market.market, position.market.price, position.quantity
    if market is None or not price:
        return
    position.mark_price = price
    position.notional = abs(size) * price if market.linear else abs(size) / price
    entry = position.entry_price
    if 0.0 < entry < inf:
        gained = price - entry if market.linear else 1.0 / entry - 1.0 / price
        position.unrealized_pnl = size * gained


def widen(account: AccountRow, positions: Iterable[PositionRow], now: float) -> None:
    """While blind, the worst case drifts away from the last known distance with √age."""
    worst: Known = inf if account.read_at is not None or account.doubt is None else account.doubt
    for position in positions:
        doubt = account.doubt or (position.pool.doubt if position.pool else None)
        if doubt is not None:
            _widen(position, doubt, now)
        distance = position.liquidation_distance_worst
        if isinstance(distance, Unknown):
            worst = distance
        elif not isinstance(worst, Unknown):
            worst = min(worst, distance)
    account.liquidation_distance_worst = worst


def _widen(position: PositionRow, doubt: Unknown, now: float) -> None:
    last = position.last_distance
    if not isinstance(last, Unknown):
        sigma = in_the_dark(position.volatility)
        position.liquidation_distance_worst = worst_distance(last, sigma, now - doubt.since)
