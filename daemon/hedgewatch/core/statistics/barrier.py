"""How likely a price is to reach the liquidation price, and how soon.

A geometric Brownian motion touches a barrier by reflection (Harrison 1985; Shreve II §3.7 and
§7.2). The venue looks at its mark once a step only, which is as if the barrier lay 0.5826·σ·√step
further (Broadie, Glasserman and Kou 1997). Crypto has fatter tails than that: the numbers compare
positions with each other, they promise nothing. Times are in seconds, σ is a year's.
"""

from functools import lru_cache
from math import erfc, exp, inf, isfinite, log, pi, sqrt
from statistics import NormalDist

from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics.known import unknown

YEAR = 365.0 * 86400.0
DAY = 86400.0

BLIND_SIGMAS = 4.0
"""How many sigmas the worst case lies away while an account is blind."""

_SHIFT = 0.5826
"""−ζ(1/2) ÷ √(2π)."""

_FAR = 25.0
"""Beyond so many sigmas a normal tail is its asymptotic series, to the last digit."""

_NO_VOLATILITY = unknown("the price does not move")


def log_distance(price: float, barrier: float) -> Known:
    """|ln(barrier ÷ price)|; +inf when the barrier is none (−inf, 0 or +inf)."""
    if not (isfinite(price) and price > 0.0) or barrier != barrier:  # noqa: PLR0124
        return unknown("no price")
    if barrier <= 0.0 or barrier == inf:
        return inf
    return abs(log(barrier / price))


def sigma_distance(distance: float, sigma: float, horizon: float = DAY) -> Known:
    """A log distance in standard deviations of the move over the horizon."""
    spread = sigma * sqrt(horizon / YEAR)
    if not (isfinite(spread) and spread > 0.0):
        return _NO_VOLATILITY
    return distance / spread


def touch_probability(
    distance: float, sigma: float, horizon: float = DAY, *, towards: float = 0.0, step: float = 0.0
) -> Known:
    """How likely a barrier at that log distance is touched within the horizon.

    `towards` is the yearly drift of the log price towards the barrier: μ − σ²/2 for an upper one,
    −(μ − σ²/2) for a lower one; 0 is driftless. `step` is how often the venue looks, in seconds.
    """
    if not isfinite(sigma + horizon + towards + step) or sigma <= 0.0 or horizon <= 0.0:
        return _NO_VOLATILITY
    if distance <= 0.0:
        return 1.0
    if distance == inf:
        return 0.0
    far = distance + _SHIFT * sigma * sqrt(step / YEAR)
    years = horizon / YEAR
    spread = sigma * sqrt(years)
    past, beyond = (far - towards * years) / spread, (far + towards * years) / spread
    return min(1.0, _tail(past) + _reflected(past, beyond, 2.0 * towards * far / sigma**2))


def either_touched(one: float, other: float) -> float:
    """At most so likely is it that one of two barriers is touched; a true upper bound."""
    return min(1.0, one + other)


def time_to_touch(distance: float, sigma: float, chance: float = 0.5) -> Known:
    """Seconds until a driftless price has touched with that chance: the median for ½.

    (b ÷ (z·σ))², z the normal quantile of 1 − chance/2: 0.6745 for the median.
    """
    if not 0.0 < chance < 1.0:
        return unknown("a chance lies between 0 and 1")
    if not (isfinite(sigma) and sigma > 0.0):
        return _NO_VOLATILITY
    return YEAR * (max(0.0, distance) / (_quantile(1.0 - chance / 2.0) * sigma)) ** 2


@lru_cache(maxsize=16)
def _quantile(chance: float) -> float:
    """What a standard normal variable stays below with that chance."""
    return NormalDist().inv_cdf(chance)


YEARLY_VOLATILITY = 1.0
"""100 % a year until an estimate has warmed up (design §5)."""

LEAST_VOLATILITY = 0.2
"""A market that stood still says nothing about what it does in the dark."""


def in_the_dark(volatility: Known) -> float:
    """The volatility to reckon with while nobody sees the price."""
    if isinstance(volatility, Unknown):
        return YEARLY_VOLATILITY
    return max(volatility, LEAST_VOLATILITY)


def worst_distance(last: float, sigma: float, age: float, sigmas: float = BLIND_SIGMAS) -> float:
    """What a distance may have become after `age` seconds in the dark: last − k·σ·√age."""
    return last - sigmas * sigma * sqrt(max(0.0, age) / YEAR)


def _tail(x: float) -> float:
    """P(Z > x)."""
    return 0.5 * erfc(x / sqrt(2.0))


def _reflected(past: float, beyond: float, exponent: float) -> float:
    """exp(exponent)·P(Z > beyond), where beyond² − past² = 2·exponent, without overflow."""
    if beyond < _FAR:
        return exp(exponent) * _tail(beyond)
    inverse = 1.0 / (beyond * beyond)
    mills = (1.0 - inverse * (1.0 - inverse * (3.0 - inverse * (15.0 - 105.0 * inverse)))) / beyond
    return exp(-0.5 * past * past) / sqrt(2.0 * pi) * mills
