"""What fails again and again is said once a minute, with how many were not said."""

from dataclasses import dataclass

_EVERY = 60.0


@dataclass(slots=True)
class Complaints:
    """Which of many failures of one kind are said; `now` in seconds of any clock."""

    _said_at: float | None = None
    _unsaid: int = 0

    def say(self, now: float) -> int | None:
        """How many were left unsaid before this one, None when this one is too."""
        if self._said_at is not None and now - self._said_at < _EVERY:
            self._unsaid += 1
            return None
        unsaid, self._unsaid, self._said_at = self._unsaid, 0, now
        return unsaid

    def end(self) -> bool:
        """It works: whether there was anything to complain of."""
        complained, self._said_at, self._unsaid = self._said_at is not None, None, 0
        return complained
