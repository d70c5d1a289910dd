"""What is on its way: a notification, its identity, and what the outbox keeps of it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any, Protocol, Self
from urllib.parse import quote

from hedgewatch.core.alert_model import (
    AlertRecord,
    AlertState,
    Change,
    Severity,
    Transition,
    acknowledgement_of,
    plain_values,
    values_of,
)
from hedgewatch.core.model import Scope, Subject
from hedgewatch.notify.report import REPORT, Report

DIGEST = "Digest"
"""What stands for the name of an alert where many are told together."""

_LONGEST_PART = 100  # a key is sent as a header, and servers refuse long ones
EXPIRES_AFTER = 86400.0
"""Seconds after which a notification that nobody took is given up: news of yesterday misleads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message to one receiver. `key` is the same at each attempt, over restarts too.

    A `reminder` says again that an alert is still firing; the `note` says why it is told now, or
    here. A `digest` are many alerts told together, of which `transition` is the head. What is
    `collected` is not sent: it goes into the digest of so many seconds. A `report` is no alert, and
    `transition` is no more than its title.
    """

    key: str
    transition: Transition
    reminder: bool = False
    note: str = ""
    digest: tuple[Transition, ...] = ()
    collected: float = 0.0
    report: Report | None = None

    @property
    def alert(self) -> str:
        """The identity of the alert: its rule and its subject, safe in a header or a topic."""
        return alert_key(self.transition.alertname, self.transition.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A notification that has to reach a receiver, and how far that is."""

    receiver: str
    notification: Notification
    created_at: float
    expires_at: float
    next_at: float
    attempts: int = 0

    @property
    def key(self) -> str:
        return self.notification.key

    @property
    def payload(self) -> str:
        return encode_notification(self.notification)

    @classmethod
    def of(
        cls, transition: Transition, receiver: str, now: float, *, reminder: bool = False
    ) -> Self:
        """The delivery of a transition to one receiver, due now."""
        key = delivery_key(transition, receiver)
        return cls(
            receiver=receiver,
            notification=Notification(key=key, transition=transition, reminder=reminder),
            created_at=now,
            expires_at=now + EXPIRES_AFTER,
            next_at=now,
        )

    def carrying(self, notification: Notification) -> Self:
        """The same, with another notification."""
        return replace(self, notification=notification)

    def collected(self, period: float) -> Self:
        """The same, for the digest of so many seconds."""
        return self.carrying(replace(self.notification, collected=period))


class Waiting(Protocol):
    """A delivery as the outbox gives it back after a restart."""

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


class Outbox(Protocol):
    """The disk, as delivery needs it. Each call raises OSError when the disk does not do it."""

    async def commit(
        self, records: Collection[AlertRecord], deliveries: Collection[Delivery]
    ) -> None: ...
    async def mark_sent(self, keys: Collection[str]) -> None: ...
    async def mark_retry(self, key: str, next_at: float) -> None: ...
    async def mark_dead(self, key: str, reason: str) -> None: ...


def alert_key(alertname: str, subject: Subject) -> str:
    """Rule and subject in one text of printable ASCII, different for different alerts."""
    labels = "/".join(_part(value) for _, value in subject.labels)
    return f"{_part(alertname)}|{subject.scope}:{labels}"


def delivery_key(transition: Transition, receiver: str) -> str:
    """The idempotency key: rule, subject, episode, transition, receiver.

    The transition is its state and its moment, because one episode can fire again: worse, or as
    a reminder; and what else it tells, because an acknowledgement may come in the same moment.
    """
    alert = alert_key(transition.alertname, transition.subject)
    news = transition.state if transition.change is Change.STATE else transition.change
    moment = f"{news}@{transition.at:.3f}"
    return f"{alert}|{_part(transition.episode)}|{moment}|{_part(receiver)}"


def encode_notification(notification: Notification) -> str:
    """A notification as JSON; infinities are the strings `inf` and `-inf`."""
    fields = {
        "key": notification.key,
        "transition": _encoded(notification.transition),
        "reminder": notification.reminder,
        "note": notification.note,
        "digest": [_encoded(transition) for transition in notification.digest],
        "collected": notification.collected,
        "report": None if notification.report is None else asdict(notification.report),
    }
    return json.dumps(fields, allow_nan=False)


def decode_notification(text: str) -> Notification:
    """What `encode_notification` wrote, in older versions too; KeyError, TypeError or ValueError
    when it did not.
    """
    fields: dict[str, Any] = json.loads(text)
    return Notification(
        key=fields["key"],
        transition=_decoded(fields["transition"]),
        reminder=fields["reminder"],
        note=fields.get("note", ""),
        digest=tuple(map(_decoded, fields.get("digest", ()))),
        collected=float(fields.get("collected", 0.0)),
        report=Report.of(fields["report"]) if fields.get("report") else None,
    )


def delivery_of(report: Report, receiver: str, now: float) -> Delivery:
    """The delivery of a report. Its key follows from its time: made twice, it is the same."""
    head = Transition(
        at=report.ends,
        alertname=REPORT,
        subject=Subject(Scope.BOOK, (("report", report.kind),)),
        state=AlertState.ENDED,
        severity=Severity.INFO,
        episode=f"{report.begins:.0f}",
        active_since=report.begins,
        reason="report",
        labels={},
        annotations={"summary": report.title, "description": "\n".join(report.brief)},
        values={},
    )
    told = Delivery.of(head, receiver, now)
    return told.carrying(replace(told.notification, report=report))


def _encoded(transition: Transition) -> dict[str, Any]:
    plain = asdict(replace(transition, labels={}, annotations={}, values={}))
    plain["labels"], plain["annotations"] = dict(transition.labels), dict(transition.annotations)
    plain["values"] = plain_values(transition.values)
    return plain


def _decoded(plain: Mapping[str, Any]) -> Transition:
    labels = tuple((name, value) for name, value in plain["subject"]["labels"])
    known = {
        "subject": Subject(Scope(plain["subject"]["scope"]), labels),
        "state": AlertState(plain["state"]),
        "severity": Severity(plain["severity"]),
        "change": Change(plain.get("change", Change.STATE)),
        "acknowledged": acknowledgement_of(plain.get("acknowledged")),
        "severity_before": _severity(plain.get("severity_before")),
        "values": values_of(plain["values"]),
    }
    return Transition(**{**plain, **known})


def _severity(plain: str | None) -> Severity | None:
    return None if plain is None else Severity(plain)


def _part(text: str) -> str:
    """A part of a key: no separator survives in it, and a long one ends in a digest."""
    quoted = quote(text, safe=":", errors="backslashreplace")
    if len(quoted) <= _LONGEST_PART:
        return quoted
    return f"{quoted[:_LONGEST_PART]}~{sha256(quoted.encode()).hexdigest()[:16]}"
