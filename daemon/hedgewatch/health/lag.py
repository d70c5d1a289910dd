"""How late the event loop is, measured by something that should happen at a steady pace."""


class Lag:
    """Told of each turn, it knows how late the last one was, or how much the next is overdue."""

    def __init__(self, period: float, now: float) -> None:
        self._period = period
        self._due_at = now + period
        self._late = 0.0

    def turned(self, now: float) -> None:
        """What is due each `period` has happened."""
        self._late = now - self._due_at
        self._due_at = now + self._period

    def seconds(self, now: float) -> float:
        """At least 0."""
        return max(0.0, self._late, now - self._due_at)
