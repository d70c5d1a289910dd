"""What is remembered of a market and of a hedge from bar to bar, and what it amounts to.

Everything that changes with a bar only is worked out when the bar closes, so that to read it
costs a tick nothing.
"""

from math import log1p

from hedgewatch.core.model import Known
from hedgewatch.core.statistics.bars import Bars
from hedgewatch.core.statistics.basket import yearly
from hedgewatch.core.statistics.calendar import Level
from hedgewatch.core.statistics.known import combine
from hedgewatch.core.statistics.moments import (
    Covariance,
    Variance,
    correlation_shift,
    not_warm,
)

FAST, SLOW = 30.0, 1440.0
"""Half-lives in bars of a minute: half an hour, which a break shows in, and a day."""


class MarketEstimates:
    """The returns of one market and its volatility: of the last half hour or of the day, the
    larger. What calmed down an hour ago may come back, and what broke out now is not yet usual.
    """

    __slots__ = ("_fast", "_slow", "bars", "volatility")

    def __init__(self) -> None:
        self.bars = Bars()
        self._fast = Variance(FAST)
        self._slow = Variance(SLOW)
        self.volatility: Known = not_warm(0)

    def close(self, bar: int, price: float | None, venue_time: float) -> None:
        """Take the price at the end of a bar, None when it is in doubt."""
        change = self.bars.close(bar, price, venue_time)
        if change is None:
            return
        self._fast.add(log1p(change))
        self._slow.add(log1p(change))
        self.volatility = yearly(combine(max, self._fast.value, self._slow.value))


class HedgeEstimates:
    """How the returns of the two sides of a hedge move together."""

    __slots__ = (
        "_fast", "beta", "calendar", "correlation", "effectiveness", "moments", "recent", "shift",
    )  # fmt: skip

    def __init__(self) -> None:
        self._fast = Covariance(FAST)
        self.moments = Covariance(SLOW)
        self.calendar = Level(SLOW)
        self.beta: Known = not_warm(0)
        self.correlation: Known = self.beta
        self.effectiveness: Known = self.beta
        self.recent: Known = self.beta
        self.shift: Known = self.beta

    def close(self, exposure: float | None, cover: float | None) -> None:
        """Take the returns of both sides over a bar; one that is missing leaves the bar out."""
        if exposure is None or cover is None:
            return
        self._fast.add(exposure, cover)
        self.moments.add(exposure, cover)
        self.beta = self.moments.beta
        self.correlation = self.moments.correlation
        self.effectiveness = self.moments.effectiveness
        self.recent = self._fast.correlation
        self.shift = correlation_shift(self._fast, self.moments)
