"""Many alerts in as many lines."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from hedgewatch.core.alert_model import AlertState, Transition

_MOST_LINES = 40


def digest_lines(alerts: Sequence[Transition]) -> Iterator[str]:
    """`WARNING HedgeDrift ai-basket since 12:03 UTC: …`, and when what is over was."""
    for alert in alerts[:_MOST_LINES]:
        yield _line(alert)
    if len(alerts) > _MOST_LINES:
        yield f"… and {len(alerts) - _MOST_LINES} more"


def _line(alert: Transition) -> str:
    name = f"{alert.alertname} {alert.subject}"
    if alert.state is AlertState.FIRING:
        told = alert.annotations.get("summary", "")
        line = f"{alert.severity.value.upper()} {name} since {_moment(alert.active_since)}"
        return f"{line}: {told}" if told else line
    why = f", {alert.reason.replace('_', ' ')}" if alert.reason else ""
    return f"over: {name}, {_moment(alert.active_since)} to {_moment(alert.at)}{why}"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %H:%M UTC")
