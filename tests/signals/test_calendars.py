import pytest

from hedgewatch.core.events import Appointment
from hedgewatch.signals.calendars import written
from hedgewatch.signals.ics import appointments
from hedgewatch.signals.picking import OddSignalError
from hedgewatch.signals.settings import AppointmentSettings, CalendarSettings

NOW = 1_764_547_200.0  # 2025-12-01T00:00:00Z
DAY = 86_400.0


def ics(*lines: str) -> bytes:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a test//EN")
    return "\r\n".join((*head, *lines, "END:VCALENDAR", "")).encode()


def event(summary: str, *lines: str) -> tuple[str, ...]:
    head = (f"UID:{summary}", "DTSTAMP:20251101T000000Z", f"SUMMARY:{summary}")
    return ("BEGIN:VEVENT", *head, *lines, "END:VEVENT")


def test_what_is_written_in_the_configuration_is_in_its_time_zone() -> None:
    plain = AppointmentSettings(summary="FOMC", starts="2025-12-01 13:00", ends="2025-12-01 14:00")
    zoned = AppointmentSettings(summary="unlock", starts="2025-12-01T00:00Z")
    settings = CalendarSettings(name="c", timezone="Europe/Berlin", events=(plain, zoned))
    assert written(settings) == (
        Appointment(NOW, NOW, "unlock"),
        Appointment(NOW + 12 * 3600, NOW + 13 * 3600, "FOMC"),
    )


def test_an_event_of_a_file_is_where_its_zone_puts_it() -> None:
    content = ics(*event("ALT unlock", "DTSTART:20251202T120000Z", "DTEND:20251202T130000Z"))
    (found,) = appointments(content, "UTC", NOW)
    assert found == Appointment(NOW + 1.5 * DAY, NOW + 1.5 * DAY + 3600, "ALT unlock")


def test_a_repeated_event_comes_each_time_and_a_whole_day_begins_at_its_midnight() -> None:
    weekly = event("review", "DTSTART:20251103T080000Z", "RRULE:FREQ=WEEKLY;COUNT=9")
    day = event("holiday", "DTSTART;VALUE=DATE:20251225")
    found = appointments(ics(*weekly, *day), "Europe/Berlin", NOW)
    assert [each.summary for each in found] == [*["review"] * 4, "holiday", "review"]
    assert found[0].starts == NOW + 8 * 3600
    assert found[4] == Appointment(NOW + 24 * DAY - 3600, NOW + 25 * DAY - 3600, "holiday")


def test_what_is_cancelled_does_not_come_and_what_goes_on_does() -> None:
    off = event("off", "DTSTART:20251202T120000Z", "STATUS:CANCELLED")
    runs = event("runs", "DTSTART:20251130T230000Z", "DTEND:20251201T010000Z")
    assert [each.summary for each in appointments(ics(*off, *runs), "UTC", NOW)] == ["runs"]


@pytest.mark.parametrize("content", [b"", b"hello", b"BEGIN:VCALENDAR", b"\xff\xfe\x00"])
def test_what_is_no_calendar_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(OddSignalError, match="no iCalendar file"):
        appointments(content, "UTC", NOW)


@pytest.mark.parametrize(
    "rule",
    [
        *("FREQ=DAILY;INTERVAL=0", "FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=5"),
        f"FREQ=HOURLY;BYMINUTE={','.join(map(str, range(60)))}",
    ],
)
def test_an_event_that_would_be_followed_for_hours_is_refused(rule: str) -> None:
    content = ics(*event("endless", "DTSTART:19700101T000000Z", f"RRULE:{rule}"))
    with pytest.raises(OddSignalError, match="repeats by the minute, or never moves on"):
        appointments(content, "UTC", NOW)


@pytest.mark.parametrize(
    ("begin", "rule", "alike"),
    [
        ("1970", "HOURLY", 1),
        ("0001", "DAILY", 1),
        ("2000", "DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,15,30,45", 1),
        ("2020", "DAILY", 200),
    ],
)
def test_repetitions_that_nobody_waits_for_to_be_counted_are_refused(
    begin: str, rule: str, alike: int
) -> None:
    lines = (f"DTSTART:{begin}0101T000000Z", f"RRULE:FREQ={rule}")
    each = [event(f"e{number}", *lines) for number in range(alike)]
    with pytest.raises(OddSignalError, match="repeat too often since they began"):
        appointments(ics(*(line for lines in each for line in lines)), "UTC", NOW)


def test_very_many_that_are_over_cost_nothing() -> None:
    over = ("UNTIL=20200601T000000Z", "COUNT=9")
    each = [
        event(f"e{number}", "DTSTART:20200101T000000Z", f"RRULE:FREQ=DAILY;{over[number % 2]}")
        for number in range(200)
    ]
    assert appointments(ics(*(line for lines in each for line in lines)), "UTC", NOW) == ()


def test_of_very_many_events_the_next_ones_are_told() -> None:
    hourly = ("DTSTART:20251201T000000Z", "RRULE:FREQ=HOURLY")
    each = [event(f"e{number}", *hourly) for number in range(60)]
    found = appointments(ics(*(line for lines in each for line in lines)), "UTC", NOW)
    assert len(found) == 1000
    assert found[0].starts == NOW
    assert found[-1].starts == NOW + 1000 // 60 * 3600
    alike = [line.replace("SUMMARY:e", "SUMMARY:e\r\nX:") for lines in each for line in lines]
    assert len(appointments(ics(*alike), "UTC", NOW)) < 100


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:00010101T000000Z", "DTEND:99991231T235959Z"),
        ("DTSTART:20251201T000000Z", "RRULE:FREQ=DAILY;INTERVAL=99999999999999999999"),
        ("DTSTART:20251201T000000Z", "DURATION:P99999999999D"),
        ("DTSTART:20251203T000000Z", "RRULE:INTERVAL=1"),
        ("SUMMARY:without a time",),
    ],
)
def test_times_beyond_all_calendars_are_odd_and_end_nothing(lines: tuple[str, ...]) -> None:
    with pytest.raises(OddSignalError, match="no iCalendar file"):
        appointments(ics(*event("odd", *lines)), "UTC", NOW)
