"""The windows of one row: those that loaded rules read, each once."""

from collections.abc import Iterable
from typing import Any

from hedgewatch.core.expression import value_of, windowing_of
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.windows.window import Window

_NOTHING_YET = Unknown("nothing is kept of it yet", 0.0)


class _Reading:
    """One windowed name: a function of one measure and its window."""

    __slots__ = ("function", "measure", "window")

    def __init__(self, function: str, measure: str, window: Window) -> None:
        self.function = function
        self.measure = measure
        self.window = window


class Windows:
    """Functions of one measure and one time share one window."""

    __slots__ = ("_kept", "_readings")

    def __init__(self) -> None:
        self._kept: dict[tuple[str, float], Window] = {}
        self._readings: dict[str, _Reading] = {}

    def want(self, names: Iterable[str]) -> None:
        """Keep what these windowed names need, and nothing else; what is kept already goes on."""
        before, self._kept, self._readings = self._kept, {}, {}
        for name in names:
            windowing = windowing_of(name)
            if windowing is None:
                raise ValueError(f"not windowed: {name}")
            key = windowing.measure, windowing.seconds
            window = self._kept.get(key) or before.get(key) or Window(windowing.seconds)
            window.serve(windowing.function)
            self._kept[key] = window
            self._readings[name] = _Reading(windowing.function, windowing.measure, window)

    def sample(self, row: Any, now: float) -> None:
        """Take what the row holds now into each window."""
        for (measure, _), window in self._kept.items():
            window.sample(value_of(row, measure), now)

    def value(self, row: Any, name: str) -> Known | bool:
        """What a windowed name is now."""
        reading = self._readings.get(name)
        if reading is None:
            return _NOTHING_YET
        now = value_of(row, reading.measure)
        answer: Known = getattr(reading.window, reading.function)(now)
        return answer

    def __bool__(self) -> bool:
        return bool(self._kept)
