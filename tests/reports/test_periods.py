"""Days by the wall, and when a report is due: also where the clocks are turned."""

from datetime import UTC, date, datetime, time

import pytest

from hedgewatch.reports.periods import Due, Kind, Period, latest_over, named_period

BERLIN = "Europe/Berlin"


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 29), 24)],
)
def test_a_day_has_as_many_hours_as_its_wall_shows(day: date, hours: int) -> None:
    period = Period(kind=Kind.DAILY, last=day, timezone=BERLIN)
    assert period.ends - period.begins == hours * 3_600.0


def test_a_week_is_seven_days_of_the_wall() -> None:
    week = Period(kind=Kind.WEEKLY, last=date(2026, 11, 1), timezone=BERLIN)
    assert (week.first, week.name) == (date(2026, 10, 26), "26 October to 1 November 2026")
    assert week.ends - week.begins == 7 * 86_400.0
    assert Period(kind=Kind.DAILY, last=date(2026, 11, 29), timezone=BERLIN).name == (
        "Sunday 29 November 2026"
    )


def test_the_last_day_that_is_over_is_the_one_before_today_there() -> None:
    late = moment("2026-11-29T23:30")  # 00:30 on the 30th in Berlin
    assert latest_over(Kind.DAILY, BERLIN, late).last == date(2026, 11, 29)
    assert latest_over(Kind.DAILY, "UTC", late).last == date(2026, 11, 28)
    assert named_period(Kind.DAILY, "today", BERLIN, late).last == date(2026, 11, 30)
    assert named_period(Kind.WEEKLY, "2026-11-01", BERLIN, late).last == date(2026, 11, 1)


def test_a_report_is_due_at_its_time_and_of_the_day_before() -> None:
    daily = Due(kind=Kind.DAILY, at=time(8, 0), timezone=BERLIN)
    at, period = daily.last(moment("2026-11-30T07:00"))
    assert (at, period.last) == (moment("2026-11-30T07:00"), date(2026, 11, 29))
    at, period = daily.last(moment("2026-11-30T06:59"))
    assert (at, period.last) == (moment("2026-11-29T07:00"), date(2026, 11, 28))


def test_a_review_is_due_on_its_weekday_of_the_seven_days_before() -> None:
    weekly = Due(kind=Kind.WEEKLY, at=time(8, 0), timezone="UTC", weekday=0)
    for now in ("2026-11-30T08:00", "2026-12-06T23:00", "2026-12-07T07:59"):
        at, period = weekly.last(moment(now))
        assert (at, period.first) == (moment("2026-11-30T08:00"), date(2026, 11, 23))


def test_a_time_that_the_clocks_skip_comes_when_they_have() -> None:
    early = Due(kind=Kind.DAILY, at=time(2, 30), timezone=BERLIN)
    at, period = early.last(moment("2026-03-29T01:30"))
    assert (at, period.last) == (moment("2026-03-29T01:30"), date(2026, 3, 28))


def test_a_time_that_the_clocks_repeat_comes_once() -> None:
    twice = Due(kind=Kind.DAILY, at=time(2, 30), timezone=BERLIN)
    first = twice.last(moment("2026-10-25T00:30"))
    assert first == twice.last(moment("2026-10-25T01:30"))
    assert first[0] == moment("2026-10-25T00:30")
