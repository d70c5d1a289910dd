"""Alerts as a table on a terminal. What is acknowledged or silenced says by whom and until when."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.message import clean

Alert = Mapping[str, Any]

_WORST_FIRST = ("critical", "warning", "info")
_SHOWN_EPISODE = 8


def alert_lines(alerts: Iterable[Alert]) -> list[str]:
    """A heading and a line an alert, the worst first, the longest standing first among equals."""
    rows = [_row(alert) for alert in sorted(alerts, key=_order)]
    if not rows:
        return []
    return columns([("state", "severity", "alert", "subject", "since", "episode", ""), *rows])


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Texts side by side, each column as wide as its widest."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def moment(at: float | None) -> str:
    """A time, to the second."""
    return "" if at is None else f"{rfc3339(at)[:19].replace('T', ' ')}Z"


def _row(alert: Alert) -> tuple[str, ...]:
    since = alert.get("fired_at") or alert.get("active_since")
    cells = (
        alert["alertstate"],
        alert["severity"],
        alert["alertname"],
        alert["subject"],
        moment(since),
        alert["episode"][:_SHOWN_EPISODE],
        "; ".join(_said(alert)),
    )
    return tuple(clean(str(cell)) for cell in cells)


def _said(alert: Alert) -> Iterable[str]:
    if seen := alert.get("acknowledged"):
        until = f" until {moment(seen['until'])}" if seen["until"] is not None else ""
        comment = f": {seen['comment']}" if seen["comment"] else ""
        yield f"acknowledged by {seen['by']}{until}{comment}"
    if silence := alert.get("silence"):
        yield f"silenced by {silence['by']} until {moment(silence['ends_at'])}"
    if calm := alert.get("calm_since"):
        yield f"calm since {moment(calm)}, resolved if that lasts"
    if summary := summary_of(alert):
        yield summary


def summary_of(alert: Alert) -> str:
    """What it is about in one line; of what is calm for now the rule has other words."""
    texts = alert.get("annotations") or {}
    calm = texts.get("resolved") if alert.get("calm_since") else ""
    return str(calm or texts.get("summary") or alert.get("reason") or "")


def _order(alert: Alert) -> tuple[int, float]:
    severity = alert["severity"]
    place = _WORST_FIRST.index(severity) if severity in _WORST_FIRST else len(_WORST_FIRST)
    return place, alert.get("active_since") or 0.0
