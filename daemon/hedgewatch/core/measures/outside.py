"""What is measured of signals and calendars: whatever happens outside of the book."""

from hedgewatch.core.expression import OUTSIDE, Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

OUTSIDE_MEASURES = (
    Measure(
        Scope.SIGNAL,
        "signal_value",
        OUTSIDE["signal_value"],
        "The number that a signal told last, unknown once it is too old.",
        "hedgewatch_signal_value",
    ),
    Measure(
        Scope.SIGNAL,
        "signal_age_seconds",
        OUTSIDE["signal_age_seconds"],
        "How old the number is that a signal told last.",
        "hedgewatch_signal_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.SIGNAL,
        "signal_up",
        Unit.BOOLEAN,
        "The signal tells a number that is not too old.",
        "hedgewatch_signal_up",
    ),
    Measure(
        Scope.CORRELATION,
        "signal_correlation",
        Unit.NUMBER,
        "How the changes of a signal go with the returns of an asset, -1 to 1.",
        "hedgewatch_signal_correlation",
        lowest=-1.0,
        highest=1.0,
    ),
    Measure(
        Scope.CALENDAR,
        "event_in_seconds",
        OUTSIDE["event_in_seconds"],
        "Time until the next event of a calendar, 0 while one runs, infinite: none.",
        "hedgewatch_event_in_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.CALENDAR,
        "event_running",
        OUTSIDE["event_running"],
        "An event of the calendar is going on.",
        "hedgewatch_event_running",
    ),
)
