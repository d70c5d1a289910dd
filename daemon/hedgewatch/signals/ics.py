"""Reads iCalendar files. It imports what takes a while: import it when there is such a file."""

from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from hedgewatch.core.events import Appointment
from hedgewatch.signals.calendars import days, seconds_of
from hedgewatch.signals.picking import OddSignalError

_AHEAD_DAYS = 90
_MOST = 1000
_LONGEST_SUMMARY = 200


def appointments(content: bytes, timezone: str, now: float) -> tuple[Appointment, ...]:
    """The events of the next 90 days, repeated ones each time, and those that are going on."""
    zone = ZoneInfo(timezone)
    try:
        calendar = icalendar.Calendar.from_ical(content)
        found = recurring_ical_events.of(calendar).between(*days(now, _AHEAD_DAYS))
        told = sorted(_appointment(event, zone) for event in found if _holds(event))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise OddSignalError(f"it is no iCalendar file: {type(error).__name__}") from None
    return tuple(told[:_MOST])


def _holds(event: icalendar.Event) -> bool:
    return str(event.get("STATUS", "")).upper() != "CANCELLED"


def _appointment(event: icalendar.Event, zone: ZoneInfo) -> Appointment:
    starts, ends = seconds_of(event.start, zone), seconds_of(event.end, zone)
    summary = " ".join(str(event.get("SUMMARY", "an event")).split())
    return Appointment(starts, max(starts, ends), summary[:_LONGEST_SUMMARY])
