"""Calendars as their owner wrote them, and as files of iCalendar (RFC 5545) have them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hedgewatch.core.events import Appointment
from hedgewatch.signals.settings import AppointmentSettings, CalendarSettings


def written(settings: CalendarSettings) -> tuple[Appointment, ...]:
    """The events that stand in the configuration."""
    zone = ZoneInfo(settings.timezone)
    return tuple(sorted(_written(event, zone) for event in settings.events))


def _written(event: AppointmentSettings, zone: ZoneInfo) -> Appointment:
    starts = seconds_of(datetime.fromisoformat(event.starts), zone)
    ends = starts if event.ends is None else seconds_of(datetime.fromisoformat(event.ends), zone)
    return Appointment(starts, ends, event.summary)


def seconds_of(moment: date, zone: ZoneInfo | timezone) -> float:
    """Epoch seconds of a moment, or of the beginning of a day, in a zone where it names none."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return moment.replace(tzinfo=moment.tzinfo or zone).timestamp()


def days(since: float, count: int) -> Iterator[datetime]:
    """The two ends of so many days from a moment on."""
    begin = datetime.fromtimestamp(since, tz=ZoneInfo("UTC"))
    yield begin
    yield begin + timedelta(days=count)
