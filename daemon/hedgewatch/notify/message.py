"""An alert in plain words, for a tired person: what, where, how bad, since when, what to do."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite

from hedgewatch.core.model import AlertState, EndReason, Transition
from hedgewatch.notify.outgoing import Notification

TITLE_BYTES = 200
BODY_BYTES = 3000
_ELLIPSIS = "…"
_ALARMING_ENDS = frozenset(reason.value for reason in EndReason if not reason.calm)
_SHOWN_ELSEWHERE = frozenset({"summary", "description", "resolved", "runbook_url"})


def title(notification: Notification) -> str:
    """One line: `CRITICAL MarginDanger: main/USDT`."""
    transition = notification.transition
    alert = f"{transition.alertname}: {transition.subject}"
    return clip(clean(f"{_headline(notification)} {alert}").replace("\n", " "), TITLE_BYTES)


def body(notification: Notification) -> str:
    """A few lines; the most important first, because a phone shows only those."""
    return clip("\n".join(filter(None, map(clean, _lines(notification)))), BODY_BYTES)


def is_alarming_end(transition: Transition) -> bool:
    """Whether the subject ended in a way that somebody has to look at, liquidated for one."""
    return transition.state is AlertState.ENDED and transition.reason in _ALARMING_ENDS


def plain(notification: Notification) -> Notification:
    """The least that says it, in ASCII: what a receiver gets that rejected the whole message."""
    words = title(notification).encode("ascii", "replace").decode()
    bare = replace(
        notification.transition, annotations={"summary": words}, labels={}, values={}, reason=""
    )
    return replace(notification, transition=bare)


def clean(text: str) -> str:
    """Without control characters, unpaired surrogates, or marks that reorder or hide text."""
    spaced = text.replace("\t", " ").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(
        sign for sign in spaced if sign == "\n" or not unicodedata.category(sign).startswith("C")
    )


def clip(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, cut between characters, with an ellipsis where it was cut."""
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    kept = encoded[: limit - len(_ELLIPSIS.encode())]
    return kept.decode(errors="ignore") + _ELLIPSIS


def rfc3339(at: float) -> str:
    """A moment in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def spoken(seconds: float) -> str:
    """A duration as one says it: `45 s`, `12 min`, `3 h 05 min`."""
    whole = max(0, int(seconds))
    if whole < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def _headline(notification: Notification) -> str:
    transition = notification.transition
    severity = transition.severity.value.upper()
    match transition.state:
        case AlertState.RESOLVED:
            return "RESOLVED"
        case AlertState.ENDED:
            why = transition.reason.replace("_", " ") or "unknown"
            return f"{severity} ENDED ({why})" if is_alarming_end(transition) else f"ENDED ({why})"
        case AlertState.FIRING if notification.reminder:
            return f"STILL {severity}"
        case AlertState.FIRING:
            return severity
        case AlertState.PENDING | AlertState.INACTIVE:
            return transition.state.value.upper()


def summary(transition: Transition) -> str:
    """What it is about in one line: what is over has words of its own where the rule gives them."""
    texts = transition.annotations
    over = texts.get("resolved", "") if transition.state is AlertState.RESOLVED else ""
    return over or texts.get("summary", "")


def _lines(notification: Notification) -> Iterator[str]:
    transition = notification.transition
    yield summary(transition)
    if transition.state is not AlertState.RESOLVED:
        yield transition.annotations.get("description", "")
    yield _values(transition.values)
    lasted = spoken(transition.at - transition.active_since)
    began = datetime.fromtimestamp(transition.active_since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    since = "since" if transition.state is AlertState.FIRING else "began"
    yield f"{since} {began} ({lasted})"
    for name, text in transition.annotations.items():
        if name not in _SHOWN_ELSEWHERE:
            yield f"{name}: {text}"
    if transition.state is not AlertState.RESOLVED:
        yield transition.annotations.get("runbook_url", "")


def _values(values: Mapping[str, float | bool | None]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in sorted(values.items()))


def _value(value: float | bool | None) -> str:  # noqa: FBT001 - a measure may be yes or no
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isfinite(value) else "-∞" if value < 0 else "∞"
