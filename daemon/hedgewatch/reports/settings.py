"""Which reports are made by themselves, when, and for whom."""

import re
from collections.abc import Iterator
from datetime import time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from hedgewatch.reports.periods import Due, Kind
from hedgewatch.settings import Settings, Timezone

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError("must read like 08:00")
    return text


class DailySettings(Settings):
    """The report of each day that is over, at a time of the wall in `timezone`."""

    at: Annotated[str, AfterValidator(_time)] = "08:00"
    timezone: Timezone = "UTC"
    receivers: Annotated[tuple[str, ...], Field(min_length=1)]

    def due(self) -> Due:
        """When it is to be made."""
        at = time.fromisoformat(self.at)
        return Due(kind=Kind.DAILY, at=at, timezone=self.timezone)


class WeeklySettings(DailySettings):
    """The review of seven days: those before `day`."""

    day: Day = "mon"

    def due(self) -> Due:
        """When it is to be made."""
        at, weekday = time.fromisoformat(self.at), _DAYS.index(self.day)
        return Due(kind=Kind.WEEKLY, at=at, timezone=self.timezone, weekday=weekday)


class ReportsSettings(Settings):
    """None is made by itself unless it is named here."""

    daily: DailySettings | None = None
    weekly: WeeklySettings | None = None

    def wanted(self) -> Iterator[DailySettings]:
        """Those that are named."""
        yield from filter(None, (self.daily, self.weekly))

    @property
    def timezone(self) -> str:
        """Whose midnights count for who asks for a report and names none."""
        return next((each.timezone for each in self.wanted()), "UTC")
