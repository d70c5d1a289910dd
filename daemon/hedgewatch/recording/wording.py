"""Decisions and moments of a recording as lines for people, and as plain documents."""

from typing import Any

from hedgewatch.core.alert_model import AlertState, Change, Transition, plain_values
from hedgewatch.core.wording import rfc3339


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
    words = _words(told) or told.annotations.get("summary") or told.reason
    return (
        f"{rfc3339(told.at)}  {what:<12} {told.severity.value:<8} "
        f"{told.alertname} {told.subject}: {words}"
    )


def _words(told: Transition) -> str:
    """What is over, or calm for now, has words of its own where its rule gives them."""
    is_over = told.state is AlertState.RESOLVED or told.calm_since is not None
    return told.annotations.get("resolved", "") if is_over else ""


def plain(told: Transition) -> dict[str, Any]:
    """All of a decision, for JSON."""
    return {
        "at": rfc3339(told.at),
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
        "values": plain_values(told.values),
    }
