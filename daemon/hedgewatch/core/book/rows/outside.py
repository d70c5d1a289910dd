"""Signals and calendars, and how a signal moves with what is held."""

from collections.abc import Iterator
from itertools import chain
from math import inf

from hedgewatch.core.book.rows.row import NOT_YET, Cells, Row
from hedgewatch.core.events import Appointment
from hedgewatch.core.expression import cell
from hedgewatch.core.model import Known, Scope, SignalPlan, Subject
from hedgewatch.core.statistics.moments import Covariance, not_warm

HALF_LIFE = 100.0
"""Of the correlation with a signal, in samples: it is told from the thirtieth on."""


class SignalRow(Row):
    """One number from outside. `heard_at` is when it was true last, None before it was heard of."""

    __slots__ = (
        "heard_at", "plan", "sampled", "signal_age_seconds", "signal_reason", "signal_unit",
        "signal_up", "signal_value", "told",
    )  # fmt: skip

    def __init__(self, plan: SignalPlan) -> None:
        super().__init__(Subject(Scope.SIGNAL, (("signal", plan.name),)))
        self.plan = plan
        self.signal_unit = plan.unit
        self.told = 0.0
        self.heard_at: float | None = None
        self.signal_value: Known = NOT_YET
        self.signal_age_seconds: Known = NOT_YET
        self.signal_up = False
        self.signal_reason = "nothing was heard yet"
        self.sampled: tuple[int, Known] = (0, NOT_YET)


class CorrelationRow(Row):
    """How a signal and an asset move together. `price` is the asset's at the last sample."""

    __slots__ = ("_moments", "price", "signal_correlation")

    def __init__(self, signal: str, asset: str) -> None:
        super().__init__(Subject(Scope.CORRELATION, (("signal", signal), ("asset", asset))))
        self._moments = Covariance(HALF_LIFE)
        self.price: float | None = None
        self.signal_correlation: Known = not_warm(0)

    def add(self, change: float, gain: float) -> None:
        """The change of the signal and the return of the asset over one sample."""
        self._moments.add(change, gain)
        self.signal_correlation = self._moments.correlation
        self.observed += 1


class CalendarRow(Row):
    """The appointments that are not over. `event` is what the next one, or the present one, is."""

    __slots__ = ("appointments", "calendar_reason", "event", "event_in_seconds", "event_running")

    def __init__(self, name: str) -> None:
        super().__init__(Subject(Scope.CALENDAR, (("calendar", name),)))
        self.appointments: tuple[Appointment, ...] | None = None
        self.calendar_reason = "it was not read yet"
        self.event = ""
        self.event_in_seconds: Known = NOT_YET
        self.event_running: Known | bool = NOT_YET

    def look(self, now: float) -> None:
        """What comes next, as of now; unknown until the calendar was read once."""
        if self.appointments is None:
            return
        self.appointments = tuple(each for each in self.appointments if each.ends > now)
        coming = self.appointments[0] if self.appointments else None
        self.event = "" if coming is None else coming.summary
        self.event_in_seconds = inf if coming is None else max(0.0, coming.starts - now)
        self.event_running = self.event_in_seconds == 0.0
        self.observed += 1


class Outside:
    """All of it, by name. `cells` are the same measures as any rule asks for them."""

    __slots__ = ("calendars", "cells", "correlations", "signals")

    def __init__(self) -> None:
        self.signals: dict[str, SignalRow] = {}
        self.calendars: dict[str, CalendarRow] = {}
        self.correlations: dict[tuple[str, str], CorrelationRow] = {}
        self.cells = Cells()

    def rows(self) -> Iterator[Row]:
        """Everything that can be judged and scraped."""
        return chain(self.signals.values(), self.correlations.values(), self.calendars.values())

    def show(self) -> None:
        """Bring the cells up to date."""
        for name, signal in self.signals.items():
            self.cells[cell("signal_value", name)] = signal.signal_value
            self.cells[cell("signal_age_seconds", name)] = signal.signal_age_seconds
        for name, calendar in self.calendars.items():
            self.cells[cell("event_in_seconds", name)] = calendar.event_in_seconds
            self.cells[cell("event_running", name)] = calendar.event_running
