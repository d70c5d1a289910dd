"""Says again, at the pace of its route, that an alert is still firing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from hedgewatch.core.model import AlertState, Transition
from hedgewatch.notify.outgoing import alert_key


@dataclass(slots=True)
class _Reminder:
    transition: Transition
    period: float
    next_at: float


class Reminders:
    """The firing alerts that have a pace. It holds what they said when they last changed."""

    def __init__(self) -> None:
        self._live: dict[str, _Reminder] = {}

    def note(self, transition: Transition, period: float | None) -> None:
        """A firing alert starts its pace anew; any other state, or no period, ends it."""
        key = alert_key(transition.alertname, transition.subject)
        if transition.state is AlertState.FIRING and period is not None:
            self._live[key] = _Reminder(transition, period, transition.at + period)
        else:
            self._live.pop(key, None)

    def due(self, now: float) -> Iterator[Transition]:
        """What is to be said again now: once, however many periods were slept through."""
        for reminder in self._live.values():
            if reminder.next_at <= now:
                missed = ceil((now - reminder.next_at) / reminder.period)
                reminder.next_at += max(1, missed) * reminder.period
                yield replace(reminder.transition, at=now)
