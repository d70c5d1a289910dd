"""A hedge of which a leg is not seen: one venue blind of two (reliability.md §5 row 37)."""

from math import inf

from hedgewatch.core.book.rows import HedgeLeg, HedgeRow, PositionRow
from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.barrier import in_the_dark, worst_distance
from hedgewatch.core.statistics.basket import hedge_ratio

_LEAST = 1e-3
"""What is left at least of a price that nobody sees."""


def widen_hedge(hedge: HedgeRow, now: float) -> None:
    """How many legs are in the dark; and then, how far the hedge may have drifted at worst.

    Their last quantities stand, at prices of within 4·σ·√age of the last ones (as a position's
    distance is widened). A position that a price in there would liquidate may be gone.
    """
    legs = (*hedge.exposure, *hedge.cover)
    hedge.blind_legs = float(sum(leg.blindness is not None for leg in legs))
    if not isinstance(hedge.hedge_drift, Unknown):
        return
    if hedge.unpriced is not None and not hedge.in_coins:
        hedge.drift_in_the_dark = hedge.unpriced[1]
    elif any(leg.market.market is None or not leg.market.price or not leg.told for leg in legs):
        hedge.drift_in_the_dark = hedge.hedge_drift
    else:
        hedge.drift_in_the_dark = _worst_drift(hedge, now)


def _worst_drift(hedge: HedgeRow, now: float) -> float:
    """The one that is farthest from 0 over all that both sides may be."""
    exposures = _span(hedge, hedge.exposure, now)
    covers = _span(hedge, hedge.cover, now)
    if exposures[0] < 0.0 < exposures[1]:
        return inf
    ratios = [hedge_ratio(exposure, cover) for exposure in exposures for cover in covers]
    return max((ratio / hedge.aim - 1.0 for ratio in ratios), key=abs)


def _span(hedge: HedgeRow, legs: tuple[HedgeLeg, ...], now: float) -> tuple[float, float]:
    """Between what the delta of a side may lie."""
    low = high = 0.0
    for leg in legs:
        ends = [leg.delta(in_coins=hedge.in_coins)]
        if leg.market.doubt is not None:
            ends = [ends[0] * factor for factor in _factors(hedge, leg, now)]
        if leg.doubt is not None and any(map(_may_be_gone, leg.positions)):
            ends.append(0.0)
        low, high = low + min(ends), high + max(ends)
    return low, high


def _factors(hedge: HedgeRow, leg: HedgeLeg, now: float) -> tuple[float, ...]:
    """By what the delta may have moved with the price: coins do not, those of a face value do."""
    move = -worst_distance(
        0.0, in_the_dark(leg.market.estimates.volatility), now - leg.market.seen_at
    )
    least, most = max(1.0 - move, _LEAST), 1.0 + move
    if not hedge.in_coins:
        return (1.0, 1.0) if leg.inverse else (least, most)
    return (1.0 / most, 1.0 / least) if leg.inverse else (1.0, 1.0)


def _may_be_gone(position: PositionRow) -> bool:
    distance = position.liquidation_distance_worst
    return not isinstance(distance, Unknown) and distance <= 0.0
