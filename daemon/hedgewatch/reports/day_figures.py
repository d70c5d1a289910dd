"""The days of a week beside each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hedgewatch.reports.episodes import Episode
from hedgewatch.reports.minute import Minute, Span
from hedgewatch.reports.periods import Period, midnight
from hedgewatch.reports.pool_figures import pool_figures
from hedgewatch.reports.total_figures import TotalFigures, total_figures


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """One day: what it did to all pools (None: nothing was kept of it), its highest margin ratio,
    how often alerts fired first, and for how many seconds an account was not seen, added up.
    """

    day: date
    total: TotalFigures | None
    ratio: float | None
    fired: int
    blind: float


def day_figures(
    period: Period,
    minutes: Sequence[Minute],
    firings: Iterable[Episode],
    spans: Iterable[Span],
) -> tuple[DayFigures, ...]:
    """Of each day of the period, the first one first."""
    fired, unseen = tuple(firings), [span for span in spans if span.what == "account"]
    return tuple(
        _day(period.first + timedelta(days=number), period.timezone, minutes, fired, unseen)
        for number in range(period.kind.days)
    )


def _day(
    day: date,
    timezone: str,
    minutes: Sequence[Minute],
    fired: Iterable[Episode],
    unseen: Iterable[Span],
) -> DayFigures:
    begins, ends = midnight(day, timezone), midnight(day + timedelta(days=1), timezone)
    found = [minute for minute in minutes if begins <= minute.begins < ends]
    pools = pool_figures(found)
    ratios = (pool.ratio.value for pool in pools if pool.ratio is not None)
    blind = (min(ends, span.ends) - max(begins, span.begins) for span in unseen)
    return DayFigures(
        day=day,
        total=total_figures(pools, found) if pools else None,
        ratio=max(ratios, default=None),
        fired=sum(begins <= each.fired_at < ends for each in fired),
        blind=sum(seconds for seconds in blind if seconds > 0.0),
    )
