"""How unusual a calendar spread is: distance from its own running mean, in its own deviations.

A spread is a level with a mean of its own, so here the mean is estimated too, in West's form
(1979): deviations are squared before they are summed, and nothing cancels.
"""

from math import sqrt

from hedgewatch.core.model import Known
from hedgewatch.core.statistics.known import all_finite, quotient, unknown
from hedgewatch.core.statistics.moments import WARM, decay_of, not_warm


class Level:
    """Exponentially weighted mean and variance of a level sampled once a bar."""

    __slots__ = ("_bars", "_decay", "_mean", "_variance", "_weight")

    def __init__(self, half_life: float) -> None:
        self._decay = decay_of(half_life)
        self._bars = 0
        self._weight = 0.0
        self._mean = 0.0
        self._variance = 0.0

    def add(self, level: float) -> None:
        """Take the level at the end of one bar."""
        if not all_finite(level):
            return
        self._bars += 1
        self._weight = self._decay * self._weight + 1.0
        part = 1.0 / self._weight  # 1 − λ once old, and all of it at first
        away = level - self._mean
        self._mean += part * away
        self._variance = (1.0 - part) * (self._variance + part * away * away)

    def score(self, level: float, floor: float) -> Known:
        """(level − mean) ÷ deviation, of which `floor` (one tick) is the least there can be."""
        if self._bars < WARM:
            return not_warm(self._bars)
        if not all_finite(level):
            return unknown("no spread")
        deviation = max(sqrt(self._variance), floor)
        return quotient(level - self._mean, deviation, "the spread does not move")


def calendar_spread(near: float, far: float) -> Known:
    """(F₂ − F₁) ÷ F₁."""
    return quotient(far - near, near, "no price of the near contract")
