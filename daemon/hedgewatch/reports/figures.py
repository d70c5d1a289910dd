"""All that a report tells of a period, as numbers: made of what was kept of its minutes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hedgewatch.reports.day_figures import DayFigures, day_figures
from hedgewatch.reports.episodes import Episode, episodes, lost_ends
from hedgewatch.reports.minute import HedgeMinute, Minute, Span
from hedgewatch.reports.periods import Kind, Period
from hedgewatch.reports.pool_figures import CONTIGUOUS, Points, PoolFigures, Worst, pool_figures
from hedgewatch.reports.total_figures import (
    OwnedFigures,
    TotalFigures,
    owned_figures,
    total_figures,
)

_SHORTEST_GAP = 90.0
"""Seconds: a restart within a minute is told by what it left unknown, and is no gap of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeFigures:
    """One hedge: as it was last, and its worst drift."""

    name: str
    last: HedgeMinute
    worst: Worst | None
    drifts: Points = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How a receiver did: how many it took, in how many seconds, and what it was given up on."""

    receiver: str
    took: tuple[float, ...] = ()
    refused: int = 0

    @property
    def median(self) -> float | None:
        return sorted(self.took)[len(self.took) // 2] if self.took else None

    @property
    def worst(self) -> float | None:
        return max(self.took, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`until` is where the period ends, or the moment of now within it. `unwatched` are times of
    which there is nothing: the daemon was down, or its disk took nothing. `rules` are those that
    were loaded at the end.
    """

    period: Period
    until: float
    instance: str = ""
    pools: tuple[PoolFigures, ...] = ()
    total: TotalFigures | None = None
    owned: OwnedFigures | None = None
    hedges: tuple[HedgeFigures, ...] = ()
    episodes: tuple[Episode, ...] = ()
    spans: tuple[Span, ...] = ()
    unwatched: tuple[tuple[float, float], ...] = ()
    latencies: tuple[Latency, ...] = ()
    ahead: tuple[tuple[float, str], ...] = ()
    rules: tuple[str, ...] = ()
    minutes: int = 0
    days: tuple[DayFigures, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was kept of a period. `told` are transitions as they were kept, those that began before
    it too; `latest` is the last minute that tells what is ahead.
    """

    minutes: tuple[Minute, ...] = ()
    told: tuple[str, ...] = ()
    latest: Minute | None = None


def figures(period: Period, kept: Kept, now: float) -> Figures:
    """All of it, as of `now`: what of the period is still to come is not missing."""
    minutes, latest = kept.minutes, kept.latest
    until = min(period.ends, now)
    pools = pool_figures(minutes)
    fired, spans = _fired(kept, period.begins, until), _merged(minutes)
    return Figures(
        period=period,
        until=until,
        instance=minutes[-1].instance if minutes else "",
        pools=pools,
        total=total_figures(pools, minutes) if pools else None,
        owned=owned_figures(minutes),
        hedges=_hedges(minutes),
        episodes=fired,
        spans=spans,
        unwatched=_unwatched(minutes, period.begins, until),
        latencies=_latencies(minutes),
        ahead=() if latest is None else tuple(each for each in latest.ahead if each[0] > until),
        rules=_rules(minutes, latest),
        minutes=len(minutes),
        days=day_figures(period, minutes, fired, spans) if period.kind is Kind.WEEKLY else (),
    )


def _fired(kept: Kept, begins: float, until: float) -> tuple[Episode, ...]:
    found = episodes(kept.told, begins, until)
    hourly = next((minute for minute in reversed(kept.minutes) if minute.rules), None)
    return found if hourly is None else lost_ends(found, hourly.standing, hourly.begins)


def _rules(minutes: Sequence[Minute], latest: Minute | None) -> tuple[str, ...]:
    told = (minute.rules for minute in reversed(minutes) if minute.rules)
    return next(told, () if latest is None else latest.rules)


def _hedges(minutes: Sequence[Minute]) -> tuple[HedgeFigures, ...]:
    names = sorted({name for minute in minutes for name in minute.hedges})
    return tuple(_hedge(name, minutes) for name in names)


def _hedge(name: str, minutes: Sequence[Minute]) -> HedgeFigures:
    there = [(minute.begins, minute.hedges[name]) for minute in minutes if name in minute.hedges]
    worst: Worst | None = None
    for at, hedge in there:
        if hedge.worst is not None and (worst is None or abs(hedge.worst) > abs(worst.value)):
            worst = Worst(value=hedge.worst, at=at)
    drifts = tuple((at, hedge.worst) for at, hedge in there)
    return HedgeFigures(name=name, last=there[-1][1], worst=worst, drifts=drifts)


def _merged(minutes: Iterable[Minute]) -> tuple[Span, ...]:
    """What went on over minutes is one span; the same reason again later is another."""
    going: dict[tuple[str, str, str], Span] = {}
    over: list[Span] = []
    for span in (span for minute in minutes for span in minute.spans):
        key = span.what, span.subject, span.reason
        held = going.get(key)
        if held is not None and span.begins - held.ends < CONTIGUOUS:
            begins = held.begins
        else:
            over += [held] if held is not None else []
            begins = span.begins
        going[key] = Span(
            what=span.what, subject=span.subject, begins=begins, ends=span.ends, reason=span.reason
        )
    return tuple(sorted((*over, *going.values()), key=lambda each: (each.begins, each.subject)))


def _unwatched(
    minutes: Sequence[Minute], begins: float, until: float
) -> tuple[tuple[float, float], ...]:
    edges = [begins, *(edge for m in minutes for edge in (m.begins, m.ends)), until]
    holes = list(pairwise(edges))[::2]
    return tuple((early, late) for early, late in holes if late - early > _SHORTEST_GAP)


@dataclass(slots=True)
class _Receiver:
    took: list[float] = field(default_factory=list)
    refused: int = 0


def _latencies(minutes: Iterable[Minute]) -> tuple[Latency, ...]:
    found: dict[str, _Receiver] = {}
    for minute in minutes:
        for name, seconds in minute.told:
            found.setdefault(name, _Receiver()).took.append(seconds)
        for name, number in minute.untold.items():
            found.setdefault(name, _Receiver()).refused += number
    return tuple(
        Latency(receiver=name, took=tuple(each.took), refused=each.refused)
        for name, each in sorted(found.items())
    )


def blind_seconds(spans: Iterable[Span]) -> Mapping[str, float]:
    """By account, for how long nothing of it could be vouched for."""
    found: dict[str, float] = {}
    for span in spans:
        if span.what == "account":
            found[span.subject] = found.get(span.subject, 0.0) + span.ends - span.begins
    return found
