"""Days and weeks on the wall of whoever reads: they have 23 or 25 hours when the clocks change."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    """What is reported of: one day, or seven."""

    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def days(self) -> int:
        return 1 if self is Kind.DAILY else 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days from midnight to midnight in `timezone`; `last` is the last of them."""

    kind: Kind
    last: date
    timezone: str

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.kind.days - 1)

    @property
    def begins(self) -> float:
        """Epoch seconds."""
        return midnight(self.first, self.timezone)

    @property
    def ends(self) -> float:
        """Epoch seconds, the midnight after it."""
        return midnight(self.last + timedelta(days=1), self.timezone)

    @property
    def name(self) -> str:
        """`Sunday 29 November 2026`, or `23 to 29 November 2026`."""
        last = f"{self.last.day} {self.last:%B %Y}"
        if self.kind is Kind.DAILY:
            return f"{self.last:%A} {last}"
        first = f"{self.first.day}"
        if self.first.month != self.last.month:
            first += f" {self.first:%B}"
        return f"{first} to {last}"


def midnight(day: date, timezone: str) -> float:
    """When a day begins there; where the clocks skip midnight, the first moment after it."""
    return datetime.combine(day, time(0), ZoneInfo(timezone)).timestamp()


def day_of(moment: float, timezone: str) -> date:
    """The day there."""
    return datetime.fromtimestamp(moment, ZoneInfo(timezone)).date()


def latest_over(kind: Kind, timezone: str, now: float) -> Period:
    """The last day that is over, or the last seven."""
    return Period(kind=kind, last=day_of(now, timezone) - timedelta(days=1), timezone=timezone)


def named_period(kind: Kind, at: str, timezone: str, now: float) -> Period:
    """That whose last day is `at`: a date, `today`, or, where it is empty, the last that is over.
    ValueError for what is no date.
    """
    if not at:
        return latest_over(kind, timezone, now)
    last = day_of(now, timezone) if at == "today" else _date(at)
    return Period(kind=kind, last=last, timezone=timezone)


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not _FIRST_YEAR <= day.year < _LAST_YEAR:
        raise ValueError(f"a date must read like 2026-11-29, or be today, found {text[:20]}")
    return day


_FIRST_YEAR, _LAST_YEAR = 2000, 2200


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """At which time of the wall a report is to be made; a weekly one on `weekday` (0: Monday)."""

    kind: Kind
    at: time
    timezone: str
    weekday: int = 0

    def last(self, now: float) -> tuple[float, Period]:
        """When it was due last (epoch seconds), and of what.

        A time that the clocks skip comes when they have; one that they repeat comes once, the
        first time.
        """
        day = day_of(now, self.timezone)
        while not self._on(day) or self._moment(day) > now:
            day -= timedelta(days=1)
        period = Period(kind=self.kind, last=day - timedelta(days=1), timezone=self.timezone)
        return self._moment(day), period

    def _on(self, day: date) -> bool:
        return self.kind is Kind.DAILY or day.weekday() == self.weekday

    def _moment(self, day: date) -> float:
        return datetime.combine(day, self.at, ZoneInfo(self.timezone)).timestamp()
