"""What is remembered of a market and of a hedge from bar to bar, and what it amounts to.

Everything that changes with a bar only is worked out when the bar closes, so that to read it
costs a tick nothing. A bar that comes to light later (`fill`) is counted as if it had been seen in
its turn: the sums as they stood before the window are kept, and all of the window is added anew.
"""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
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
from hedgewatch.core.statistics.window import Window

FAST, SLOW = 30.0, 1440.0
"""Half-lives in bars of a minute: half an hour, which a break shows in, and a day."""


class MarketEstimates:
    """The returns of one market and its volatility: of the last half hour or of the day, the
    larger. What calmed down an hour ago may come back, and what broke out now is not yet usual.
    """

    __slots__ = ("_earlier", "_sums", "bars", "volatility")

    def __init__(self) -> None:
        self.bars = Bars()
        self._earlier = _MarketSums(Variance(FAST), Variance(SLOW))
        self._sums = self._earlier.copy()
        self.volatility: Known = not_warm(0)

    def close(self, bar: int, price: float | None, venue_time: float) -> None:
        """Take the price at the end of a bar, None when it is in doubt."""
        self._make_room(bar)
        change = self.bars.close(bar, price, venue_time)
        if change is not None:
            self._sums.add(change)
            self.volatility = self._sums.volatility

    def fill(self, told: Mapping[int, float], last: int, *, aligned: bool = True) -> bool:
        """Take prices of earlier bars, up to `last`, where there are none; whether there were."""
        self._make_room(last)
        if not self.bars.fill(told, last, aligned=aligned):
            return False
        self._sums = self._earlier.copy()
        for change in self.bars.returns():
            self._sums.add(change)
        self.volatility = self._sums.volatility
        return True

    def _make_room(self, bar: int) -> None:
        for change in self.bars.leaving(bar):
            self._earlier.add(change)


@dataclass(slots=True)
class _MarketSums:
    fast: Variance
    slow: Variance

    def add(self, change: float) -> None:
        self.fast.add(log1p(change))
        self.slow.add(log1p(change))

    def copy(self) -> "_MarketSums":
        return _MarketSums(copy(self.fast), copy(self.slow))

    @property
    def volatility(self) -> Known:
        return yearly(combine(max, self.fast.value, self.slow.value))


@dataclass(frozen=True, slots=True)
class HedgeBar:
    """The returns of both sides over a bar, and the calendar spread at its end; None where missing.

    Half a pair of returns is none.
    """

    exposure: float | None
    cover: float | None
    spread: float | None = None


class HedgeEstimates:
    """How the returns of the two sides of a hedge move together.

    `incomplete` says that bars may be missing which the histories of its markets could fill.
    """

    __slots__ = (
        "_cover", "_earlier", "_exposure", "_spread", "_sums", "beta", "correlation",
        "effectiveness", "incomplete", "recent", "shift",
    )  # fmt: skip

    def __init__(self) -> None:
        self._exposure, self._cover, self._spread = Window(), Window(), Window()
        self._earlier = _HedgeSums(Covariance(FAST), Covariance(SLOW), Level(SLOW))
        self._sums = self._earlier.copy()
        self.incomplete = True
        self.beta: Known = not_warm(0)
        self.correlation: Known = self.beta
        self.effectiveness: Known = self.beta
        self.recent: Known = self.beta
        self.shift: Known = self.beta

    @property
    def moments(self) -> Covariance:
        """Of the day."""
        return self._sums.slow

    @property
    def calendar(self) -> Level:
        """The calendar spread of the cover."""
        return self._sums.calendar

    def close(self, bar: int, sample: HedgeBar) -> None:
        """Take a bar that has just ended."""
        if bar <= self._exposure.newest:
            return
        self._move_to(bar)
        self._put(bar, sample)
        if self._sums.add(self._at(bar)):
            self._tell()

    def fill(self, last: int, sample: Callable[[int], HedgeBar]) -> None:
        """Take what can be told of bars up to `last` that have no pair of returns."""
        self._move_to(last)
        self.incomplete = False
        if not sum(self._put(bar, sample(bar)) for bar in self._without_a_pair()):
            return
        self._sums = self._earlier.copy()
        for bar in self._exposure.bars():
            self._sums.add(self._at(bar))
        self._tell()

    def _without_a_pair(self) -> list[int]:
        return [bar for bar in self._exposure.bars() if self._exposure[bar] is None]

    def _put(self, bar: int, sample: HedgeBar) -> bool:
        """Keep what is new of a bar; whether anything is."""
        spread = sample.spread is not None and self._spread[bar] is None
        if spread and sample.spread is not None:
            self._spread[bar] = sample.spread
        if sample.exposure is None or sample.cover is None:
            return spread
        self._exposure[bar], self._cover[bar] = sample.exposure, sample.cover
        return True

    def _at(self, bar: int) -> HedgeBar:
        return HedgeBar(self._exposure[bar], self._cover[bar], self._spread[bar])

    def _move_to(self, bar: int) -> None:
        for old in self._exposure.leaving(bar):
            self._earlier.add(self._at(old))
        for window in (self._exposure, self._cover, self._spread):
            window.move_to(bar)

    def _tell(self) -> None:
        fast, slow = self._sums.fast, self._sums.slow
        self.beta = slow.beta
        self.correlation = slow.correlation
        self.effectiveness = slow.effectiveness
        self.recent = fast.correlation
        self.shift = correlation_shift(fast, slow)


@dataclass(slots=True)
class _HedgeSums:
    fast: Covariance
    slow: Covariance
    calendar: Level

    def add(self, bar: HedgeBar) -> bool:
        """Whether it had a pair of returns."""
        if bar.spread is not None:
            self.calendar.add(bar.spread)
        if bar.exposure is None or bar.cover is None:
            return False
        self.fast.add(bar.exposure, bar.cover)
        self.slow.add(bar.exposure, bar.cover)
        return True

    def copy(self) -> "_HedgeSums":
        return _HedgeSums(copy(self.fast), copy(self.slow), copy(self.calendar))
