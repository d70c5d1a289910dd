"""Hours and windows in which lesser alerts are not told, as the configuration says them.

What is critical, and what must never be kept quiet, passes all of them.
"""

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hedgewatch.core.alert_model import Severity
from hedgewatch.notify.routing import Matching
from hedgewatch.notify.silences import Silenceable
from hedgewatch.settings import Name, Timezone

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIMES = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_WHOLE_DAY = 24 * 60


def _times(text: str) -> str:
    if not _TIMES.fullmatch(text) or max(_minutes(text)) > _WHOLE_DAY:
        raise ValueError("must read like 22:00-07:00")
    if len(set(_minutes(text))) == 1:
        raise ValueError("must begin and end at two times: the whole day is 00:00-24:00")
    return text


def _minutes(text: str) -> tuple[int, int]:
    parts = [int(number) for number in re.findall(r"\d+", text)]
    return parts[0] * 60 + parts[1], parts[2] * 60 + parts[3]


def _moment(text: object) -> float:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("must be a moment with its offset, like 2026-12-01T20:00:00Z")
    return moment.timestamp()


Moment = Annotated[float, BeforeValidator(_moment)]
"""A moment in epoch seconds, written as RFC 3339 has it."""


class QuietHoursSettings(Matching):
    """Hours of the wall clock in `timezone`; those that pass midnight belong to the day on which
    they begin. When the clocks are turned, they follow the wall.
    """

    name: Name
    times: Annotated[str, AfterValidator(_times)] = "00:00-24:00"
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = _DAYS
    timezone: Timezone = "UTC"

    @model_validator(mode="after")
    def _mute_something(self) -> Self:
        _check_meant(self)
        return self

    def covers(self, alert: Silenceable, now: float) -> bool:
        """Whether this alert is kept quiet now."""
        return _may_wait(alert) and self.hold(now) and self.means(alert)

    def hold(self, now: float) -> bool:
        """Whether it is such an hour."""
        local = datetime.fromtimestamp(now, ZoneInfo(self.timezone))
        minute = local.hour * 60 + local.minute
        begins, ends = _minutes(self.times)
        if begins < ends:
            return begins <= minute < ends and self._on(local)
        late = minute >= begins and self._on(local)
        return late or (minute < ends and self._on(local - timedelta(days=1)))

    def _on(self, local: datetime) -> bool:
        return _DAYS[local.weekday()] in self.days


class MaintenanceSettings(Matching):
    """A window from one moment to another, in which what is expected is not told."""

    name: Name
    begins: Annotated[Moment, Field(alias="from")]
    until: Moment

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.until <= self.begins:
            raise ValueError("a window ends after it began: until must be later than from")
        _check_meant(self)
        return self

    def covers(self, alert: Silenceable, now: float) -> bool:
        """Whether this alert is kept quiet now."""
        return _may_wait(alert) and self.begins <= now < self.until and self.means(alert)


def _check_meant(window: Matching) -> None:
    if window.match.get("severity") == Severity.CRITICAL:
        raise ValueError("match: critical alerts are told at any hour: this would mute nothing")


def _may_wait(alert: Silenceable) -> bool:
    return alert.silenceable and alert.severity is not Severity.CRITICAL
