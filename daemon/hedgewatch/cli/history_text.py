"""What fired, as lines for people and as one JSON document."""

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any

from hedgewatch.cli.answers import counted
from hedgewatch.core.alert_model import plain_values
from hedgewatch.core.wording import figure, rfc3339
from hedgewatch.recording.comparing import Comparison, compared
from hedgewatch.recording.timeline import Firing, History
from hedgewatch.recording.wording import seconds


def history_text(held: History) -> str:
    """The timeline, the earliest first."""
    span = f"{rfc3339(held.begun_at)} to {rfc3339(held.ended_at)}"
    lines = [f"{span}: {held.events} events, {_many(held.rules)}", *map(_line, held.firings)]
    if not held.firings:
        lines.append("nothing fired")
    for at, lost in held.breaks:
        lines.append(f"begins anew at {rfc3339(at)}: {lost or 'some'} events are missing before")
    return "\n".join(lines)


def difference_text(names: Sequence[str], found: Comparison) -> str:
    """What the second rules say otherwise."""
    first, second = names
    if found.is_empty:
        return f"\n{first} and {second} say the same: {counted(found.same, 'alert')}"
    return "\n".join(_difference_lines(first, second, found))


def document(names: Sequence[str], found: Sequence[History]) -> dict[str, Any]:
    """All of it."""
    held: dict[str, Any] = {
        "begun_at": rfc3339(found[0].begun_at),
        "ended_at": rfc3339(found[0].ended_at),
        "events": found[0].events,
        "flaws": [str(flaw) for flaw in found[0].flaws],
        "histories": [
            {"rules": name, "firings": _documents(each.firings)}
            for name, each in zip(names, found, strict=True)
        ],
    }
    if len(found) > 1:
        held["difference"] = _difference(compared(found[0].firings, found[1].firings))
    return held


def _many(rules: int) -> str:
    return f"{rules} rule{'s' * (rules != 1)}"


def _line(firing: Firing) -> str:
    return f"{_times(firing)}  {firing.severity.value:<8} {_name(firing)}{_worst(firing)}"


def _times(firing: Firing) -> str:
    until = rfc3339(firing.ended_at) if firing.over else "fires still"
    lasted = seconds(firing.ended_at - firing.fired_at)
    return f"{rfc3339(firing.fired_at)}  {until:<24}  {lasted:>12}"


def _name(firing: Firing) -> str:
    over = f" {firing.over}" if firing.over not in {"", "resolved"} else ""
    return f"{firing.alertname} {firing.subject}{over}"


def _worst(firing: Firing) -> str:
    told = [f"{name} {_said(value)}" for name, value in sorted(firing.worst.items())]
    return f"  worst {', '.join(told)}" if told else ""


def _said(value: float) -> str:
    return figure(value, ".6g") if isfinite(value) else ("-∞" if value < 0.0 else "∞")


def _difference_lines(first: str, second: str, found: Comparison) -> Iterator[str]:
    yield f"\nthe same by both: {found.same}"
    for name, firings in ((first, found.only_first), (second, found.only_second)):
        if firings:
            yield f"only by {name}: {len(firings)}"
            yield from (f"  {_line(firing)}" for firing in firings)
    if found.moved:
        yield f"at other times: {len(found.moved)}"
    for one, other in found.moved:
        yield f"  {_name(one)}"
        yield f"    {first}: {_times(one)}"
        yield f"    {second}: {_times(other)}"


def _difference(found: Comparison) -> dict[str, Any]:
    return {
        "same": found.same,
        "only_first": _documents(found.only_first),
        "only_second": _documents(found.only_second),
        "moved": [_documents(pair) for pair in found.moved],
    }


def _documents(firings: Iterable[Firing]) -> list[dict[str, Any]]:
    return [
        {
            "alertname": firing.alertname,
            "scope": firing.subject.scope.value,
            "subject": str(firing.subject),
            "labels": dict(firing.subject.labels),
            "severity": firing.severity.value,
            "fired_at": rfc3339(firing.fired_at),
            "ended_at": rfc3339(firing.ended_at) if firing.over else None,
            "over": firing.over or None,
            "worst": plain_values(firing.worst),
        }
        for firing in firings
    ]
