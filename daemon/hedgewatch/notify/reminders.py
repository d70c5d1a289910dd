"""Says again, at the pace of its route, that somebody has to look at an alert."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import floor

from hedgewatch.core.alert_model import Transition
from hedgewatch.notify.outgoing import alert_key


@dataclass(slots=True)
class _Reminder:
    transition: Transition
    period: float
    next_at: float


class Reminders:
    """The alerts that have a pace. It holds what they said when they last changed."""

    def __init__(self) -> None:
        self._live: dict[str, _Reminder] = {}

    def note(self, transition: Transition, period: float | None, now: float) -> None:
        """An alert keeps the pace that it began with when it was told, over restarts too; no
        period ends it.
        """
        key = alert_key(transition.alertname, transition.subject)
        if period is not None:
            self._live[key] = _Reminder(transition, period, _next(transition.at, period, now))
        else:
            self._live.pop(key, None)

    def due(self, now: float) -> Iterator[Transition]:
        """What is to be said again now: once, however many periods were slept through."""
        for reminder in self._live.values():
            if reminder.next_at <= now:
                reminder.next_at = _next(reminder.next_at, reminder.period, now)
                yield replace(reminder.transition, at=now)


def _next(since: float, period: float, now: float) -> float:
    """The first moment after now that is whole periods after `since`."""
    return since + period * (floor(max(0.0, now - since) / period) + 1)
