"""The book as JSON documents: the same names as in rules and metrics, the unknown said as such."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from hedgewatch.core.alert_model import AlertRecord, AlertState
from hedgewatch.core.evenness import Advice
from hedgewatch.core.measures import CATALOGUE
from hedgewatch.core.model import Scope, Unknown
from hedgewatch.core.rules import Realert, Rule
from hedgewatch.telemetry.exposition import Row

Document = dict[str, object]

_MEASURES = {scope: tuple(m.name for m in CATALOGUE if m.scope is scope) for scope in Scope}


def rows_of(scope: Scope, rows: Iterable[Row]) -> list[Document]:
    """The subjects of one scope: labels and measures side by side."""
    return [_row(row) for row in rows if row.subject.scope is scope]


def accounts(rows: Iterable[Row]) -> list[Document]:
    """The accounts, each with its feeds, and what its venue does not tell of it."""
    every = tuple(rows)
    feeds = rows_of(Scope.FEED, every)
    return [
        _row(row)
        | {
            "unseen": unseen_in(row),
            "feeds": [feed for feed in feeds if feed["account"] == row.subject.label("account")],
        }
        for row in every
        if row.subject.scope is Scope.ACCOUNT
    ]


def unseen_in(row: Row) -> list[str]:
    """What may be in an account and was not told, in words."""
    return list(getattr(row, "unseen", ()))


def alert(record: AlertRecord, silence: Mapping[str, object] | None = None) -> Document:
    """One alert as it stands, and the silence that keeps it quiet. Times are seconds since 1970;
    `calm_since` is since when it has been clear, of one that fires on until that can be believed.
    """
    seen = record.acknowledged
    return {
        "alertname": record.alertname,
        "alertstate": record.state.value,
        "severity": record.severity.value,
        "scope": record.subject.scope.value,
        "subject": str(record.subject),
        "labels": dict(record.subject.labels) | dict(record.labels),
        "annotations": dict(record.annotations),
        "values": jsonable(record.values),
        "active_since": record.active_since,
        "fired_at": record.fired_at,
        "calm_since": record.clear_since if record.state is AlertState.FIRING else None,
        "reason": record.reason,
        "episode": record.episode,
        "acknowledged": None if seen is None else asdict(seen),
        "silenceable": record.silenceable,
        "silence": silence,
    }


def evenness(advice: Advice) -> Document:
    """What is advised for the pools of one currency; the moves are never made by us."""
    found = advice.leveling
    return {
        "currency": advice.currency,
        "nearest_before": jsonable(found.before),
        "nearest_after": jsonable(found.after),
        "moves": [
            {"from": move.source, "to": move.target, "amount": move.amount} for move in found.moves
        ],
        "left_out": [{"pool": pool, "reason": reason} for pool, reason in advice.left_out],
    }


def rule(loaded: Rule) -> Document:
    """One rule as it was written. Durations are seconds."""
    return {
        "alert": loaded.name,
        "on": loaded.scope.value,
        "where": {name: sorted(values) for name, values in loaded.where.items()},
        "expr": loaded.expr.text,
        "clear": None if loaded.clear is None else loaded.clear.text,
        "for": loaded.hold_for,
        "keep_firing_for": loaded.keep_firing_for,
        "settle": loaded.settle,
        "unknown": loaded.unknown,
        "realert": None if loaded.realert is None else _realert(loaded.realert),
        "silenceable": loaded.silenceable,
        "severity": loaded.severity.value,
        "labels": dict(loaded.labels),
        "annotations": {name: each.text for name, each in loaded.annotations.items()},
    }


def _realert(loaded: Realert) -> Document:
    return {"worse_by": loaded.worse_by, "of": loaded.of.text, "every": loaded.every}


def jsonable(value: object) -> object:
    """Say in JSON what it cannot: infinities as text, the unknown with its reason."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case Unknown(reason, since):
            return {"unknown": reason, "since": since}
        case Mapping():
            return {str(name): jsonable(inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [jsonable(inner) for inner in value]
        case _:
            return value


def _row(row: Row) -> Document:
    values = {name: jsonable(getattr(row, name)) for name in _MEASURES[row.subject.scope]}
    return dict(row.exported) | values
