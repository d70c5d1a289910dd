"""The only clock of the paper exchange; `speed` scales the story, never the wire."""

import time


def epoch_milliseconds() -> int:
    """The venue's time, as every reply and frame carries it."""
    return time.time_ns() // 1_000_000


def steady_seconds() -> float:
    """A clock that never steps, for deadlines and ticks."""
    return time.monotonic()


class StoryClock:
    """Story seconds since the beginning: wall seconds times speed; none before it."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._began: float | None = None

    @property
    def running(self) -> bool:
        """True once the story has begun."""
        return self._began is not None

    def begin(self) -> None:
        """Begin the story now."""
        self._began = steady_seconds()

    def elapsed(self) -> float:
        """How far the story has come, in its own seconds."""
        return 0.0 if self._began is None else (steady_seconds() - self._began) * self.speed
