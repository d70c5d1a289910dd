"""What the status page shows, as one document: what fires, pools with their positions, hedges with
their legs, accounts with their feeds, signals and calendars. Worst first.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from hedgewatch.core.alert_model import AlertRecord, AlertState, Transition
from hedgewatch.core.alerts.settling import resolved_at
from hedgewatch.core.book.rows import HedgeLeg, HedgeRow, PositionRow
from hedgewatch.core.model import Scope, Subject
from hedgewatch.telemetry import api
from hedgewatch.telemetry.exposition import Row
from hedgewatch.telemetry.ranks import (
    account_rank,
    asset_rank,
    hedge_rank,
    pool_rank,
    position_rank,
)

SilenceOf = Callable[[AlertRecord], Mapping[str, object] | None]

_MOST_REMEDIES = 3
"""Each takes milliseconds to work out."""

_OF_A_POOL = (
    "margin_ratio", "equity", "maintenance_margin", "headroom", "shock_down", "shock_up",
    "margin_by_venue",
)  # fmt: skip
_OF_A_POSITION = (
    "contracts", "notional", "mark_price", "unrealized_pnl", "liquidation_price_down",
    "liquidation_price_up", "liquidation_distance", "liquidation_distance_worst",
    "liquidation_distance_sigmas",
)  # fmt: skip
_OF_A_HEDGE = (
    "hedge_ratio", "target", "hedge_drift", "hedge_drift_floor", "hedge_drift_worst",
    "contracts_to_target", "residual_delta", "exposure_value", "cover_value", "hedge_broken",
)  # fmt: skip
_OF_AN_ACCOUNT = (
    "account_blind", "blind_seconds", "account_unusable", "key_too_powerful",
    "liquidation_distance_worst",
)  # fmt: skip
_OF_AN_ASSET = ("net_exposure_coins", "net_exposure", "gross_exposure")
_OF_A_FEED = ("feed_up", "data_age_seconds")
_OF_A_SIGNAL = ("signal_value", "signal_age_seconds", "signal_up")
_OF_A_CALENDAR = ("event_in_seconds", "event_running")
"""Not every measure: some are worked out only when they are asked for, and cost milliseconds."""


class Told(Protocol):
    """What the page may see of the engine."""

    def rows(self) -> Iterable[Row]: ...

    def alerts(self) -> Iterable[AlertRecord]: ...

    def reasons_not_ready(self) -> Iterable[str]: ...

    def status(self) -> Mapping[str, object]: ...


def state_of(told: Told, now: float, silence_of: SilenceOf) -> api.Document:
    """Everything as it stands at `now`, epoch seconds, by which all other times count."""
    by_scope: dict[Scope, list[Row]] = {scope: [] for scope in Scope}
    for row in told.rows():
        by_scope[row.subject.scope].append(row)
    status = told.status()
    return {
        "now": now,
        "instance": status.get("instance", ""),
        "version": status.get("version", ""),
        "reasons": list(told.reasons_not_ready()),
        "alerts": _alerts(told.alerts(), silence_of, by_scope),
        "pools": _pools(by_scope[Scope.POOL], by_scope[Scope.POSITION]),
        "hedges": [_hedge(row) for row in sorted(by_scope[Scope.HEDGE], key=hedge_rank)],
        "accounts": _accounts(by_scope[Scope.ACCOUNT], by_scope[Scope.FEED]),
        "assets": [
            _named(row, _OF_AN_ASSET) for row in sorted(by_scope[Scope.ASSET], key=asset_rank)
        ],
        "signals": [_signal(row) for row in by_scope[Scope.SIGNAL]],
        "calendars": [_calendar(row) for row in by_scope[Scope.CALENDAR]],
    }


def _alerts(
    alerts: Iterable[AlertRecord], silence_of: SilenceOf, rows: Mapping[Scope, Iterable[Row]]
) -> list[api.Document]:
    """The gravest first. Of the first few that are no calm ones with what would mend it as of now,
    of those that are calm with when they are resolved if that lasts.
    """
    found = [(each, api.alert(each, silence_of(each))) for each in sorted(alerts, key=_rank)]
    dangers = [(alert, document) for alert, document in found if not _is_calm(alert)]
    for alert, document in dangers[:_MOST_REMEDIES]:
        document["remedy"] = _remedy(alert, _row_of(alert, rows))
    for alert, document in found:
        document["resolved_at"] = _resolved_at(alert, _row_of(alert, rows))
    return [document for _, document in found]


def _row_of(alert: AlertRecord, rows: Mapping[Scope, Iterable[Row]]) -> Row | None:
    among = rows.get(alert.subject.scope, ())
    return next((row for row in among if row.subject == alert.subject), None)


def _resolved_at(alert: AlertRecord, row: Row | None) -> float | None:
    """Epoch seconds; None of what is not calm."""
    held = getattr(row, "alerts", {}).get(alert.alertname)
    judgement = getattr(row, "judgement", None)
    if held is None or judgement is None:
        return None
    rules = (rule for rule in judgement.rules if rule.name == alert.alertname)
    return next((resolved_at(rule, held) for rule in rules), None)


def _remedy(alert: AlertRecord, row: Row | None) -> str:
    if alert.state is not AlertState.FIRING or alert.subject.scope not in _MENDING:
        return ""
    return _MENDING[alert.subject.scope](row)


def _remedy_of_pool(row: Row | None) -> str:
    """Nothing where nothing is lacking: beside an alert that fires all the same, "it is safe" would
    deny it.
    """
    pool = row.pool if isinstance(row, PositionRow) else row
    if getattr(pool, "top_up_to_safe", None) == 0.0:
        return ""
    remedy: str = getattr(row, "remedy", "")
    return remedy


def _remedy_of_hedge(row: Row | None) -> str:
    """What to trade, of a hedge of which that is known, and not nothing."""
    missing = getattr(row, "uncovered_value", None)
    needed = getattr(row, "contracts_to_target", None)
    trade: str = getattr(row, "trade_in_words", "")
    return trade if isinstance(missing, float) and needed else ""


_MENDING: Mapping[Scope, Callable[[Row | None], str]] = {
    Scope.POOL: _remedy_of_pool,
    Scope.POSITION: _remedy_of_pool,
    Scope.HEDGE: _remedy_of_hedge,
}


def transition_document(told: Transition) -> api.Document:
    """One line of what happened lately."""
    return {
        "at": told.at,
        "alertname": told.alertname,
        "subject": str(told.subject),
        "state": told.state.value,
        "severity": told.severity.value,
        "change": told.change.value,
        "reason": told.reason,
        "alarming": told.is_alarming_end,
        "summary": told.annotations.get("summary", ""),
        "resolved": told.annotations.get("resolved", ""),
    }


def _rank(alert: AlertRecord) -> tuple[bool, int, bool, float]:
    """What stands before what may yet stand, the gravest first, of equals what is not calm, and
    then the oldest.
    """
    waits = alert.state is AlertState.PENDING
    return waits, -alert.severity.rank, _is_calm(alert), alert.active_since


def _is_calm(alert: AlertRecord) -> bool:
    """Whether it fires on only until it can be believed that it is over."""
    return alert.state is AlertState.FIRING and alert.clear_since is not None


def _pools(pools: Iterable[Row], positions: Iterable[Row]) -> list[api.Document]:
    held: dict[Subject | None, list[api.Document]] = {}
    for row in sorted(positions, key=position_rank):
        pool = row.pool if isinstance(row, PositionRow) else None
        held.setdefault(None if pool is None else pool.subject, []).append(
            _named(row, _OF_A_POSITION)
        )
    found = [
        _named(row, _OF_A_POOL) | {"positions": held.pop(row.subject, [])}
        for row in sorted(pools, key=pool_rank)
    ]
    loose = [each for rest in held.values() for each in rest]
    return [*found, {"pool": None, "positions": loose}] if loose else found


def _hedge(row: Row) -> api.Document:
    document = _named(row, _OF_A_HEDGE)
    if isinstance(row, HedgeRow):
        document["break_reason"] = row.break_reason
        document["exposure"] = [_leg(leg) for leg in row.exposure]
        document["cover"] = [_leg(leg) for leg in row.cover]
    return document


def _leg(leg: HedgeLeg) -> api.Document:
    """What a leg holds, in units of its market's base, and its signed value in the quote."""
    plan = leg.plan
    why = leg.doubt or leg.market.doubt
    value = leg.quantity * leg.market.price * plan.beta if why is None else why
    return {
        "holder": plan.wallet or plan.account,
        "asset": plan.asset or plan.symbol,
        "held": api.jsonable(leg.quantity if why is None else why),
        "value": api.jsonable(value),
    }


def _accounts(accounts: Iterable[Row], feeds: Iterable[Row]) -> list[api.Document]:
    lines: dict[str, list[api.Document]] = {}
    for row in feeds:
        feed = _named(row, _OF_A_FEED) | {"reason": getattr(row, "reason", "")}
        lines.setdefault(row.subject.label("account"), []).append(feed)
    return [
        _named(row, _OF_AN_ACCOUNT)
        | {
            "reason": getattr(row, "doubt_reason", ""),
            "unseen": api.unseen_in(row),
            "feeds": lines.get(row.subject.label("account"), []),
        }
        for row in sorted(accounts, key=account_rank)
    ]


def _signal(row: Row) -> api.Document:
    more = {"unit": getattr(row, "signal_unit", ""), "reason": getattr(row, "signal_reason", "")}
    return _named(row, _OF_A_SIGNAL) | more


def _calendar(row: Row) -> api.Document:
    more = {"event": getattr(row, "event", ""), "reason": getattr(row, "calendar_reason", "")}
    return _named(row, _OF_A_CALENDAR) | more


def _named(row: Row, names: Iterable[str]) -> api.Document:
    """Labels and measures side by side."""
    return {**dict(row.exported), **{name: api.jsonable(getattr(row, name)) for name in names}}
