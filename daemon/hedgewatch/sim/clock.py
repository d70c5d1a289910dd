"""The only clock of the paper exchange; `speed` scales the story, never the wire."""

import time


def epoch_milliseconds() -> int:
    """The venue's time, as every reply and frame carries it."""
    return time.time_ns() // 1_000_000


def steady_seconds() -> float:
    """A clock that never steps, for deadlines and ticks."""
    return time.monotonic()


class StoryClock:
    """Story seconds since the start: wall seconds times speed."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._started = steady_seconds()

    def restart(self) -> None:
        """Begin the story now."""
        self._started = steady_seconds()

    def elapsed(self) -> float:
        """How far the story has come, in its own seconds."""
        return (steady_seconds() - self._started) * self.speed
