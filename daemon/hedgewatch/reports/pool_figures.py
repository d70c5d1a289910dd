"""What a period did to the equity of each margin pool, and how near it came to liquidation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hedgewatch.reports.minute import PARTS, TRADES, UNSEEN, Minute, PoolMinute

CONTIGUOUS = 5.0
"""Seconds between two minutes beyond which nobody watched."""

Points = Sequence[tuple[float, float | None]]
"""Moments with what was known then; None is a hole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """How bad it was at its worst, in the minute that began when, and of what."""

    value: float
    at: float
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFigures:
    """One pool over a period. `opens` and `closes` are the first and the last equity that was
    known, at these moments; None: it never was. `parts` add up to `change`.
    """

    name: str
    currency: str
    opens: float | None
    opens_at: float
    closes: float | None
    closes_at: float
    parts: Mapping[str, float]
    distance: Worst | None
    ratio: Worst | None
    disagreement: Worst | None
    equity: Points = ()
    ratios: Points = ()

    @property
    def change(self) -> float | None:
        if self.opens is None or self.closes is None:
            return None
        return self.closes - self.opens


@dataclass(slots=True)
class _Sums:
    """What has been added up so far."""

    currency: str = ""
    opens: float | None = None
    opens_at: float = 0.0
    closes: float | None = None
    closes_at: float = 0.0
    parts: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    distance: Worst | None = None
    ratio: Worst | None = None
    disagreement: Worst | None = None
    equity: list[tuple[float, float | None]] = field(default_factory=list)
    ratios: list[tuple[float, float | None]] = field(default_factory=list)

    def add(self, minute: Minute, pool: PoolMinute, appeared: str) -> None:
        """`appeared` is the part to which a jump between two minutes belongs."""
        self.currency = pool.currency
        if pool.opens is not None:
            self._open(pool, appeared)
        for name, part in pool.parts.items():
            self.parts[name] += part
        if pool.closes is not None:
            self.closes, self.closes_at = pool.closes, pool.closes_at
        self._dangers(minute, pool)
        self.equity.append((minute.ends, pool.closes))
        self.ratios.append((minute.ends, pool.ratio))

    def _open(self, pool: PoolMinute, appeared: str) -> None:
        opens = pool.opens or 0.0
        if self.opens is None:
            self.opens, self.opens_at = opens, pool.opens_at
            if appeared == TRADES:  # it was not there before, and that is known
                self.opens = 0.0
                self.parts[TRADES] += opens
        elif self.closes is not None:
            self.parts[appeared] += opens - self.closes

    def leave(self, minute: Minute) -> None:
        """It is gone, and its account is seen: what was in it is elsewhere."""
        if self.closes:
            self.parts[TRADES] -= self.closes
            self.closes, self.closes_at = 0.0, minute.ends
        self.equity.append((minute.ends, None))
        self.ratios.append((minute.ends, None))

    def _dangers(self, minute: Minute, pool: PoolMinute) -> None:
        at = minute.begins
        if pool.ratio is not None and (self.ratio is None or pool.ratio > self.ratio.value):
            self.ratio = Worst(value=pool.ratio, at=at)
        lower = pool.distance
        if lower is not None and (self.distance is None or lower < self.distance.value):
            self.distance = Worst(value=lower, at=at, of=pool.nearest)
        apart, worst = pool.disagreement, self.disagreement
        if apart is not None and (worst is None or abs(apart) > abs(worst.value)):
            self.disagreement = Worst(value=apart, at=at)


def pool_figures(minutes: Iterable[Minute]) -> tuple[PoolFigures, ...]:
    """Of each pool that was there at some time of it."""
    sums: dict[str, _Sums] = {}
    before: Minute | None = None
    for minute in minutes:
        seen = before is not None and minute.begins - before.ends < CONTIGUOUS
        for name, pool in minute.pools.items():
            was_there = before is not None and name in before.pools
            known = seen and not was_there and not _doubted(before, name)
            sums.setdefault(name, _Sums()).add(minute, pool, TRADES if known else UNSEEN)
        for name in sums.keys() - minute.pools.keys():
            if not _doubted(minute, name):
                sums[name].leave(minute)
        before = minute
    return tuple(_figures(name, each) for name, each in sorted(sums.items()))


def _doubted(minute: Minute | None, pool: str) -> bool:
    """Whether its account was not seen at some time of the minute: nothing follows from absence."""
    account = pool.partition("/")[0]
    spans = () if minute is None else minute.spans
    return any(span.what == "account" and span.subject == account for span in spans)


def _figures(name: str, sums: _Sums) -> PoolFigures:
    return PoolFigures(
        name=name,
        currency=sums.currency,
        opens=sums.opens,
        opens_at=sums.opens_at,
        closes=sums.closes,
        closes_at=sums.closes_at,
        parts={part: change for part, change in sums.parts.items() if change},
        distance=sums.distance,
        ratio=sums.ratio,
        disagreement=sums.disagreement,
        equity=tuple(sums.equity),
        ratios=tuple(sums.ratios),
    )
