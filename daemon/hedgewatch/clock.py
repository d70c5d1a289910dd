"""The only clock: epoch seconds that steps of the wall clock never move and suspend does.

`daemon/decisions/0003-one-clock.md` says why CLOCK_BOOTTIME, and why beside `app` and not in it.
"""

import time

# ruff: noqa: TID251  # the clock that everything else takes as an argument

CLOCK_SECONDS = 0.5
"""Between two events that say that time passes: half the 1 s of the design, so that a silent feed
is noticed within 5.5 s of its last price.
"""

EACH_SECOND = 0.9
"""What is looked at once a second is due again after so long: with every other of those events,
of which two may come a little less than a second apart.
"""


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Clock:
    """Anchored to the wall clock when it is made, then advanced by the time that really passes."""

    def __init__(self) -> None:
        self._anchor = self._wall_offset()
        self._noticed = self._anchor

    def now(self) -> float:
        """Epoch seconds."""
        return self._anchor + _since_boot()

    def wall(self) -> float:
        """Epoch seconds by the wall clock, for whoever cannot help but go by it."""
        return time.time()

    def monotonic_microseconds(self) -> int:
        """CLOCK_MONOTONIC, which systemd wants to hear at a reload."""
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000

    def step(self) -> float:
        """How far the wall clock moved by itself since the last call, in seconds."""
        offset = self._wall_offset()
        moved, self._noticed = offset - self._noticed, offset
        return moved

    @staticmethod
    def _wall_offset() -> float:
        return time.time() - _since_boot()
