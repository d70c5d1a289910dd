"""Made-up minutes: what the tests of figures and pages share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import sin

from hedgewatch.reports.minute import FUNDING, MARK, HedgeMinute, Minute, PoolMinute, Span
from hedgewatch.reports.periods import Kind, Period

SUNDAY = Period(kind=Kind.DAILY, last=date(2026, 11, 29), timezone="Europe/Berlin")
WEEK = Period(kind=Kind.WEEKLY, last=date(2026, 11, 29), timezone="Europe/Berlin")
RULES = ("AccountBlind", "HedgeDrift", "MarginDanger", "MarginWarning")


@dataclass(slots=True)
class Pool:
    """A pool whose equity sways by itself, and is paid funding every eight hours."""

    name: str
    equity: float = 10_000.0
    sway: float = 40.0
    currency: str = "USDT"
    blind: tuple[float, float] = (0.0, 0.0)
    last: float | None = field(default=None)

    def minute(self, begins: float, number: int) -> PoolMinute:
        ends = begins + 60.0
        if self.blind[0] < ends and begins < self.blind[1]:
            return PoolMinute(currency=self.currency)
        opens, parts = self.equity, {MARK: self.sway * sin(number / 90.0)}
        if begins % 28_800.0 == 0.0:
            parts[FUNDING] = -2.5
        self.equity += sum(parts.values())
        return PoolMinute(
            currency=self.currency,
            opens=opens,
            opens_at=begins,
            closes=self.equity,
            closes_at=ends,
            parts=parts,
            ratio=0.2 + 0.1 * sin(number / 200.0),
            distance=0.35 - 0.1 * sin(number / 200.0),
            nearest="AIX/USDT:USDT",
            disagreement=0.0004,
        )


def minutes_of(
    period: Period, *pools: Pool, unwatched: tuple[float, float] = (0.0, 0.0), **rates: float
) -> Iterator[Minute]:
    """The minutes of a period, as the daemon keeps them."""
    for number in range(int((period.ends - period.begins) // 60)):
        begins = period.begins + 60.0 * number
        if unwatched[0] <= begins < unwatched[1]:
            continue
        told = {pool.name: pool.minute(begins, number) for pool in pools}
        drift = 0.02 * sin(number / 120.0)
        yield Minute(
            begins=begins,
            ends=begins + 60.0,
            currency="USD",
            total=60_000.0 + drift,
            rates=rates or {"USDT": 1.0},
            pools=told,
            hedges={"ai-basket": _hedge(drift)},
            accounts=("main",),
            spans=tuple(_blind(pools, begins)),
            told=(("phone", 0.25),) if number % 400 == 5 else (),
            ahead=((period.ends + 7_200.0, "main: AIX/USDT:USDT ends"),),
            rules=RULES if number % 60 == 0 else (),
            standing=("h",) if number % 60 == 0 else (),
            instance="desk-1",
        )


def _hedge(drift: float) -> HedgeMinute:
    return HedgeMinute(
        money="USDT",
        exposure=200_000.0,
        cover=-200_000.0 * (1.0 + drift),
        residual=-200_000.0 * drift,
        ratio=1.0 + drift,
        target=1.0,
        drift=drift,
        worst=drift,
    )


def _blind(pools: tuple[Pool, ...], begins: float) -> Iterator[Span]:
    for pool in pools:
        early, late = max(begins, pool.blind[0]), min(begins + 60.0, pool.blind[1])
        if early < late:
            for what, subject in (("equity", pool.name), ("account", pool.name.partition("/")[0])):
                yield Span(
                    what=what, subject=subject, begins=early, ends=late, reason="no price for 5 s"
                )


def firing(alertname: str, at: float, *, episode: str, **told: object) -> Mapping[str, object]:
    """One line of what became of alerts, as it is kept."""
    return {
        "at": at, "alertname": alertname, "subject": "main/USDT", "state": "firing",
        "change": "state", "severity": "critical", "episode": episode, "reason": "",
        "alarming": False, "summary": "main/USDT: margin ratio 83.0%", "seen_by": "",
    } | told  # fmt: skip
