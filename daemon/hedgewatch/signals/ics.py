"""Reads iCalendar files. It imports what takes a while: import it when there is such a file."""

from math import inf
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from hedgewatch.core.events import Appointment
from hedgewatch.signals.calendars import days, seconds_of
from hedgewatch.signals.picking import OddSignalError

_AHEAD_DAYS = 90
_MOST = 1000
_LONGEST_SUMMARY = 200
_DAY = 86_400.0
_TOO_OFTEN, _MOST_AN_HOUR = frozenset({"SECONDLY", "MINUTELY"}), 12
"""Nobody attends more, and to count them from their beginning takes hours."""

_STEPS = {"HOURLY": 3600.0, "DAILY": _DAY, "WEEKLY": 7 * _DAY}
_MOST_COUNTED = 300_000
"""Repetitions, which are counted from the first one on: some seconds of them, each time."""


def appointments(content: bytes, timezone: str, now: float) -> tuple[Appointment, ...]:
    """The events of the next 90 days, repeated ones each time, and those that are going on: of very
    many the next ones.
    """
    zone = ZoneInfo(timezone)
    try:
        calendar = icalendar.Calendar.from_ical(content)
        _refuse_endless(calendar)
        _refuse_countless(calendar, zone, now)
        return tuple(sorted(_next(calendar, zone, now))[:_MOST])
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise OddSignalError(f"it is no iCalendar file: {type(error).__name__}") from None


def _refuse_endless(calendar: icalendar.Calendar) -> None:
    """What never moves on would be followed for ever."""
    for part in calendar.walk():
        held = part.get("RRULE", ())
        for rule in held if isinstance(held, list | tuple) else (held,):
            never = any(each < 1 for each in rule.get("INTERVAL", ()))
            often = len(rule.get("BYMINUTE", "0")) * len(rule.get("BYSECOND", "0")) > _MOST_AN_HOUR
            named = not _TOO_OFTEN.isdisjoint(str(each).upper() for each in rule["FREQ"])
            if never or often or named:
                raise OddSignalError("an event in it repeats by the minute, or never moves on")


def _refuse_countless(calendar: icalendar.Calendar, zone: ZoneInfo, now: float) -> None:
    """What would hold up the reading of this calendar for longer than it is worth."""
    counted = 0.0
    for part in calendar.walk("VEVENT"):
        held, begin = part.get("RRULE", ()), part.get("DTSTART")
        for rule in held if isinstance(held, list | tuple) else (held,):
            if begin is not None:
                counted += _repetitions(rule, seconds_of(begin.dt, zone), zone, now)
    if counted > _MOST_COUNTED:
        raise OddSignalError("its events repeat too often since they began: let them begin later")


def _repetitions(rule: icalendar.vRecur, begin: float, zone: ZoneInfo, now: float) -> float:
    """Until now, at the most: of those that come seldom none."""
    every = _STEPS.get(str(rule["FREQ"][0]).upper(), inf)
    for name in ("BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND"):
        every /= max(1, len(rule.get(name, ())))
    every *= rule.get("INTERVAL", [1])[0]
    end = min([now, *(seconds_of(until, zone) for until in rule.get("UNTIL", ()))])
    return float(min([max(0.0, end - begin) / every, *rule.get("COUNT", ())]))


def _next(calendar: icalendar.Calendar, zone: ZoneInfo, now: float) -> set[Appointment]:
    """Those of more and more days, until there are enough."""
    query, found = recurring_ical_events.of(calendar), set[Appointment]()
    day, span, seen = 0, 1, 0
    while day < _AHEAD_DAYS and seen < _MOST:
        span = min(span, _AHEAD_DAYS - day)
        events = query.between(*days(now + day * _DAY, span))
        found |= {_appointment(event, zone) for event in events if _holds(event)}
        day, span, seen = day + span, 2 * span, seen + len(events)
    return found


def _holds(event: icalendar.Event) -> bool:
    return str(event.get("STATUS", "")).upper() != "CANCELLED"


def _appointment(event: icalendar.Event, zone: ZoneInfo) -> Appointment:
    starts, ends = seconds_of(event.start, zone), seconds_of(event.end, zone)
    summary = " ".join(str(event.get("SUMMARY", "an event")).split())
    return Appointment(starts, max(starts, ends), summary[:_LONGEST_SUMMARY])
