"""What the book knows of a pool, in the shape in which scenarios can move it.

The one place that has to know every kind of pool; the rest of the stress knows accounts alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hedgewatch.core.book.legs import regime_of
from hedgewatch.core.book.pooling import is_whole
from hedgewatch.core.book.rows import MarketRow, PoolRow
from hedgewatch.core.book.solving import coins_of, is_inverse, legs_of
from hedgewatch.core.margin import Account, Collateral, HeldLeg
from hedgewatch.core.model import Known, Market, Unknown


@dataclass(frozen=True, slots=True)
class Held:
    """A leg with the market whose price moves it."""

    leg: HeldLeg
    row: MarketRow
    market: Market


@dataclass(frozen=True, slots=True, kw_only=True)
class Backed:
    """A pool at the prices of now: its legs, and the coins behind them.

    It is reckoned in `money`, in which the coins have their prices, and told in `unit`, a coin of
    its own or "" for the money itself. `plain`: linear contracts and one coin that counts in full;
    what is asked of such a one stays true while prices move.
    """

    pool: PoolRow
    held: Sequence[Held]
    coins: Sequence[Collateral]
    money: str
    unit: str
    profit_inside: bool
    theta: float
    plain: bool

    @property
    def headroom(self) -> float:
        """Of now, as the pool itself has it."""
        return known(self.pool.headroom)

    @property
    def requirement(self) -> float:
        return known(self.pool.equity) - self.headroom

    def account(self, legs: Sequence[HeldLeg], coins: Sequence[Collateral]) -> Account:
        """The same pool with other legs and coins."""
        return Account(legs, coins, profit_inside=self.profit_inside, theta=self.theta)


def backed_of(pool: PoolRow) -> Backed:
    """A pool whose numbers are known, so that its markets and all that backs it are."""
    legs = legs_of(pool)
    rows = [position.market for position in pool.positions if position.leg is not None]
    held = [
        Held(leg, row, row.market)
        for leg, row in zip(legs, rows, strict=True)
        if row.market is not None
    ]
    inverse = is_inverse(pool)
    regime = regime_of(pool.account, isolated=pool.isolated)
    return Backed(
        pool=pool,
        held=held,
        coins=coins_of(pool),
        money=held[0].market.quote if inverse else pool.currency,
        unit="" if is_whole(pool) else pool.currency,
        profit_inside=regime.profit_in_haircut,
        theta=regime.theta,
        plain=pool.plain,
    )


def doubt_of(pool: PoolRow) -> Unknown | None:
    """Why no move of it can be told: it is unknown, or its numbers are the venue's own word."""
    if pool.margin_by_venue:
        return pool.doubt
    return pool.equity if isinstance(pool.equity, Unknown) else None


def known(value: Known) -> float:
    """A number of a pool that can be vouched for. TypeError when it is none."""
    if isinstance(value, Unknown):
        raise TypeError(value.reason)
    return value
