"""An alert that somebody has to know of, who does, and how news of it become a delivery."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from hedgewatch.core.alert_model import AlertRecord, AlertState, Change, Transition
from hedgewatch.core.alerts.telling import transition_of
from hedgewatch.notify.outgoing import Delivery, Notification, alert_key, delivery_key
from hedgewatch.notify.receiver import Display, Mirror, Receiver
from hedgewatch.notify.routing import RouteSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The receivers by what they are: `people` are told, `mirrors` show the alerts as they stand;
    that one of the `displays` took an alert does not mean that anybody saw it.
    """

    people: tuple[str, ...]
    mirrors: tuple[str, ...] = ()
    displays: frozenset[str] = frozenset()

    def people_of(self, names: Iterable[str]) -> list[str]:
        """Those of these receivers that are people, each once."""
        return [name for name in dict.fromkeys(names) if name in self.people]


def cast_of(receivers: Iterable[Receiver]) -> Cast:
    """What each of them is."""
    mirrors = tuple(one.name for one in receivers if isinstance(one, Mirror))
    return Cast(
        people=tuple(one.name for one in receivers if one.name not in mirrors),
        mirrors=mirrors,
        displays=frozenset(one.name for one in receivers if isinstance(one, Display)),
    )


@dataclass(slots=True, kw_only=True)
class Live:
    """`heard` are the people who know of it, since they were told at `since`; `muted` is what keeps
    it from them, `held` whether there is something that they were not told. What is told `once` is
    over: nobody can acknowledge it, and it is not repeated.
    """

    transition: Transition
    route: RouteSettings | None
    since: float
    heard: dict[str, None] = field(default_factory=dict)
    muted: str = ""
    held: bool = False
    once: bool = False

    @property
    def to(self) -> tuple[str, ...]:
        """The receivers that its route names."""
        return self.route.to if self.route is not None else ()

    @property
    def collected(self) -> bool:
        """Whether it waits for a digest."""
        return self.route is not None and self.route.collects(self.transition)


def alert_of(transition: Transition) -> str:
    """The identity of the alert that a transition is about."""
    return alert_key(transition.alertname, transition.subject)


def tellings_of(record: AlertRecord, now: float) -> list[Transition]:
    """What was told of an alert that somebody has to look at, the latest last; none when it is
    another. Moments are clamped: they come from a clock that may have been set since.
    """
    told_at = record.told.at if record.told is not None else now
    fired_at = record.fired_at if record.fired_at is not None else told_at
    first = transition_of(record, min(now, fired_at))
    if not first.is_live:
        return []
    if first.state is AlertState.ENDED:
        return [replace(first, at=min(now, told_at))]
    if record.told is None or told_at <= fired_at:
        return [first]
    return [first, replace(first, at=min(now, told_at), change=Change.WORSE)]


def merged(names: Iterable[str], live: Live | None) -> list[str]:
    """Those, and those who have heard of it, each once."""
    return list(dict.fromkeys([*names, *(live.heard if live is not None else ())]))


def news(told: Transition, said: Transition, receiver: str, now: float, note: str = "") -> Delivery:
    """`told` in the words of `said`: by its key it is known later who has heard it."""
    notification = Notification(key=delivery_key(told, receiver), transition=said, note=note)
    return Delivery.of(said, receiver, now).carrying(notification)


def reminded(said: Transition, receiver: str, now: float, note: str) -> Delivery:
    """That it still fires, and why that is said just now."""
    told = Delivery.of(said, receiver, now, reminder=True)
    return told.carrying(replace(told.notification, note=note))


def annotated(transition: Transition, muted: str) -> Transition:
    """What mirrors show beside an alert: what keeps it from people."""
    if not muted:
        return transition
    return replace(transition, annotations={**transition.annotations, "silenced_by": muted})
