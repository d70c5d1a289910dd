from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from hedgewatch.core.alert_model import Severity, Transition
from hedgewatch.notify.calendar import MaintenanceSettings, QuietHoursSettings
from tests.notify.alerts import transition

WARNING = transition(alertname="HedgeDrift", severity=Severity.WARNING)


def quiet(**fields: object) -> QuietHoursSettings:
    return QuietHoursSettings.model_validate({"name": "night", **fields})


def window(**fields: object) -> MaintenanceSettings:
    span = {"from": "2026-12-01T20:00:00Z", "until": "2026-12-01T22:00:00+01:00"}
    return MaintenanceSettings.model_validate({"name": "move", **span, **fields})


def at(text: str, zone: str = "UTC", *, second_time: bool = False) -> float:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=int(second_time))
    return moment.timestamp()


@pytest.mark.parametrize(
    ("fields", "moment", "expected"),
    [
        ({"times": "22:00-07:00"}, "2026-12-01T21:59", False),
        ({"times": "22:00-07:00"}, "2026-12-01T22:00", True),
        ({"times": "22:00-07:00"}, "2026-12-02T06:59", True),
        ({"times": "22:00-07:00"}, "2026-12-02T07:00", False),
        ({"times": "09:00-17:30"}, "2026-12-01T17:29", True),
        ({"times": "09:00-17:30"}, "2026-12-01T08:59", False),
        ({"times": "22:00-24:00"}, "2026-12-01T23:59", True),
        ({"times": "22:00-24:00"}, "2026-12-02T00:00", False),
        ({"days": ["sat", "sun"]}, "2026-12-05T12:00", True),
        ({"days": ["sat", "sun"]}, "2026-12-04T12:00", False),
        # The night of Friday belongs to Friday, also after midnight.
        ({"times": "22:00-07:00", "days": ["fri"]}, "2026-12-05T03:00", True),
        ({"times": "22:00-07:00", "days": ["fri"]}, "2026-12-04T03:00", False),
        ({"times": "22:00-07:00", "days": ["fri"]}, "2026-12-05T23:00", False),
    ],
)
def test_quiet_hours_are_those_of_the_wall(
    fields: dict[str, object], moment: str, *, expected: bool
) -> None:
    assert quiet(**fields).hold(at(moment)) is expected


def test_quiet_hours_follow_the_clocks_when_they_are_turned() -> None:
    berlin = "Europe/Berlin"
    night = quiet(times="22:00-07:00", timezone=berlin)
    hours = sum(night.hold(at("2026-10-24T12:00", berlin) + 60 * n) for n in range(24 * 60)) / 60
    assert hours == 10, "the night in which an hour comes twice is longer"
    hours = sum(night.hold(at("2026-03-28T12:00", berlin) + 60 * n) for n in range(24 * 60)) / 60
    assert hours == 8, "the night that misses an hour is shorter"
    half_past_two = quiet(times="02:00-03:00", timezone=berlin)
    assert half_past_two.hold(at("2026-10-25T02:30", berlin))
    assert half_past_two.hold(at("2026-10-25T02:30", berlin, second_time=True))


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        (WARNING, True),
        (replace(WARNING, severity=Severity.CRITICAL), False),
        (replace(WARNING, silenceable=False), False),
        (replace(WARNING, alertname="BasisWide"), False),
    ],
)
def test_what_is_critical_or_must_be_heard_passes_quiet_hours_and_maintenance(
    alert: Transition, *, expected: bool
) -> None:
    meant = {"match": {"account": "main"}, "matchers": ["alertname=~Hedge.*"]}
    assert quiet(**meant).covers(alert, at("2026-12-01T20:30")) is expected
    assert window(**meant).covers(alert, at("2026-12-01T20:30")) is expected


def test_maintenance_begins_and_ends_at_its_moments() -> None:
    move = window()
    held = [at("2026-12-01T20:00:00"), at("2026-12-01T20:59:59")]
    free = [at("2026-12-01T19:59:59"), at("2026-12-01T21:00:00")]
    assert [move.covers(WARNING, moment) for moment in held] == [True, True]
    assert [move.covers(WARNING, moment) for moment in free] == [False, False]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"times": "22-7"}, "must read like 22:00-07:00"),
        ({"times": "24:30-07:00"}, "must read like 22:00-07:00"),
        ({"times": "22:00-22:00"}, "the whole day is 00:00-24:00"),
        ({"timezone": "Europe/Berlim"}, "no such timezone is known here"),
        ({"timezone": "../../etc/passwd"}, "no such timezone is known here"),
        ({"days": []}, "at least 1 item"),
        ({"days": ["monday"]}, "'mon'"),
        ({"match": {"severity": "critical"}}, "would mute nothing"),
        ({"matchers": ["severity"]}, "write NAME=VALUE"),
    ],
)
def test_quiet_hours_that_cannot_be_meant_are_refused(
    fields: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        quiet(**fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"from": "2026-12-01 20:00"}, "with its offset"),
        ({"until": "soon"}, "with its offset"),
        ({"until": 1790000000}, "with its offset"),
        ({"until": "2026-12-01T20:00:00Z"}, "until must be later than from"),
        ({"match": {"severity": "critical"}}, "would mute nothing"),
    ],
)
def test_maintenance_that_cannot_be_meant_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        window(**fields)
