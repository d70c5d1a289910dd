"""A desk with one of everything, in rows of its own: the telemetry must not care whose they are."""

from collections.abc import Iterable, Mapping
from math import inf

from hedgewatch.core.alert_model import AlertRecord, AlertState, Severity
from hedgewatch.core.evenness import Advice, Leveling, Move
from hedgewatch.core.expression import parse_condition
from hedgewatch.core.measures import CATALOGUE, symbols
from hedgewatch.core.model import Known, Scope, Subject, Unknown
from hedgewatch.core.rules import Rule
from hedgewatch.core.stress import StressTable
from hedgewatch.telemetry.exposition import Labels, Mark, Row
from hedgewatch.telemetry.metrics import DaemonMetrics

NOT_YET = Unknown("not heard of yet", 1_700_000_000.0)


class _Any:
    __slots__ = ("exported", "subject")

    def __init__(self, identity: Labels, extra: Labels = (), **values: Known | bool) -> None:
        self.subject = Subject(_SCOPES[type(self)], identity)
        self.exported = identity + extra
        for measure in CATALOGUE:
            if measure.scope is self.subject.scope:
                setattr(self, measure.name, values.get(measure.name, NOT_YET))


def _measures(scope: Scope) -> tuple[str, ...]:
    return tuple(measure.name for measure in CATALOGUE if measure.scope is scope)


class Position(_Any):
    __slots__ = _measures(Scope.POSITION)


class Pool(_Any):
    __slots__ = _measures(Scope.POOL)


class Hedge(_Any):
    __slots__ = _measures(Scope.HEDGE)


class Account(_Any):
    __slots__ = _measures(Scope.ACCOUNT)


class Feed(_Any):
    __slots__ = _measures(Scope.FEED)


class Asset(_Any):
    __slots__ = _measures(Scope.ASSET)


class Signal(_Any):
    __slots__ = _measures(Scope.SIGNAL)


class Correlation(_Any):
    __slots__ = _measures(Scope.CORRELATION)


class Calendar(_Any):
    __slots__ = _measures(Scope.CALENDAR)


class Book(_Any):
    __slots__ = _measures(Scope.BOOK)


_SCOPES: Mapping[type[_Any], Scope] = {
    Position: Scope.POSITION,
    Pool: Scope.POOL,
    Hedge: Scope.HEDGE,
    Account: Scope.ACCOUNT,
    Feed: Scope.FEED,
    Asset: Scope.ASSET,
    Signal: Scope.SIGNAL,
    Correlation: Scope.CORRELATION,
    Calendar: Scope.CALENDAR,
    Book: Scope.BOOK,
}

MAIN = (("account", "main"), ("venue", "binanceusdm"))
SHORT = (*MAIN, ("symbol", "AIX/USDT:USDT"), ("position", "net"))
THE_POOL = Subject(Scope.POOL, (*MAIN, ("pool", "USDT")))


def position(symbol: str = "AIX/USDT:USDT", **values: Known | bool) -> Position:
    identity = (*MAIN, ("symbol", symbol), ("position", "net"))
    return Position(identity, (("side", "short"),), **values)


def pool(name: str = "USDT", **values: Known | bool) -> Pool:
    return Pool((*MAIN, ("pool", name)), (("currency", "USDT"),), **values)


def alert(
    name: str = "MarginDanger",
    state: AlertState = AlertState.FIRING,
    severity: Severity = Severity.CRITICAL,
    subject: Subject = THE_POOL,
) -> AlertRecord:
    return AlertRecord(
        alertname=name,
        subject=subject,
        state=state,
        severity=severity,
        episode="e1",
        active_since=1_700_000_000.0,
        labels={"team": "desk"},
        annotations={"summary": "main/USDT: margin ratio 84.0 %"},
        values={"margin_ratio": 0.84, "shock_up": float("inf"), "headroom": None},
    )


MARGIN_DANGER = Rule(
    name="MarginDanger",
    scope=Scope.POOL,
    expr=parse_condition("margin_ratio > 80%", symbols(Scope.POOL)),
    where={"venue": frozenset({"binanceusdm"})},
    severity=Severity.CRITICAL,
    labels={"team": "desk"},
    annotations={},
)


