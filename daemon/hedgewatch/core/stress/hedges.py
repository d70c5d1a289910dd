"""A hedge under a scenario: what the exposure gains, what the cover gains, what is lost after both.

Counted from now, in dollars that one unit of the quote currency buys now.
"""

from dataclasses import dataclass

from hedgewatch.core.book.rows import HedgeLeg, HedgeRow
from hedgewatch.core.model import Market
from hedgewatch.core.stress.moves import Moves


@dataclass(frozen=True, slots=True)
class HedgeStress:
    """Profits from now to the scenario; the loss is what both together lose, negative a gain."""

    exposure_pnl: float
    cover_pnl: float

    @property
    def loss(self) -> float:
        return 0.0 - self.exposure_pnl - self.cover_pnl


def stress_hedge(hedge: HedgeRow, moves: Moves) -> HedgeStress:
    """A hedge whose numbers are known, at the prices of now."""
    return HedgeStress(
        sum(gain_of(leg, moves) * value_of(leg) for leg in hedge.exposure),
        sum(gain_of(leg, moves) * value_of(leg) for leg in hedge.cover),
    )


def value_of(leg: HedgeLeg) -> float:
    """Signed, in the currency of the hedge, at the price of now."""
    return leg.quantity * leg.market.price * leg.rate


def gain_of(leg: HedgeLeg, moves: Moves) -> float:
    """Profit for each unit of the leg's value: that of the scenario, whatever the prices are."""
    market = leg.market.market
    if market is None:
        return 0.0
    if leg.plan.symbol:
        return _contract(market, moves, leg.held)
    return moves.worth(leg.plan.asset) - 1.0


def _contract(market: Market, moves: Moves, quantity: float) -> float:
    """Profit of a contract per unit of its value, with what it pays as funding.

    Linear, settled in its quote: (mark − 1) units of a quote that is worth less or more by then.
    Inverse: the coins that 1/P − 1/P' makes, at what a coin is worth by then.
    """
    mark, quote = moves.mark(market), moves.worth(market.quote)
    sign = 1.0 if quantity > 0.0 else -1.0
    if market.linear:
        funding = sign * moves.funding(market, sign * mark)
        return (mark - 1.0 - funding) * quote
    funding = sign * moves.funding(market, sign / mark)
    return (1.0 - 1.0 / mark - funding) * moves.worth(market.base)
