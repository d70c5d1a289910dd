"""What receivers that show states are told of, once a second: accounts, hedges, the desk."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from hedgewatch.clock import EACH_SECOND
from hedgewatch.core.alert_model import AlertRecord, Outcome
from hedgewatch.core.book.rows import Row
from hedgewatch.core.events import ClockAdvanced, Event
from hedgewatch.core.model import Scope
from hedgewatch.notify.receiver import Board
from hedgewatch.telemetry import api
from hedgewatch.view import EngineView

_SHOWN_FOR = 10.0
_OF_A_POSITION = (
    "contracts", "notional", "mark_price", "unrealized_pnl", "liquidation_price",
    "liquidation_distance", "liquidation_distance_worst",
)  # fmt: skip
_OF_A_HEDGE = (
    "hedge_ratio", "target", "hedge_drift", "hedge_drift_floor", "required_contracts",
    "contracts_to_target", "residual_delta", "exposure_value", "cover_value", "hedge_broken",
)  # fmt: skip
"""Not every measure: some are computed only when they are asked for, and cost milliseconds."""

Document = dict[str, object]


class States:
    """Shows each account with its pools and positions, each hedge, and the desk as a whole; what
    is not renewed disappears there instead of lying.
    """

    def __init__(self, view: EngineView, boards: Sequence[Board]) -> None:
        self._view = view
        self._boards = tuple(boards)
        self._due_at = -inf

    def __call__(self, event: Event, _outcome: Outcome, now: float) -> None:
        if not self._boards or now < self._due_at or not isinstance(event, ClockAdvanced):
            return
        self._due_at = now + EACH_SECOND
        rows, alerts = list(self._view.rows()), tuple(self._view.alerts())
        for name, state in _accounts(rows, alerts):
            for board in self._boards:
                board.publish_state(name, {"ts": now, **state}, _SHOWN_FOR)
        for name, state in _hedges(rows, alerts):
            for board in self._boards:
                board.publish_hedge(name, {"ts": now, **state}, _SHOWN_FOR)
        for board in self._boards:
            board.publish_desk({"ts": now, **_desk(alerts)}, _SHOWN_FOR)


def _accounts(rows: Sequence[Row], alerts: Iterable[AlertRecord]) -> Iterable[tuple[str, Document]]:
    pools = api.rows_of(Scope.POOL, rows)
    positions = _parts(rows, Scope.POSITION, _OF_A_POSITION)
    for account in api.accounts(rows):
        name = str(account["account"])
        yield (
            name,
            {
                **_plain(account),
                "pools": [pool for pool in pools if pool["account"] == name],
                "positions": [each for each in positions if each["account"] == name],
                "alert": _worst(each for each in alerts if each.subject.label("account") == name),
            },
        )


def _hedges(rows: Sequence[Row], alerts: Iterable[AlertRecord]) -> Iterable[tuple[str, Document]]:
    for hedge in _parts(rows, Scope.HEDGE, _OF_A_HEDGE):
        name = str(hedge["hedge"])
        yield (
            name,
            {
                **hedge,
                "alert": _worst(each for each in alerts if each.subject.label("hedge") == name),
            },
        )


def _desk(alerts: Sequence[AlertRecord]) -> Document:
    return {"alerts": sum(alert.is_live for alert in alerts), "alert": _worst(alerts)}


def _worst(alerts: Iterable[AlertRecord]) -> Document | None:
    """The alert that matters most, the longest standing of equals; None when none is live."""
    live = (alert for alert in alerts if alert.is_live)
    worst = max(live, key=lambda each: (each.severity.rank, -each.active_since), default=None)
    if worst is None:
        return None
    return {
        "alertname": worst.alertname,
        "severity": worst.severity.value,
        "subject": str(worst.subject),
        "summary": worst.annotations.get("summary", ""),
        "active_since": worst.active_since,
        "acknowledged": None if worst.acknowledged is None else worst.acknowledged.by,
    }


def _parts(rows: Iterable[Row], scope: Scope, names: Iterable[str]) -> list[Document]:
    """Of each subject of a scope its labels and these measures."""
    return [
        {**dict(row.exported), **{name: api.jsonable(getattr(row, name)) for name in names}}
        for row in rows
        if row.subject.scope is scope
    ]


def _plain(state: Mapping[str, object]) -> Document:
    return {name: api.jsonable(value) for name, value in state.items()}
