"""An alert in plain words, for a tired person: what, where, how bad, since when, what to do."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from types import MappingProxyType

from hedgewatch.core.alert_model import Acknowledgement, AlertState, Change, Transition
from hedgewatch.core.model import EndReason
from hedgewatch.core.wording import figure, spoken
from hedgewatch.notify.digest_lines import digest_lines
from hedgewatch.notify.outgoing import DIGEST, Notification
from hedgewatch.notify.report import REPORT

TITLE_BYTES = 200
BODY_BYTES = 3000
_ELLIPSIS = "…"
OVER = "resolved"
"""The annotation that is said in place of summary and description when it is over."""

_SHOWN_ELSEWHERE = frozenset({"summary", "description", OVER, "runbook_url", "status_url"})
_WORD_OF_CHANGE: Mapping[Change, str] = MappingProxyType(
    {
        Change.STATE: "{severity}",
        Change.WORSE: "{severity}, WORSE",
        Change.ACKNOWLEDGED: "ACKNOWLEDGED",
        Change.LAPSED: "{severity}, NO LONGER ACKNOWLEDGED",
    }
)
_WHAT_ENDED: Mapping[str, str] = MappingProxyType(
    {
        EndReason.LIQUIDATED: (
            "The venue liquidated it. What it covered is open now: look at the account, and at "
            "the hedge."
        ),
        EndReason.AUTO_DELEVERAGED: (
            "The venue closed it against another trader's loss and paid the profit out. What it "
            "covered is open now: restore the cover, or reduce what it covered."
        ),
        EndReason.UNKNOWN: "It is gone, and nobody has said why: look at the account at once.",
        EndReason.CLOSED: "It was closed.",
        EndReason.EXPIRED: "The contract ended: what it covered is open now.",
        EndReason.SETTLED: "The venue settled and delisted it: what it covered is open now.",
        EndReason.TRANSFERRED: "It was transferred.",
        EndReason.FLIPPED: "It was turned around: its other side is watched anew.",
        EndReason.REGROUPED: (
            "Its positions stand in another pool since the margin mode changed: they are watched "
            "there."
        ),
        EndReason.REMOVED_BY_RELOAD: "The rule, or what it watched, is not configured any more.",
    }
)


def title(notification: Notification) -> str:
    """One line: `CRITICAL MarginDanger: main/USDT`."""
    transition = notification.transition
    if transition.alertname in (DIGEST, REPORT):
        return clip(clean(summary(transition)).replace("\n", " "), TITLE_BYTES)
    alert = f"{transition.alertname}: {transition.subject}"
    return clip(clean(f"{_headline(notification)} {alert}").replace("\n", " "), TITLE_BYTES)


def body(notification: Notification) -> str:
    """A few lines; the most important first, because a phone shows only those."""
    report = notification.report
    lines = _lines(notification) if report is None else (*report.brief, report.again)
    return clip("\n".join(filter(None, map(clean, lines))), BODY_BYTES)


def plain(notification: Notification) -> Notification:
    """The least that says it, in ASCII: what a receiver gets that rejected the whole message."""
    words = title(notification).encode("ascii", "replace").decode()
    bare = replace(
        notification.transition, annotations={"summary": words}, labels={}, values={}, reason=""
    )
    return replace(notification, transition=bare, note="", digest=(), report=None)


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


def _headline(notification: Notification) -> str:
    transition = notification.transition
    severity = transition.severity.value.upper()
    match transition.state:
        case AlertState.RESOLVED:
            return "RESOLVED"
        case AlertState.ENDED:
            ended = f"ENDED ({transition.reason.replace('_', ' ') or 'unknown'})"
            return f"{severity} {ended}" if transition.is_alarming_end else ended
        case AlertState.FIRING if notification.reminder:
            return f"STILL {severity}" if transition.calm_since is None else "CALM FOR NOW"
        case AlertState.FIRING:
            return _WORD_OF_CHANGE[transition.change].format(severity=_how_bad(transition))
        case AlertState.PENDING | AlertState.INACTIVE:
            seen = transition.change is Change.ACKNOWLEDGED
            return "ACKNOWLEDGED" if seen else transition.state.value.upper()


def _how_bad(transition: Transition) -> str:
    calm = transition.calm_since is not None and transition.change is Change.LAPSED
    return "CALM FOR NOW" if calm else transition.severity.value.upper()


def summary(transition: Transition) -> str:
    """What it is about in one line: what is over has words of its own where the rule gives them."""
    texts = transition.annotations
    is_over = transition.state is AlertState.RESOLVED or transition.calm_since is not None
    return (texts.get(OVER, "") if is_over else "") or texts.get("summary", "")


def _lines(notification: Notification) -> Iterator[str]:
    """The first is all that a phone shows: how bad it is, and where. Numbers are listed where the
    rule does not say them in words.
    """
    transition = notification.transition
    ended = _WHAT_ENDED.get(transition.reason) if transition.state is AlertState.ENDED else None
    if ended is not None:
        yield ended
        yield f"when last judged: {summary(transition)}"
    else:
        yield summary(transition)
    yield notification.note
    if transition.alertname in (DIGEST, REPORT):
        yield from digest_lines(notification.digest)
        return
    yield from _news(transition)
    yield _what_to_do(transition)
    yield _since(transition)
    if transition.change in (Change.STATE, Change.WORSE) and transition.acknowledged is not None:
        yield _seen(transition.acknowledged)
    for name, text in transition.annotations.items():
        said = name in _SHOWN_ELSEWHERE or summary(transition).endswith(f": {text}")
        if text.strip() and not said:
            yield f"{name}: {text}"
    if "description" not in transition.annotations:
        yield _values(transition.values)
    yield from _links(transition)


def _news(transition: Transition) -> Iterator[str]:
    """What became of an alert that fires on."""
    if transition.change is Change.WORSE:
        reason = transition.reason or "worse than when last told"
        than = reason.removeprefix("worse ")
        yield f"WORSE: {reason}" if than == reason else f"WORSE {than}"
    elif transition.change is Change.ACKNOWLEDGED and transition.acknowledged is not None:
        yield _seen(transition.acknowledged)
    elif transition.change is Change.LAPSED:
        yield f"nobody has it in hand any more: {transition.reason or 'the acknowledgement lapsed'}"


def _what_to_do(transition: Transition) -> str:
    """What the rule advises; of what has ended, the advice for what was held would mislead, and of
    what is over, or may be, there is nothing to do.
    """
    over = transition.state in (AlertState.RESOLVED, AlertState.ENDED)
    if over or transition.change is Change.ACKNOWLEDGED:
        return ""
    if transition.calm_since is not None:
        calm = spoken(transition.at - transition.calm_since)
        return f"Its condition has not held for {calm}: resolved if that lasts."
    return transition.annotations.get("description", "")


def _since(transition: Transition) -> str:
    lasted = spoken(transition.at - transition.active_since)
    if transition.state is AlertState.FIRING:
        return f"since {_moment(transition.active_since)} ({lasted})"
    return f"it lasted {lasted}, since {_moment(transition.active_since)}"


def _seen(acknowledged: Acknowledgement) -> str:
    until = "" if acknowledged.until is None else f", until {_moment(acknowledged.until)}"
    comment = f": {acknowledged.comment}" if acknowledged.comment else ""
    return f"acknowledged by {acknowledged.by} at {_moment(acknowledged.at)}{until}{comment}"


def _links(transition: Transition) -> Iterator[str]:
    texts = transition.annotations
    if status := texts.get("status_url"):
        yield f"status: {status}"
    if (runbook := texts.get("runbook_url")) and transition.state is not AlertState.RESOLVED:
        yield f"runbook: {runbook}"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _values(values: Mapping[str, float | bool | None]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in sorted(values.items()))


def _value(value: float | bool | None) -> str:  # noqa: FBT001 - a measure may be yes or no
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figure(value, ".6g") if isfinite(value) else "-∞" if value < 0 else "∞"
