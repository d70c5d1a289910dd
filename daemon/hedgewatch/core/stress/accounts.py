"""What the book knows of a pool, as the account that the margin solver reckons with.

The one place that has to know every kind of pool; the rest of the stress knows accounts alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hedgewatch.core.book.rows import MarketRow, PoolRow
from hedgewatch.core.margin.account import Account
from hedgewatch.core.margin.collateral import Collateral
from hedgewatch.core.margin.motion import HeldLeg
from hedgewatch.core.model import Market
from hedgewatch.core.book.pooling import wallet_of


@dataclass(frozen=True, slots=True)
class Held:
    """A leg with the market whose price moves it."""

    leg: HeldLeg
    row: MarketRow
    market: Market


@dataclass(frozen=True, slots=True)
class Backed:
    """A pool at the prices of now: its legs, the coins behind them, and how they count."""

    currency: str
    held: Sequence[Held]
    collateral: Sequence[Collateral]
    profit_inside: bool = True
    theta: float = 1.0

    def account(self, legs: Sequence[HeldLeg], collateral: Sequence[Collateral]) -> Account:
        """The same pool with other legs and coins."""
        return Account(legs, collateral, profit_inside=self.profit_inside, theta=self.theta)


def account_of(pool: PoolRow) -> Backed:
    """A pool whose numbers are known, so that its markets are and its wallet is."""
    held = [
        Held(
            HeldLeg(
                leg=position.leg,
                market=position.symbol,
                price=position.market.price,
                settle=pool.currency,
            ),
            position.market,
            position.market.market,
        )
        for position in pool.positions
        if position.leg is not None and position.market.market is not None
    ]
    wallet = Collateral(coin=pool.currency, amount=wallet_of(pool), price=1.0)
    return Backed(pool.currency, held, (wallet,))
