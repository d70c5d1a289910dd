"""What became of alerts, from the transitions that were kept: each firing from first to last."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hedgewatch.core.alert_model import AlertState, Change, Severity, Transition


def encode(transition: Transition) -> str:
    """What a report needs of it, as JSON."""
    seen = transition.acknowledged
    return json.dumps(
        {
            "at": transition.at,
            "alertname": transition.alertname,
            "subject": str(transition.subject),
            "state": transition.state.value,
            "change": transition.change.value,
            "severity": transition.severity.value,
            "episode": transition.episode,
            "since": transition.active_since,
            "reason": transition.reason,
            "alarming": transition.is_alarming_end,
            "summary": transition.annotations.get("summary", ""),
            "seen_by": "" if seen is None else seen.by,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One firing. `ended_at` None: it fires still, as far as is known. `ended` says how it ended:
    `resolved`, or why it is over otherwise. `seen_at` is when it was first acknowledged.
    """

    alertname: str
    subject: str
    severity: Severity
    episode: str
    fired_at: float
    ended_at: float | None = None
    ended: str = ""
    alarming: bool = False
    seen_at: float | None = None
    seen_by: str = ""
    worsened: int = 0
    summary: str = ""

    def seconds(self, until: float) -> float:
        """How long it fired, up to a moment."""
        end = until if self.ended_at is None else min(self.ended_at, until)
        return max(0.0, end - self.fired_at)


def episodes(told: Iterable[str], begins: float, ends: float) -> tuple[Episode, ...]:
    """Those that fired at some time of a period, the gravest first, then by time.

    A text that cannot be understood is left out. Where the first news was not kept, it fired when
    its condition came true.
    """
    firings: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for news in map(_understood, told):
        if news is not None and news["at"] < ends:
            key = news["alertname"], news["subject"], news["episode"]
            firings.setdefault(key, []).append(news)
    found = (_episode(news) for news in firings.values())
    known = [each for each in found if each is not None]
    there = [each for each in known if each.ended_at is None or each.ended_at >= begins]
    return tuple(sorted(there, key=lambda each: (-each.severity.rank, each.fired_at)))


def _understood(text: str) -> dict[str, Any] | None:
    try:
        news = json.loads(text)
    except ValueError:
        return None
    return news if isinstance(news, dict) else None


def _episode(news: Sequence[dict[str, Any]]) -> Episode | None:
    fired = [each for each in news if each["state"] == AlertState.FIRING]
    over = [each for each in news if each["state"] in (AlertState.RESOLVED, AlertState.ENDED)]
    if not fired and not over:
        return None
    first = (fired or over)[0]
    return Episode(
        alertname=first["alertname"],
        subject=first["subject"],
        episode=first["episode"],
        severity=max((Severity(each["severity"]) for each in news), key=lambda each: each.rank),
        fired_at=first["at"] if fired else first.get("since", first["at"]),
        worsened=sum(each["change"] == Change.WORSE for each in news),
        summary=fired[-1]["summary"] if fired else "",
        **_end(over),
        **_acknowledged(news),
    )


def _end(over: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not over:
        return {}
    last = over[0]
    return {"ended_at": last["at"], "ended": _how(last), "alarming": last["alarming"]}


def _acknowledged(news: Sequence[dict[str, Any]]) -> dict[str, Any]:
    for each in news:
        if each["change"] == Change.ACKNOWLEDGED and each["seen_by"]:
            return {"seen_at": each["at"], "seen_by": each["seen_by"]}
    return {}


def lost_ends(
    found: Iterable[Episode], standing: Collection[str], at: float
) -> tuple[Episode, ...]:
    """Those that did not stand any more at that moment, and of whose end nothing was kept: it is
    not known when that was.
    """
    return tuple(
        replace(each, ended_at=at, ended=LOST)
        if each.ended_at is None and each.fired_at < at and each.episode not in standing
        else each
        for each in found
    )


LOST = "not known"


def _how(over: dict[str, Any]) -> str:
    why: str = over["reason"].replace("_", " ")
    return "resolved" if over["state"] == AlertState.RESOLVED else why or "ended"


FLAPPED = 3
FLAPPED_WITHIN = 3_600.0
"""So often within an hour on one subject: it came and went."""


def flapped(found: Iterable[Episode]) -> frozenset[tuple[str, str]]:
    """Rules and subjects that came and went."""
    fired: dict[tuple[str, str], list[float]] = {}
    for each in found:
        fired.setdefault((each.alertname, each.subject), []).append(each.fired_at)
    return frozenset(key for key, moments in fired.items() if _came_and_went(sorted(moments)))


def _came_and_went(moments: Sequence[float]) -> bool:
    pairs = zip(moments, moments[FLAPPED - 1 :], strict=False)
    return any(late - early <= FLAPPED_WITHIN for early, late in pairs)
