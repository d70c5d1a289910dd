"""The last hour of the few numbers that the status page draws, in bounded memory.

A point each 10 s, on a grid of moments, holds the worst of the looks of those seconds (one each
second): what passes between two points is seen all the same. 360 points of 8 bytes, some 3 KB a
series; there is one of the worst margin ratio and one of the drift of each hedge. A restart begins
anew: what was not watched is a hole, and so is what was unknown.
"""

from array import array
from collections.abc import Mapping
from math import floor, isnan, nan

from hedgewatch.core.model import Known, Unknown

STEP = 10.0
POINTS = 360
BEYOND = 1e9
"""Stands for infinity, and for what is larger: no JSON has one."""


class History:
    """Series by name; one that is not looked at any more is forgotten."""

    def __init__(self) -> None:
        self._series: dict[str, array[float]] = {}
        self._worst: dict[str, float] = {}
        self._moment: int | None = None

    @property
    def ends(self) -> float:
        """The moment of the last point, epoch seconds; 0 before the first."""
        return 0.0 if self._moment is None else self._moment * STEP

    def look(self, values: Mapping[str, Known], now: float) -> bool:
        """Take what is now; whether points were added."""
        moment = floor(now / STEP)
        passed = 0 if self._moment is None else moment - self._moment
        if passed > 0:
            self._add(passed)
        if passed or self._moment is None:
            self._moment, self._worst = moment, {}
        self._series = {name: self._series.get(name, array("d")) for name in values}
        for name, value in values.items():
            if not isinstance(value, Unknown) and not isnan(value):
                self._worst[name] = max(self._worst.get(name, 0.0), value, key=abs)
        return passed > 0

    def points(self) -> dict[str, list[float | None]]:
        """Every series, the oldest point first; None is a hole."""
        return {
            name: [None if isnan(point) else point for point in series]
            for name, series in self._series.items()
        }

    def _add(self, passed: int) -> None:
        """The point of the seconds that are over, and holes for moments without a look."""
        holes = [nan] * min(passed - 1, POINTS)
        for name, series in self._series.items():
            series.append(_short(self._worst.get(name, nan)))
            series.extend(holes)
            del series[:-POINTS]


def _short(value: float) -> float:
    """Four digits are enough for a line of some pixels."""
    return float(f"{max(-BEYOND, min(BEYOND, value)):.4g}") if not isnan(value) else nan
