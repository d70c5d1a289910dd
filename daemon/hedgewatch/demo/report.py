"""What the demonstration saw, as one JSON object: the numbers, every transition, the speed."""

from collections import deque
from collections.abc import Iterable
from statistics import quantiles

from hedgewatch.core.alert_model import Outcome, Transition
from hedgewatch.core.book.rows import HedgeRow, PoolRow, PositionRow, Row
from hedgewatch.core.events import ClockAdvanced, Event, MarkPriceChanged, QuoteChanged
from hedgewatch.notify.message import summary
from hedgewatch.telemetry.api import jsonable

_HEDGE = (
    "required_contracts", "hedge_ratio", "target", "hedge_drift", "hedge_drift_floor",
    "contracts_to_target", "residual_delta", "exposure_value", "cover_value", "exposure_pnl",
    "cover_pnl", "basis", "hedge_correlation",
)  # fmt: skip
_POOL = (
    "equity", "maintenance_margin", "margin_ratio", "headroom", "shock_down", "shock_up",
)  # fmt: skip
_POSITION = (
    "contracts", "mark_price", "notional", "unrealized_pnl", "liquidation_price",
    "liquidation_price_down", "liquidation_price_up", "liquidation_distance", "leverage",
)  # fmt: skip
_LATENCIES = 100_000


class Recorder:
    """An output of the monitor: remembers transitions, counts ticks, times decisions."""

    def __init__(self) -> None:
        self.ticks = 0
        self.transitions: list[Transition] = []
        self._latencies: deque[float] = deque(maxlen=_LATENCIES)

    def __call__(self, event: Event, outcome: Outcome, now: float) -> None:
        if isinstance(event, MarkPriceChanged | QuoteChanged):
            self.ticks += 1
            self._latencies.append(now - event.venue_time)
        elif isinstance(event, ClockAdvanced):
            self.ticks += 1
        self.transitions.extend(outcome.transitions)

    def latency_ms(self) -> dict[str, float | None]:
        """From the exchange's stamp on a frame (milliseconds) to the decision, on one clock."""
        if len(self._latencies) < 2:  # noqa: PLR2004  # quantiles need two
            return {"p50": None, "p99": None}
        cuts = quantiles(self._latencies, n=100)
        return {"p50": round(cuts[49] * 1e3, 3), "p99": round(cuts[98] * 1e3, 3)}


def report(
    rows: Iterable[Row], recorder: Recorder, violations: list[str], story: str
) -> dict[str, object]:
    """The whole of it."""
    rows = list(rows)
    return {
        "story": story,
        "ticks": recorder.ticks,
        "hedges": {row.plan.name: _of(row, _HEDGE) for row in rows if isinstance(row, HedgeRow)},
        "pools": {str(row.subject): _of(row, _POOL) for row in rows if isinstance(row, PoolRow)},
        "positions": {
            str(row.subject): {"side": row.side, **_of(row, _POSITION)}
            for row in rows
            if isinstance(row, PositionRow)
        },
        "alerts": [_transition(transition) for transition in recorder.transitions],
        "violations": violations,
        "latency_ms": recorder.latency_ms(),
    }


def _of(row: Row, names: tuple[str, ...]) -> dict[str, object]:
    return {name: jsonable(getattr(row, name)) for name in names}


def _transition(transition: Transition) -> dict[str, object]:
    return {
        "time": transition.at,
        "alertname": transition.alertname,
        "subject": str(transition.subject),
        "state": transition.state.value,
        "severity": transition.severity.value,
        "reason": transition.reason,
        "summary": summary(transition),
    }
