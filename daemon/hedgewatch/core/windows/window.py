"""The recent past of one number: a ring of samples, and what rules ask of them.

A window of up to an hour has a sample for each second, a longer one 3,600. It takes 8 bytes a
sample (one hour: 29 KB), 2 more each where its lowest or highest is asked for.
"""

from array import array
from collections.abc import Iterator
from math import floor, nan

from hedgewatch.core.expression.windowing import in_units
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.windows.extreme import Extreme
from hedgewatch.core.windows.sums import Sums

MOST_SAMPLES = 3_600

_FULL = 0.9
"""The part of its samples that must be known before anything is said of a window."""

_RENEWALS = 8
"""Sums are made anew so often at most while a window passes: what that takes stays O(1)."""

_LENIENCE = 1e-9
"""Of a step: a sample on the dot of its moment belongs to it, however that was rounded."""


class Window:
    """Samples on a grid of moments; a moment without one is a hole, never 0.

    One more sample is kept than the window has, for what it began with: `change` is against the
    oldest that is known, 90 to 100 % of the window ago.
    """

    __slots__ = (
        "_doubt", "_highest", "_known", "_lowest", "_oldest", "_reason", "_renewed", "_samples",
        "_slot", "_step", "_sums", "_wanted",
    )  # fmt: skip

    def __init__(self, seconds: float) -> None:
        self._wanted = int(min(seconds, MOST_SAMPLES))
        self._step = seconds / self._wanted
        self._reason = f"less than nine tenths of the last {in_units(seconds)} is known"
        self._sums: Sums | None = None
        self._lowest: Extreme | None = None
        self._highest: Extreme | None = None
        self._begin(0.0)
        self._slot = -1

    def serve(self, function: str) -> None:
        """Keep what a function needs from now on, beginning with the samples that there are."""
        if function in ("average", "zscore") and self._sums is None:
            self._sums = Sums(list(self._values()))
        if function == "lowest" and self._lowest is None:
            self._lowest = self._extreme(1.0)
        if function == "highest" and self._highest is None:
            self._highest = self._extreme(-1.0)

    def sample(self, value: Known, now: float) -> None:
        """What the number is now; of one moment the first counts."""
        slot = floor(now / self._step + _LENIENCE)
        if slot <= self._slot:
            return
        if slot - self._slot > self._wanted:
            self._begin(now)
        else:
            for missed in range(self._slot + 1, slot):
                self._take(missed, nan)
        self._take(slot, nan if isinstance(value, Unknown) else float(value))
        self._judge(now)

    def change(self, value: Known) -> Known:
        """The value of now less the oldest."""
        if self._doubt is not None or isinstance(value, Unknown):
            return self._doubt or value
        return self._defined(value - self._samples[self._oldest % len(self._samples)])

    def rate(self, value: Known) -> Known:
        """The change per second, over as long as it took."""
        change = self.change(value)
        if isinstance(change, Unknown):
            return change
        return change / ((self._slot - self._oldest) * self._step)

    def average(self, _value: Known) -> Known:
        if self._doubt is not None or self._sums is None:
            return self._doubt or _NOT_SERVED
        return self._defined(self._sums.mean)

    def lowest(self, _value: Known) -> Known:
        if self._doubt is not None or self._lowest is None:
            return self._doubt or _NOT_SERVED
        return self._lowest.value

    def highest(self, _value: Known) -> Known:
        if self._doubt is not None or self._highest is None:
            return self._doubt or _NOT_SERVED
        return self._highest.value

    def zscore(self, value: Known) -> Known:
        """By how many standard deviations of the window the value of now is above its average."""
        if self._doubt is not None or isinstance(value, Unknown) or self._sums is None:
            return self._doubt or (value if isinstance(value, Unknown) else _NOT_SERVED)
        return self._defined((value - self._sums.mean) / self._sums.deviation)

    def _begin(self, now: float) -> None:
        """Nothing is known of the past."""
        self._samples = array("d", [nan]) * (self._wanted + 1)
        self._known = self._renewed = self._oldest = 0
        self._doubt: Unknown | None = Unknown(self._reason, now)
        self._sums = self._sums and Sums(())
        self._lowest = self._lowest and Extreme(self._samples, 1.0)
        self._highest = self._highest and Extreme(self._samples, -1.0)

    def _take(self, slot: int, value: float) -> None:
        """The next sample, NaN for a hole: one leaves, and one is forgotten."""
        size = len(self._samples)
        leaving = (slot - self._wanted) % size
        if self._is_known(leaving):
            self._leave(leaving)
        self._samples[slot % size] = value
        if value == value:  # noqa: PLR0124 (NaN)
            self._enter(slot % size)
        self._slot = slot
        self._oldest = max(self._oldest, slot - self._wanted)
        while self._oldest <= slot and not self._is_known(self._oldest % size):
            self._oldest += 1

    def _is_known(self, position: int) -> bool:
        return self._samples[position] == self._samples[position]

    def _enter(self, position: int) -> None:
        self._known += 1
        if self._sums is not None:
            self._sums.enter(self._samples[position])
        for extreme in (self._lowest, self._highest):
            if extreme is not None:
                extreme.enter(position)

    def _leave(self, position: int) -> None:
        self._known -= 1
        if self._sums is not None:
            self._sums.leave(self._samples[position])
        for extreme in (self._lowest, self._highest):
            if extreme is not None:
                extreme.leave(position)

    def _judge(self, now: float) -> None:
        """Whether enough is known, and whether the sums are still good."""
        if self._known >= _FULL * self._wanted:
            self._doubt = None
        elif self._doubt is None:
            self._doubt = Unknown(self._reason, now)
        sums = self._sums
        due = self._renewed + self._wanted // _RENEWALS
        if sums is not None and sums.worn and not self._renewed <= self._slot < due:
            self._renewed = self._slot
            sums.renew(list(self._values()))

    def _values(self) -> Iterator[float]:
        """The known samples of the window, oldest first."""
        for position in self._positions():
            if self._is_known(position):
                yield self._samples[position]

    def _positions(self) -> Iterator[int]:
        slots = range(self._slot - self._wanted + 1, self._slot + 1)
        return (slot % len(self._samples) for slot in slots)

    def _extreme(self, sign: float) -> Extreme:
        extreme = Extreme(self._samples, sign)
        for position in self._positions():
            if self._is_known(position):
                extreme.enter(position)
        return extreme

    @staticmethod
    def _defined(value: float) -> Known:
        return value if value == value else _UNDEFINED  # noqa: PLR0124 (NaN)


_UNDEFINED = Unknown("not defined: it never moved, or was infinite", 0.0)
_NOT_SERVED = Unknown("nothing is kept of it yet", 0.0)
