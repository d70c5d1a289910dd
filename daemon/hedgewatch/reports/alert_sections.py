"""Alerts, what was not seen, how receivers did, and what is to come, in words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from hedgewatch.core.wording import spoken
from hedgewatch.reports.episodes import Episode, flapped
from hedgewatch.reports.figures import Figures, blind_seconds
from hedgewatch.reports.minute import Span
from hedgewatch.reports.numbers import Wall, seconds, some
from hedgewatch.reports.page import Lines, Section, table_of
from hedgewatch.reports.periods import Kind

_MOST = 60
_SHORTEST = 10.0
"""Seconds for which something must be unknown to be told by itself: shorter times are summed."""

_WORDS = {"equity": "equity of", "drift": "drift of", "account": "account"}


def alert_section(told: Figures, wall: Wall) -> Section:
    """A row a firing, the gravest first."""
    if not told.episodes:
        return Section(title="Alerts", parts=(Lines(("no alert fired",)),))
    head = ("alert", "severity", "fired at", "for", "ended", "acknowledged")
    rows = [_firing(each, told.until, wall) for each in told.episodes[:_MOST]]
    more = len(told.episodes) - _MOST
    lines = (Lines((f"and {more} more",)),) if more > 0 else ()
    return Section(title="Alerts", parts=(table_of(head, rows), *lines))


def _firing(each: Episode, until: float, wall: Wall) -> tuple[str, ...]:
    seen = ""
    if each.seen_at is not None:
        seen = f"by {each.seen_by} after {spoken(each.seen_at - each.fired_at)}"
    worse = f", worse {each.worsened}×" if each.worsened else ""
    return (
        f"{each.alertname} {each.subject}",
        f"{each.severity.value}{worse}",
        wall.moment(each.fired_at),
        spoken(each.seconds(until)),
        each.ended or "fires still",
        seen or "no",
    )


def alerts_in_brief(told: Figures) -> Iterator[str]:
    """How many of each severity, what was not acknowledged, what fires still, what flapped."""
    if not told.episodes:
        yield "no alert fired"
        return
    counts = Counter(each.severity.value for each in told.episodes)
    number = ", ".join(f"{counts[word]} {word}" for word in _SEVERITIES if counts[word])
    yield f"alerts: {number} ({_named(told.episodes)})"
    unseen = [e for e in told.episodes if e.severity.value == "critical" and e.seen_at is None]
    if unseen:
        yield f"critical and never acknowledged: {_named(unseen)}"
    standing = [each for each in told.episodes if each.ended_at is None]
    if standing:
        yield f"fires still: {_named(standing)}"
    if came := sorted({f"{name} {subject}" for name, subject in flapped(told.episodes)}):
        yield f"came and went: {some(came, 5)}"


_SEVERITIES = ("critical", "warning", "info")


def _named(found: Iterable[Episode]) -> str:
    names = Counter(f"{each.alertname} {each.subject}" for each in found)
    return some([f"{name} {n}×" if n > 1 else name for name, n in names.items()], 5)


def rule_section(told: Figures) -> Section:
    """Of a week: how often each rule fired, whether it flapped, and which never fired."""
    came = {name for name, _ in flapped(told.episodes)}
    rows = []
    ordered = sorted(told.episodes, key=lambda each: each.alertname)
    for name, group in groupby(ordered, key=lambda each: each.alertname):
        found = list(group)
        waits = [e.seen_at - e.fired_at for e in found if e.seen_at is not None]
        median = sorted(waits)[len(waits) // 2] if waits else None
        rows.append(
            (
                name,
                str(len(found)),
                str(len({each.subject for each in found})),
                spoken(sum(each.seconds(told.until) for each in found)),
                "yes" if name in came else "",
                f"{len(waits)} of {len(found)}",
                spoken(median) if median is not None else "",
            )
        )
    rows.sort(key=lambda row: -int(row[1]))
    head = ("rule", "fired", "subjects", "for in all", "came and went", "acknowledged")
    table = table_of((*head, "after (median)"), rows)
    return Section(title="Rules", parts=(*((table,) if rows else ()), Lines(_silent(told))))


def _silent(told: Figures) -> tuple[str, ...]:
    if not told.rules:
        return ("which rules were loaded was not kept",)
    fired = {each.alertname for each in told.episodes}
    never = [name for name in told.rules if name not in fired]
    if not never:
        return ("every rule fired",)
    return (f"{len(never)} of {len(told.rules)} rules never fired: {', '.join(never)}",)


def sight_section(told: Figures, wall: Wall) -> Section:
    """What was unknown when, and why; when nobody watched."""
    lines = [
        f"nobody watched {wall.span(*hole)} ({spoken(hole[1] - hole[0])})"
        for hole in told.unwatched
    ]
    long = [span for span in told.spans if span.ends - span.begins >= _SHORTEST]
    lines += [_unknown(span, wall) for span in long[:_MOST]]
    if len(long) > _MOST:
        lines.append(f"and {len(long) - _MOST} more times")
    short = [span for span in told.spans if span.ends - span.begins < _SHORTEST]
    if short:
        total = spoken(sum(span.ends - span.begins for span in short))
        lines.append(f"and {len(short)} times of less than {_SHORTEST:g} s, {total} in all")
    return Section(title="Blindness", parts=(Lines(tuple(lines) or (_ALL_SEEN,)),))


_ALL_SEEN = "everything was known all the time"


def _unknown(span: Span, wall: Wall) -> str:
    said = f"{_WORDS.get(span.what, span.what)} {span.subject} unknown"
    return f"{said} {wall.span(span.begins, span.ends)}: {span.reason}"


def sight_in_brief(told: Figures) -> Iterator[str]:
    """For how long which account was not seen, and the monitor not there."""
    gone = sum(late - early for early, late in told.unwatched)
    if gone:
        yield f"nobody watched for {spoken(gone)}"
    blind = [
        f"{name} {spoken(lasted)}"
        for name, lasted in sorted(blind_seconds(told.spans).items())
        if lasted >= 1.0
    ]
    if blind:
        yield f"blind: {some(blind, 5)}"


def delivery_section(told: Figures) -> Section:
    """Of each receiver how soon it was told, in seconds from the decision to its answer."""
    rows = [
        (
            each.receiver,
            str(len(each.took)),
            seconds(each.median) if each.took else "",
            seconds(each.worst) if each.took else "",
            str(each.refused or ""),
        )
        for each in told.latencies
    ]
    if not rows:
        return Section(title="Delivery", parts=(Lines(("nothing was to be told",)),))
    head = ("receiver", "took", "median", "longest", "given up")
    return Section(title="Delivery", parts=(table_of(head, rows),))


def ahead_section(told: Figures, wall: Wall) -> Section:
    """What was to come when it was last looked at."""
    days = told.period.kind.days + 1
    near = [each for each in told.ahead if each[0] < told.until + days * 86_400.0]
    later = [each for each in told.ahead if each not in near and "funding" not in each[1]]
    lines = _lines([*near, *later], wall)
    return Section(title="Ahead", parts=(Lines(lines or ("nothing that is known of",)),))


def _lines(coming: Sequence[tuple[float, str]], wall: Wall) -> tuple[str, ...]:
    return tuple(f"{wall.date(at)}: {what}" for at, what in coming)


def is_weekly(told: Figures) -> bool:
    """Whether it is a review of a week."""
    return told.period.kind is Kind.WEEKLY