class Desk:
    """The view of an engine that holds the worked example, squeezed. Change what you like."""

    def __init__(self) -> None:
        self.not_ready: list[str] = []
        self.held: list[Row] = [
            position(
                mark_price=1_000.0, contracts=-200.0, notional=200_000.0, unrealized_pnl=-1_500.0,
                leverage=4.0, liquidation_price=1_180.0, liquidation_price_down=float("-inf"),
                liquidation_price_up=1_180.0, liquidation_distance=0.18,
                liquidation_distance_worst=0.15, position_vanished=False,
            ),
            pool(
                margin_ratio=0.84, equity=50_000.0, maintenance_margin=42_000.0, headroom=8_000.0,
                shock_down=float("-inf"), shock_up=0.16,
            ),
            Hedge(
                (("hedge", "ai-basket"),),
                hedge_ratio=0.93, target=1.0, hedge_drift=-0.07, hedge_drift_floor=0.0025,
                required_contracts=215.0, contracts_to_target=-15.0, residual_delta=15_000.0,
                residual_delta_coins=35_000.0, exposure_value=215_000.0, cover_value=-200_000.0,
                exposure_pnl=15_000.0, cover_pnl=-1_500.0, basis=0.001,
            ),
            Account(
                MAIN, account_blind=False, blind_seconds=0.0, account_unusable=False,
                liquidation_distance_worst=0.15,
            ),
            Feed((*MAIN, ("feed", "marks")), feed_up=True, data_age_seconds=0.4),
            Feed((*MAIN, ("feed", "private")), feed_up=False, data_age_seconds=NOT_YET),
            Asset((("asset", "ALT"),), (("currency", "USD"),), owned=500_000.0),
            Signal((("signal", "gpu"),), signal_value=0.8),
            Correlation((("signal", "gpu"), ("asset", "AIX")), signal_correlation=0.6),
            Calendar((("calendar", "fed"),), event_running=False),
            Book(
                (), worst_margin_ratio=0.84, nearest_liquidation_distance=0.18, accounts_blind=0.0
            ),
        ]  # fmt: skip
        self.standing = [
            alert(),
            alert("HedgeDrift", AlertState.PENDING, Severity.WARNING,
                  Subject(Scope.HEDGE, (("hedge", "ai-basket"),))),
            alert("LiquidationNear", AlertState.ENDED, Severity.CRITICAL,
                  Subject(Scope.POSITION, SHORT)),
        ]  # fmt: skip

    def rows(self) -> Iterable[Row]:
        return self.held

    def marks(self) -> Iterable[Mark]:
        return [("binanceusdm", "AIX/USDT:USDT", 1_000.0)]

    def alerts(self) -> Iterable[AlertRecord]:
        return self.standing

    def alerts_as_told(self) -> Iterable[AlertRecord]:
        return self.standing

    def rules(self) -> Iterable[Rule]:
        return [MARGIN_DANGER]

    def stress(self) -> StressTable:
        return StressTable((), [], [])

    def stress_in_parts(self) -> Iterable[StressTable]:
        return [self.stress()]

    def what_if(self, _common: float) -> Iterable[StressTable]:
        return [self.stress()]

    def evenness(self) -> Iterable[Advice]:
        moved = Leveling(0.25, inf, (Move("second/USDT", "main/USDT", 1_240.0),))
        return [Advice("USDT", moved, (("third/USDT", "not read yet"),))]

    def reasons_not_ready(self) -> Iterable[str]:
        return self.not_ready

    def status(self) -> Mapping[str, object]:
        return {"instance": "desk-1", "up_seconds": 12.5}


def full() -> Desk:
    """The same with a number for every measure."""
    desk = Desk()
    for row in desk.held:
        for measure in CATALOGUE:
            if measure.scope is row.subject.scope and getattr(row, measure.name) is NOT_YET:
                setattr(row, measure.name, 0.5)
    return desk


def busy_daemon() -> DaemonMetrics:
    """The metrics of a daemon that has already had a bit of everything."""
    daemon = DaemonMetrics("0.0.0")
    daemon.start_at_zero(receivers=["desk"], feeds=[("main", "marks")], alertnames=["MarginDanger"])
    daemon.configuration_accepted(1_700_000_000.0)
    daemon.notified("desk", "sent")
    daemon.outbox_holds(1)
    daemon.tick_judged(0.0004)
    return daemon
