"""Decisions and moments of a recording as lines for people, and as plain documents."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from hedgewatch.core.alert_model import Change, Transition


def moment(at: float) -> str:
    """2026-11-30T00:15:02.123Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(span: float) -> str:
    """45 s, 3 min 20 s, 2 h 5 min."""
    whole = round(span)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min {rest} s"
    return f"{span:.3g} s"


def line(told: Transition) -> str:
    """One decision in one line."""
    what = told.state.value if told.change is Change.STATE else told.change.value
    words = told.annotations.get("summary") or told.reason
    return (
        f"{moment(told.at)}  {what:<12} {told.severity.value:<8} "
        f"{told.alertname} {told.subject}: {words}"
    )


def plain(told: Transition) -> dict[str, Any]:
    """All of a decision, for JSON."""
    return {
        "at": moment(told.at),
        "alertname": told.alertname,
        "scope": told.subject.scope.value,
        "subject": str(told.subject),
        "state": told.state.value,
        "change": told.change.value,
        "severity": told.severity.value,
        "episode": told.episode,
        "reason": told.reason,
        "labels": dict(told.labels),
        "annotations": dict(told.annotations),
        "values": jsonable(told.values),
    }


def jsonable(values: Mapping[str, float | bool | None]) -> dict[str, float | bool | str | None]:
    """±inf as the texts "inf" and "-inf", as in the rest of what we tell."""
    return {
        name: value if value is None or isfinite(value) else str(value)
        for name, value in values.items()
    }
