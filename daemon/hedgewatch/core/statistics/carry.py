"""What time costs: basis, roll and funding (Hull ch. 5; margin.md §3).

Values are signed, short negative; what is paid is negative. Times are in seconds, rates a year's
where they say so, years of 365 days.
"""

from math import inf

from hedgewatch.core.model import Known
from hedgewatch.core.statistics.known import unknown

_DAY = 86400.0
_YEAR = 365.0 * _DAY
_HOUR = 3600.0
_EXPIRED = unknown("the contract has expired")


def seconds_to_expiry(expiry: float, now: float) -> float:
    """0 once it is over."""
    return max(0.0, expiry - now)


def annualised(simple: float, left: float) -> Known:
    """Basis · year ÷ time left. Below an hour it is as of an hour; none once expired."""
    return simple * _YEAR / max(left, _HOUR) if left > 0.0 else _EXPIRED


def roll_cost(quantity: float, near: float, far: float, fee: float, spreads: float = 0.0) -> float:
    """Money paid to move a position from the near contract to the far one (negative: earned).

    A short buys near and sells far. `near` and `far` are the prices it would trade at, or mids
    with `spreads`, both spreads together; `fee` is the taker rate of each of the two trades.
    """
    size = abs(quantity)
    return -quantity * (near - far) + size * (fee * (near + far) + spreads / 2.0)


def funding_payment(value: float, rate: float) -> float:
    """What one interval brings: a long (value > 0) pays when the rate is positive."""
    return -value * rate + 0.0


def funding_per_day(value: float, rate: float, interval: float) -> Known:
    """The same for a day at this rate, with the market's own interval in seconds."""
    if interval <= 0.0:
        return unknown("the market has no funding interval")
    return funding_payment(value, rate) * _DAY / interval


def time_to_liquidation_by_funding(headroom: float, per_day: float) -> float:
    """Seconds until funding alone has eaten the headroom; +inf when it is not being paid."""
    if headroom <= 0.0:
        return 0.0
    return headroom / -per_day * _DAY if per_day < 0.0 else inf
