"""The one place where commands are obeyed: checked, done, written down, answered."""

from collections.abc import Awaitable, Callable, Mapping

from hedgewatch.command import Fields, Reply
from hedgewatch.commands.choice import chosen, matchers_of
from hedgewatch.commands.forms import (
    AckFields,
    AlertFields,
    SilenceFields,
    UnsilenceFields,
    filled,
)
from hedgewatch.commands.reach import Reach
from hedgewatch.commands.refusal import RefusedError
from hedgewatch.commands.shelf import document
from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.core.events import AlertAcknowledged
from hedgewatch.notify.matchers import labels_of, matches_all
from hedgewatch.notify.silences import Silence, SilenceError, highest_severity

_DONE, _WRONG, _MISSING, _NOT_NOW = 200, 400, 404, 409

Document = dict[str, object]


class Commands:
    """Acknowledge and silence. An acknowledgement is an event of the engine, to which the alert
    belongs; a silence changes what is told and nothing else.

    A disk that fails is no reason to refuse: the answer says what was not stored.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._known: Mapping[str, Callable[[Fields], Awaitable[Document]]] = {
            "ack": self._acknowledge,
            "unack": self._withdraw,
            "silence": self._silence,
            "unsilence": self._unsilence,
        }

    async def obey(self, command: str, fields: Fields, channel: str) -> Reply:
        """Do it, or say why not; either is in the audit log before it is answered."""
        entry: Document = {"command": command, "channel": channel, "by": _by(fields)}
        entry["fields"] = dict(fields)
        try:
            done = await self._perform(command, fields)
        except RefusedError as error:
            why = await self._reach.audit.note({**entry, "outcome": "refused", "why": str(error)})
            return Reply(status=error.status, document=_refusal(error) | _stored(why))
        unsaved = await self._reach.shelf.save()
        why = await self._reach.audit.note({**entry, "outcome": "done", "did": done})
        return Reply(status=_DONE, document=done | _stored(unsaved or why))

    async def refused(self, command: str, channel: str, why: str, by: str = "") -> None:
        """A command that its channel turned away: nothing is done, it is written down."""
        entry = {"command": command, "channel": channel, "by": by, "outcome": "refused"}
        await self._reach.audit.knocked({**entry, "why": why})

    def silences(self) -> list[Document]:
        """Those that hold, with the alerts that each keeps quiet now."""
        alerts, now = tuple(self._reach.alerts()), self._reach.clock()
        return [
            document(silence)
            | {"muted": [named(alert) for alert in alerts if silence.covers(alert, now)]}
            for silence in self._reach.silences.all()
        ]

    def silence_of(self, alert: AlertRecord) -> Document | None:
        """The silence that keeps an alert quiet now."""
        silence = self._reach.silences.muting(alert, self._reach.clock())
        return None if silence is None else document(silence)

    async def audit(self, limit: int, before: int | None) -> list[Document]:
        """The latest entries of the audit log, the newest first; OSError."""
        return await self._reach.audit.read(limit, before)

    async def _perform(self, command: str, fields: Fields) -> Document:
        if command not in self._known:
            why = f"unknown command '{command[:40]}': there are {', '.join(self._known)}"
            raise RefusedError(why, status=_MISSING)
        return await self._known[command](fields)

    async def _acknowledge(self, fields: Fields) -> Document:
        form = filled(AckFields, fields)
        alerts = chosen(form, self._reach.alerts())
        until = None if form.period is None else self._reach.clock() + form.period
        for alert in alerts:
            self._tell(alert, form, until=until)
        return {"acknowledged": [named(alert) for alert in alerts], "until": until}

    async def _withdraw(self, fields: Fields) -> Document:
        form = filled(AlertFields, fields)
        standing = tuple(self._reach.alerts())
        seen = [alert for alert in standing if alert.acknowledged is not None]
        if not seen and standing:
            raise RefusedError("nobody has acknowledged any alert", status=_NOT_NOW)
        alerts = chosen(form, seen)
        for alert in alerts:
            self._tell(alert, form, withdrawn=True)
        return {"withdrawn": [named(alert) for alert in alerts]}

    def _tell(
        self,
        alert: AlertRecord,
        form: AlertFields,
        *,
        until: float | None = None,
        withdrawn: bool = False,
    ) -> None:
        self._reach.publish(
            AlertAcknowledged(
                alertname=alert.alertname,
                subject=alert.subject,
                by=form.by,
                until=until,
                comment=form.comment,
                withdrawn=withdrawn,
            )
        )

    async def _silence(self, fields: Fields) -> Document:
        form = filled(SilenceFields, fields)
        matchers = matchers_of(form.matchers)
        alerts, now = tuple(self._reach.alerts()), self._reach.clock()
        try:
            silence = Silence(
                id=self._reach.identify(),
                matchers=matchers,
                by=form.by,
                comment=form.comment,
                starts_at=now,
                ends_at=now + form.period,
                up_to=highest_severity(matchers, alerts),
            )
        except SilenceError as error:
            raise RefusedError(str(error), status=_WRONG, problems=[str(error)]) from None
        self._reach.silences.add(silence)
        meant = [alert for alert in alerts if matches_all(matchers, labels_of(alert))]
        return {
            "silence": document(silence),
            "muted": [named(alert) for alert in meant if silence.covers(alert, now)],
            "not_muted": [named(alert) for alert in meant if not silence.covers(alert, now)],
        }

    async def _unsilence(self, fields: Fields) -> Document:
        form = filled(UnsilenceFields, fields)
        held = self._reach.silences.all()
        found = [silence for silence in held if silence.id.startswith(form.id)]
        if not form.id or not found:
            known = ", ".join(silence.id for silence in held)
            why = f"no silence is called '{form.id}': there are {known or 'none'}"
            raise RefusedError(why, status=_MISSING)
        if len(found) > 1:
            why = f"{len(found)} silences begin with '{form.id}': write more of it"
            raise RefusedError(why, status=_NOT_NOW)
        self._reach.silences.remove(found[0].id)
        return {"ended": document(found[0])}


def named(alert: AlertRecord) -> Document:
    """An alert by what tells it from others."""
    return {
        "alertname": alert.alertname,
        "subject": str(alert.subject),
        "labels": dict(alert.subject.labels),
        "severity": alert.severity.value,
        "alertstate": alert.state.value,
        "active_since": alert.active_since,
        "episode": alert.episode,
    }


def _refusal(error: RefusedError) -> Document:
    told: Document = {"error": str(error)}
    if error.problems:
        told["problems"] = list(error.problems)
    if error.alerts:
        told["alerts"] = [named(alert) for alert in error.alerts]
    return told


def _stored(why: str) -> Document:
    return {"stored": False, "not_stored_because": why} if why else {"stored": True}


def _by(fields: Fields) -> str:
    by = fields.get("by")
    return by if isinstance(by, str) else ""
