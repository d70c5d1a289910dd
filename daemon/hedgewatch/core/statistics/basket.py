"""Hedges of many assets with many contracts, in constant time: each side is one basket.

The return of a side is what its holdings gained over the bar, for each unit of their net value at
its start. Two sides need one covariance, however many legs there are; what is lost is which leg
of a side went astray.
"""

from collections.abc import Iterable
from math import inf, sqrt

from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics.bars import BARS_A_YEAR
from hedgewatch.core.statistics.known import unknown
from hedgewatch.core.statistics.moments import Covariance

_CANCELLED = 1e-6
"""A net value below this part of the gross is no basket to take returns of."""


def side_return(legs: Iterable[tuple[float, float | None]]) -> float | None:
    """The return of one side from (value at the start of the bar, return) of its legs.

    None when a leg has none: half a basket is another basket. One leg is its own return, also
    when nothing is held in it, so that a cover can be judged before it is bought.
    """
    legs = tuple(legs)
    gain = net = gross = 0.0
    for value, change in legs:
        if change is None:
            return None
        gain += value * change
        net += value
        gross += abs(value)
    if len(legs) == 1:
        return legs[0][1]
    return gain / net if gross > 0.0 and abs(net) > _CANCELLED * gross else None


def held_ratio(exposure: float, cover: float) -> Known:
    """−cover ÷ exposure in value: what minimum-variance ratios of returns compare with."""
    return -cover / exposure + 0.0 if exposure != 0.0 else unknown("nothing is owned")


def yearly(variance: Known) -> Known:
    """σ of a year from the variance of a bar."""
    return variance if isinstance(variance, Unknown) else sqrt(variance * BARS_A_YEAR)


def residual_share(moments: Covariance, exposure: float, cover: float) -> Known:
    """The part of the exposure's variance that the cover, as held, leaves; above 1: it adds."""
    ratio = held_ratio(exposure, cover)
    if isinstance(ratio, Unknown):
        return ratio
    explained = moments.effectiveness_at(ratio)
    return explained if isinstance(explained, Unknown) else 1.0 - explained


def residual_volatility(moments: Covariance, exposure: float, cover: float) -> Known:
    """σ of a year of what the hedge leaves, as a fraction of what is owned."""
    ratio = held_ratio(exposure, cover)
    return ratio if isinstance(ratio, Unknown) else yearly(moments.residual_variance(ratio))


def hedge_ratio(exposure: float, cover: float) -> float:
    """−cover ÷ exposure: 1 covered, 0 naked, negative when the cover adds to the exposure."""
    if exposure == 0.0:
        return 0.0 if cover == 0.0 else inf
    return -cover / exposure + 0.0
