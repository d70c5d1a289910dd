"""Lesser alerts, collected and told together."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter

from hedgewatch.core.alert_model import AlertState, Severity, Transition
from hedgewatch.core.model import Scope, Subject
from hedgewatch.notify.outgoing import DIGEST, Delivery, Notification


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one receiver is to be told together: the deliveries that go into it."""

    receiver: str
    deliveries: tuple[Delivery, ...]


class Digests:
    """What was collected, by receiver and period. Periods are counted from the epoch, so that a
    restart does not move them: `24h` is midnight UTC.
    """

    def __init__(self) -> None:
        self._collected: dict[tuple[str, float], list[Delivery]] = {}
        self._due: dict[tuple[str, float], float] = {}

    def collect(self, delivery: Delivery, now: float) -> None:
        """Keep it until its period is over."""
        key = (delivery.receiver, delivery.notification.collected)
        self._collected.setdefault(key, []).append(delivery)
        self._due.setdefault(key, _next(now, key[1]))

    def due(self, now: float) -> Iterator[Bundle]:
        """What is to be told now; what may not be told yet comes back through `collect`."""
        for key in [key for key, at in self._due.items() if at <= now]:
            del self._due[key]
            yield Bundle(key[0], tuple(self._collected.pop(key)))


def digest_of(
    receiver: str,
    transitions: Iterable[Transition],
    now: float,
    *,
    heading: str = "DIGEST",
    note: str = "",
) -> Delivery:
    """One notification of many alerts, of each as it stands: the firing ones first, the most severe
    of them first. A receiver that shows single alerts shows it as one that is over.
    """
    latest = {(one.alertname, one.subject): one for one in transitions}
    alerts = tuple(sorted(latest.values(), key=_order))
    severities = [one.severity for one in alerts]
    head = Transition(
        at=now,
        alertname=DIGEST,
        subject=Subject(Scope.BOOK, ()),
        state=AlertState.ENDED,
        severity=max(severities, key=attrgetter("rank"), default=Severity.INFO),
        episode=_fingerprint(alerts),
        active_since=min((one.active_since for one in alerts), default=now),
        reason="digest",
        labels={},
        annotations={"summary": f"{heading}: {in_short(alerts)}"},
        values={},
    )
    told = Delivery.of(head, receiver, now)
    notification = Notification(key=told.key, transition=head, note=note, digest=alerts)
    return told.carrying(notification)


def in_short(transitions: Collection[Transition]) -> str:
    """`3 alerts fire, 2 are over`."""
    firing = sum(one.state is AlertState.FIRING for one in transitions)
    over = len(transitions) - firing
    if not firing:
        return f"{over} alert{' is' if over == 1 else 's are'} over"
    fire = f"{firing} alert{' fires' if firing == 1 else 's fire'}"
    return f"{fire}, {over} {'is' if over == 1 else 'are'} over" if over else fire


def _order(transition: Transition) -> tuple[bool, int, float]:
    over = transition.state is not AlertState.FIRING
    return over, -transition.severity.rank, transition.at


def _fingerprint(transitions: Iterable[Transition]) -> str:
    """The same for the same news, so that a crash cannot make two digests of one."""
    text = "|".join(f"{one.episode}@{one.at:.3f}" for one in transitions)
    return sha256(text.encode()).hexdigest()[:16]


def _next(now: float, period: float) -> float:
    return (now // period + 1) * period
