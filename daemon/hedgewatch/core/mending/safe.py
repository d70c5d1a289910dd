"""When a pool is safe, and what it lacks: a margin ratio of `SAFE_RATIO` at most, and no common
move up to `SAFE_MOVE` that liquidates.

The surplus of a pool is concave in a common move, and in that of one market, so that both ends
of it decide.
"""

from hedgewatch.core.book.legs import regime_of
from hedgewatch.core.book.rows import MarketRow, PoolRow, PositionRow
from hedgewatch.core.book.rows.remedy import SAFE_MOVE, SAFE_RATIO
from hedgewatch.core.book.solving import (
    account_of,
    coin_price,
    is_inverse,
    moved,
    moving_coins,
    priced,
    rebuilt,
)
from hedgewatch.core.margin import Account
from hedgewatch.core.margin.regimes import TierKind
from hedgewatch.core.model import Known, Unknown

MOVES = (-SAFE_MOVE, SAFE_MOVE)
_JUMPS = Unknown("the requirement of its venue jumps with the price", 0.0)


def top_up_to_safe(pool: PoolRow) -> Known:
    """Money in the pool's currency; 0 when it is safe already."""
    doubt = doubt_of(pool)
    if doubt is not None:
        return doubt
    if is_safe(pool):
        return 0.0
    return max(0.0, -spare_of(pool, account_of(pool)))


def top_up_alone(position: PositionRow) -> Known:
    """Money in the currency of its pool without which a move of its market alone, up to
    `SAFE_MOVE` either way, would liquidate; coins that are its underlying go with it.
    """
    pool = position.pool
    if pool is None:
        return Unknown("in no pool yet", 0.0)
    doubt = doubt_of(pool)
    if doubt is not None:
        return doubt
    return max(0.0, *(-_spare_alone(pool, position.market, move) for move in MOVES))


def _spare_alone(pool: PoolRow, market: MarketRow, move: float) -> float:
    """What is left of a pool when one market has moved."""

    def price_of(each: MarketRow) -> float:
        return each.price * (1.0 + move) if each is market else each.price

    account = account_of(pool, price_of)
    along = moving_coins(pool).get(market, ())
    coins = (
        priced(coin, coin.price * (1.0 + move)) if coin.coin in along else coin
        for coin in account.collateral.values()
    )
    return rebuilt(pool, account.legs, coins).headroom / coin_price(pool, price_of)


def doubt_of(pool: PoolRow) -> Unknown | None:
    """Why it cannot be said: the pool is unknown, or its requirement is not concave."""
    if regime_of(pool.account, isolated=pool.isolated).tiers is TierKind.WHOLE_BY_NOTIONAL:
        return _JUMPS
    numbers = (pool.headroom, pool.margin_ratio, pool.shock_nearest)
    return next((number for number in numbers if isinstance(number, Unknown)), None)


def is_safe(pool: PoolRow) -> bool:
    """By the numbers that every tick has anyway."""
    ratio, down, up = pool.margin_ratio, pool.shock_down, pool.shock_up
    if isinstance(ratio, Unknown) or isinstance(down, Unknown) or isinstance(up, Unknown):
        return False
    return ratio <= SAFE_RATIO and down <= -SAFE_MOVE and up >= SAFE_MOVE


def spare_of(pool: PoolRow, account: Account) -> float:
    """The least of what is beyond the safe ratio now and beyond nothing at either move, in the
    pool's currency.
    """
    coin = coin_price(pool)
    beta = account.collateral[pool.currency].beta if is_inverse(pool) else 0.0
    now = (account.equity - account.requirement / SAFE_RATIO) / coin
    return min(
        now,
        *(moved(pool, account, move).headroom / (coin * (1.0 + beta * move)) for move in MOVES),
    )
