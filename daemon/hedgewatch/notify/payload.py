"""Alertmanager's webhook payload, version 4, so that every receiver made for it works with ours."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from hedgewatch.core.alert_model import Acknowledgement, AlertState, Transition, plain_values
from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.matchers import labels_of
from hedgewatch.notify.message import OVER, clean, clip
from hedgewatch.notify.outgoing import Notification

_ANNOTATION_BYTES = 2000
_NOT_YET = "0001-01-01T00:00:00Z"
_FNV_OFFSET, _FNV_PRIME, _FNV_MASK = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF
_SEPARATOR = b"\xff"


def alertmanager_v4(
    notification: Notification, receiver: str, external_url: str = ""
) -> dict[str, object]:
    """One alert as a group of its own, or all of a digest as one group.

    An alarming end is still firing: Alertmanager's two words know no third, and "resolved" would
    say that a liquidated position is well. What was told before under another severity is another
    alert to whoever knows alerts by their labels: that one is closed beside it.
    """
    told = notification.digest or (notification.transition,)
    alerts = [(one, labels) for one in told for labels in _labels(one)]
    labels = _common([each for _, each in alerts])
    annotations = _common([annotations_of(one) for one in told])
    if notification.note:
        annotations["note"] = clean(notification.note)
    report = notification.report
    more = {} if report is None else {"report": report.told | {"html": report.html}}
    return {
        **more,
        "version": "4",
        "groupKey": f"{{}}:{{{_selector(labels)}}}",
        "truncatedAlerts": 0,
        "status": _status(told),
        "receiver": receiver,
        "groupLabels": labels,
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": external_url,
        "alerts": [_alert(one, each, external_url) for one, each in alerts],
    }


def _labels(transition: Transition) -> Iterator[dict[str, str]]:
    """Its labels, and those under which it was told before, if that was another alert."""
    labels = labels_of(transition)
    yield labels
    if transition.severity_before is not None:
        yield labels | {"severity": transition.severity_before.value}


def _alert(
    transition: Transition, labels: Mapping[str, str], external_url: str
) -> dict[str, object]:
    live = transition.is_live and labels["severity"] == transition.severity
    status = "firing" if live else "resolved"
    return {
        "status": status,
        "labels": labels,
        "annotations": annotations_of(transition),
        "startsAt": rfc3339(transition.active_since),
        "endsAt": _NOT_YET if status == "firing" else rfc3339(transition.at),
        "generatorURL": external_url,
        "fingerprint": fingerprint(labels),
    }


def _status(told: Iterable[Transition]) -> str:
    return "firing" if any(one.is_live for one in told) else "resolved"


def _common(texts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What all of them say alike."""
    first, *others = texts
    return {
        name: text for name, text in first.items() if all(one.get(name) == text for one in others)
    }


def annotations_of(transition: Transition) -> dict[str, str]:
    """What the rule says about it, fit for any display, why it ended, and who has seen it.

    Many displays show all annotations there are: while it fires, none says that it is over.
    """
    seen = transition.acknowledged
    texts = {
        **_said(transition),
        **({"reason": transition.reason} if transition.reason else {}),
        **({"acknowledged": _words(seen)} if seen is not None else {}),
    }
    return {name: clip(clean(text), _ANNOTATION_BYTES) for name, text in texts.items()}


def _said(transition: Transition) -> dict[str, str]:
    """The words of the rule; of what is over only those for that, where there are any."""
    texts = dict(transition.annotations)
    over = texts.pop(OVER, "")
    if over and transition.state is AlertState.RESOLVED:
        texts.pop("description", None)
        texts["summary"] = over
    return texts


def _words(seen: Acknowledgement) -> str:
    until = "" if seen.until is None else f" until {rfc3339(seen.until)}"
    comment = f": {seen.comment}" if seen.comment else ""
    return f"by {seen.by} at {rfc3339(seen.at)}{until}{comment}"


def fingerprint(labels: Mapping[str, str]) -> str:
    """Prometheus' fingerprint of a set of labels (FNV-1a), so that both systems name it alike."""
    value = _FNV_OFFSET
    for name in sorted(labels):
        for byte in _bytes(name) + _SEPARATOR + _bytes(labels[name]) + _SEPARATOR:
            value = ((value ^ byte) * _FNV_PRIME) & _FNV_MASK
    return f"{value:016x}"


def alert_json(notification: Notification) -> dict[str, object]:
    """An alert in our own words: measures have their names of rules and metrics."""
    transition = notification.transition
    return {
        "ts": rfc3339(transition.at),
        "alertname": transition.alertname,
        "state": transition.state.value,
        "severity": transition.severity.value,
        "scope": transition.subject.scope.value,
        "subject": str(transition.subject),
        "labels": labels_of(transition),
        "annotations": annotations_of(transition),
        "values": plain_values(transition.values),
        "reason": transition.reason,
        "active_since": rfc3339(transition.active_since),
        "episode": transition.episode,
        "reminder": notification.reminder,
    }


def as_bytes(fields: Mapping[str, object]) -> bytes:
    """JSON that a person can read raw, in valid UTF-8 even when a text of the outside world is not;
    what a screen would not show, or would obey, is escaped.
    """
    text = json.dumps(fields, ensure_ascii=False, allow_nan=False)
    valid = text.encode(errors="replace").decode()
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in valid).encode()


def _escaped(sign: str) -> str:
    return json.dumps(sign).strip('"')


def _selector(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={json.dumps(labels[name])}" for name in sorted(labels))


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")
