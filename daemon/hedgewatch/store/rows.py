"""Alerts and notifications as rows of the file, and back."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from hedgewatch.core.alert_model import (
    AlertRecord,
    AlertState,
    Past,
    Severity,
    Told,
    acknowledgement_of,
    plain_values,
    values_of,
)
from hedgewatch.core.model import Scope, Subject

_COLUMNS = ("key", "receiver", "payload", "attempts", "next_at", "created_at", "expires_at")


class Deliverable(Protocol):
    """What the store must know of a notification on its way; `notify` knows the rest."""

    @property
    def key(self) -> str: ...
    @property
    def receiver(self) -> str: ...
    @property
    def payload(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def next_at(self) -> float: ...
    @property
    def created_at(self) -> float: ...
    @property
    def expires_at(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDelivery:
    """A notification that is still to be delivered."""

    key: str
    receiver: str
    payload: str
    attempts: int
    next_at: float
    created_at: float
    expires_at: float


def write_alert(database: sqlite3.Connection, record: AlertRecord) -> None:
    """Keep the alert as it stands, or forget it when its state says so."""
    # As JSON, because a text of the outside world may hold what SQLite's UTF-8 cannot.
    name = json.dumps(record.alertname)
    subject = json.dumps([record.subject.scope, record.subject.labels])
    if record.state is not AlertState.INACTIVE:
        database.execute(
            "INSERT INTO alerts VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET state = excluded.state, record = excluded.record",
            (name, subject, record.state, encode_record(record)),
        )
    else:
        database.execute("DELETE FROM alerts WHERE alertname = ? AND subject = ?", (name, subject))


def set_aside(database: sqlite3.Connection, text: str) -> None:
    """Keep an alert that cannot be understood where it is told of once, not at each start."""
    database.execute(
        "INSERT INTO unreadable SELECT alertname, subject, record FROM alerts WHERE record = ?",
        (text,),
    )
    database.execute("DELETE FROM alerts WHERE record = ?", (text,))


def write_delivery(database: sqlite3.Connection, delivery: Deliverable) -> None:
    """Queue it, unless a notification with its key is known already."""
    database.execute(
        f"INSERT INTO outbox ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - own column names
        " ON CONFLICT (key) DO NOTHING",
        [getattr(delivery, column) for column in _COLUMNS],
    )


def waiting_deliveries(database: sqlite3.Connection) -> tuple[StoredDelivery, ...]:
    """What was not delivered yet, oldest first."""
    rows = database.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM outbox WHERE state = 'pending' ORDER BY id"  # noqa: S608 - own column names
    )
    return tuple(StoredDelivery(**dict(zip(_COLUMNS, row, strict=True))) for row in rows)


def encode_record(record: AlertRecord) -> str:
    """One alert as JSON; infinities are the strings `inf` and `-inf`."""
    plain = asdict(replace(record, labels={}, annotations={}, values={}))
    plain["labels"], plain["annotations"] = dict(record.labels), dict(record.annotations)
    plain["values"] = plain_values(record.values)
    if record.told is not None:
        plain["told"] |= plain_values({"badness": record.told.badness})
    return json.dumps(plain, allow_nan=False)


def decode_record(text: str) -> AlertRecord:
    """What `encode_record` wrote; KeyError, TypeError or ValueError when it did not."""
    fields: dict[str, Any] = json.loads(text)
    labels = tuple((name, value) for name, value in fields["subject"]["labels"])
    known = {
        "subject": Subject(Scope(fields["subject"]["scope"]), labels),
        "state": AlertState(fields["state"]),
        "severity": Severity(fields["severity"]),
        "acknowledged": acknowledgement_of(fields.get("acknowledged")),
        "values": values_of(fields["values"]),
        "told": _told(fields.get("told")),
        "past": _past(fields.get("past", {})),
    }
    return AlertRecord(**fields | known)


def _told(plain: Mapping[str, Any] | None) -> Told | None:
    if plain is None:
        return None
    badness = None if plain["badness"] is None else float(plain["badness"])
    return Told(at=plain["at"], severity=Severity(plain["severity"]), badness=badness)


def _past(plain: Mapping[str, Any]) -> Past:
    return Past(**{**plain, "fired": tuple(plain.get("fired", ()))})
