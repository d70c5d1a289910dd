"""The alerts as they stand, in the words of Alertmanager's API: what is sent again and again.

Alertmanager forgets an alert that it does not hear of any more, and all of them when it restarts.
What fires is therefore said again while it fires, always with an end some re-sends ahead; what is
over is said again for a while, because a "resolved" that is lost is an alert that seems to fire.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from hedgewatch.core.alert_model import AlertState, Transition
from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.matchers import labels_of
from hedgewatch.notify.message import clean
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.payload import annotations_of, as_bytes

_OVER_FOR = 300.0
_SHORTEST_VALIDITY = 300.0
_SHORTEST_WATCHDOG = 60.0
_MISSED_RESENDS = 4
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FOREIGN = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One alert: `text` is all of its JSON but the end. `over_at` is None while it is live."""

    identity: tuple[tuple[str, str], ...]
    starts_at: float
    text: bytes
    over_at: float | None = None

    def posted(self, now: float, validity: float) -> bytes:
        """Its JSON, with its end, or the moment until which it may be believed."""
        ends = now + validity if self.over_at is None else self.over_at
        ends = max(ends, self.starts_at)  # one that ends before it starts is refused
        return self.text[:-1] + f', "endsAt": "{rfc3339(ends)}"}}'.encode()


class Alerts:
    """Holds every live alert, and what was over within the last minutes.

    `instance` is one of their labels, so that two desks with an account of one name are told
    apart; replicas of one desk share it, and their alerts are the same.
    """

    def __init__(self, instance: str, resend: float, external_url: str = "") -> None:
        self._instance = instance
        self._external_url = external_url
        self._resend = resend
        self._validity = max(_MISSED_RESENDS * resend, _SHORTEST_VALIDITY)
        self._live: dict[str, Standing] = {}
        self._over: dict[tuple[tuple[str, str], ...], Standing] = {}

    def take(self, notification: Notification, now: float) -> list[Standing]:
        """Let it stand as it is told now, in the place of what was told of it before: all that has
        to be said of it, the alert itself last.

        With other labels, of which the severity is one, it is another alert to Alertmanager: the
        one before is over.
        """
        transition = notification.transition
        standing = self._standing(transition)
        before = [self._live.pop(notification.alert, None), self._of_severity_before(transition)]
        ended = [
            self._end(each, now)
            for each in before
            if each is not None and each.identity != standing.identity
        ]
        if not _is_live(transition):
            return [*ended, self._end(standing, min(transition.at, now))]
        self._over.pop(standing.identity, None)
        self._live[notification.alert] = standing
        return [*ended, standing]

    def drop(self, notification: Notification) -> None:
        """Forget what was refused: it would be refused at each re-send."""
        self._live.pop(notification.alert, None)
        self._over.pop(self._standing(notification.transition).identity, None)

    def standing(self, now: float) -> list[Standing]:
        """All that has to be said again, after forgetting what has been over for long enough."""
        self._over = {
            identity: each
            for identity, each in self._over.items()
            if each.over_at is not None and now < each.over_at + _OVER_FOR + self._resend
        }
        return [*self._live.values(), *self._over.values()]

    def posted(self, standing: Standing, now: float) -> bytes:
        """One alert as JSON."""
        return standing.posted(now, self._validity)

    def _end(self, standing: Standing, now: float) -> Standing:
        over = Standing(
            identity=standing.identity,
            starts_at=standing.starts_at,
            text=standing.text,
            over_at=now,
        )
        self._over[over.identity] = over
        return over

    def _of_severity_before(self, transition: Transition) -> Standing | None:
        """What was told before the severity changed: over a restart only that is known of it."""
        before = transition.severity_before
        return None if before is None else self._standing(replace(transition, severity=before))

    def _standing(self, transition: Transition) -> Standing:
        labels = labels_of(transition) | {"instance": self._instance}
        return _standing(
            acceptable_labels(labels),
            acceptable_annotations(annotations_of(transition)),
            transition.active_since,
            self._external_url,
        )


class Watchdog:
    """The alert that always fires while the daemon is well: its absence is the alarm.

    While it is not well nothing is said, as by a dead one: a moment's weakness is not told.
    """

    def __init__(
        self, instance: str, resend: float, well: Callable[[], bool], started_at: float
    ) -> None:
        labels = {"alertname": "Watchdog", "severity": "none", "instance": instance}
        text = f"hedgewatch on {instance} is well; this alert always fires, its absence alarms"
        self._validity = max(_MISSED_RESENDS * resend, _SHORTEST_WATCHDOG)
        self._standing = _standing(acceptable_labels(labels), {"summary": text}, started_at, "")
        self._well = well

    def posted(self, now: float) -> bytes | None:
        """Its JSON, None while the daemon is not well."""
        return self._standing.posted(now, self._validity) if self._well() else None


def acceptable_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels that Alertmanager takes; what had to be changed ends in a digest, so that two alerts
    never become one. An empty one is as good as none.
    """
    return {_name(name): _distinct(text) for name, text in labels.items() if text}


def acceptable_annotations(annotations: Mapping[str, str]) -> dict[str, str]:
    """Annotations that Alertmanager takes, in signs that no screen obeys."""
    return {_name(name): clean(text) for name, text in annotations.items()}


def _name(name: str) -> str:
    """Letters, digits and `_`; others are all that Alertmanager before 0.28 refuses."""
    if _NAME.fullmatch(name):
        return name
    return f"_{_FOREIGN.sub('_', name)}_{_digest(name)}"


def _distinct(text: str) -> str:
    shown = clean(text).replace("\n", " ").strip()
    return shown if shown == text else f"{shown}~{_digest(text)}"


def _digest(text: str) -> str:
    return sha256(text.encode(errors="backslashreplace")).hexdigest()[:8]


def _standing(
    labels: Mapping[str, str], annotations: Mapping[str, str], starts_at: float, url: str
) -> Standing:
    fields: dict[str, object] = {
        "labels": dict(labels),
        "annotations": dict(annotations),
        "startsAt": rfc3339(starts_at),
    }
    if url:
        fields["generatorURL"] = url
    identity = tuple(sorted(labels.items()))
    return Standing(identity=identity, starts_at=starts_at, text=as_bytes(fields))


def _is_live(transition: Transition) -> bool:
    """It fires, or it ended in an alarming way that nobody has acknowledged."""
    seen = transition.state is AlertState.ENDED and transition.acknowledged is not None
    return transition.is_live and not seen
