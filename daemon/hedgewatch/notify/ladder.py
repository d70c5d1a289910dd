"""Who hears of an alert next, when nobody acknowledges it or nobody takes it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from hedgewatch.core.alert_model import Severity, Transition
from hedgewatch.core.wording import spoken
from hedgewatch.notify.outgoing import alert_key
from hedgewatch.notify.routing import RungSettings

TAKEN_WITHIN = 10.0
"""Seconds in which somebody must have taken what is critical."""

EVERYBODY_AFTER = 20.0
"""Seconds after which everybody hears of what is critical and nobody has taken."""

Fate = Literal["taken", "refused"]


@dataclass(frozen=True, slots=True)
class Step:
    """These are to hear of the alert too, and why."""

    alert: str
    to: tuple[str, ...]
    reason: str


@dataclass(slots=True, kw_only=True)
class _Climb:
    """`latest` were asked last, at `asked_at`; nobody has taken it since `stalled_at`."""

    transition: Transition
    rungs: Sequence[RungSettings]
    began_at: float
    asked_at: float
    stalled_at: float
    asked: dict[str, None]
    latest: tuple[str, ...]
    waiting: dict[str, str] = field(default_factory=dict)  # key of a delivery: its receiver
    taken: bool = False


class Ladder:
    """The alerts that somebody has to see. `everybody` are the receivers that reach people;
    `displays` show what they get to whoever looks: that one of them took an alert is only enough
    where its route names nobody else.

    What is critical goes on when nobody has taken it within 10 s, and to everybody after 20 s; what
    is not, when all have refused it.
    """

    def __init__(self, everybody: Sequence[str], displays: Collection[str] = ()) -> None:
        self._everybody = tuple(everybody)
        self._displays = frozenset(displays)
        self._climbs: dict[str, _Climb] = {}

    def begin(
        self,
        transition: Transition,
        rungs: Sequence[RungSettings],
        waiting: Mapping[str, str],
        heard: Iterable[str],
        now: float,
    ) -> None:
        """Watch over an alert from the moment it was told; `waiting` are its deliveries on their
        way (receiver by key), `heard` who was told. Nothing on its way: it was taken.
        """
        alert = alert_key(transition.alertname, transition.subject)
        climb = _Climb(
            transition=transition,
            rungs=rungs,
            began_at=transition.at,
            asked_at=now,
            stalled_at=now,
            latest=tuple(waiting.values()),
            asked=dict.fromkeys([*waiting.values(), *heard]),
            waiting=dict(waiting),
            taken=not waiting,
        )
        self._climbs[alert] = climb

    def end(self, alert: str) -> None:
        """It is acknowledged, over, or not to be told any more."""
        self._climbs.pop(alert, None)

    def told(self, alert: str, waiting: Mapping[str, str], now: float) -> None:
        """A step was taken: these deliveries are on their way now."""
        climb = self._climbs.get(alert)
        if climb is not None:
            climb.asked |= dict.fromkeys(waiting.values())
            climb.waiting |= waiting
            climb.latest = tuple(waiting.values())
            climb.stalled_at = now if climb.taken else climb.stalled_at
            climb.asked_at, climb.taken = now, False

    def settled(self, alert: str, key: str, fate: Fate) -> None:
        """What became of a delivery."""
        climb = self._climbs.get(alert)
        receiver = climb.waiting.pop(key, None) if climb is not None else None
        if climb is not None and receiver is not None and fate == "taken":
            climb.taken = climb.taken or self._counts(receiver, climb)

    def due(self, now: float) -> Iterator[Step]:
        """What must be done now."""
        for alert, climb in self._climbs.items():
            step = self._untaken(alert, climb, now) or self._unacknowledged(alert, climb, now)
            if step is not None:
                yield step

    def _counts(self, receiver: str, climb: _Climb) -> bool:
        return receiver not in self._displays or self._displays.issuperset(climb.asked)

    def _untaken(self, alert: str, climb: _Climb, now: float) -> Step | None:
        if climb.taken:
            return None
        refused = not any(self._counts(name, climb) for name in climb.waiting.values())
        late = _urgent(climb.transition) and now - climb.asked_at >= TAKEN_WITHIN
        if not refused and not late:
            return None
        rungs = self._left(climb)
        last = now - climb.stalled_at >= EVERYBODY_AFTER or not rungs
        to = self._others(climb) if last else self._new(climb, rungs[0])
        silent = ", ".join(name for name in climb.latest if self._counts(name, climb))
        why = f"{silent} refused it" if refused else f"{silent} did not take it"
        return Step(alert, to, f"told here because {why}") if to else None

    def _unacknowledged(self, alert: str, climb: _Climb, now: float) -> Step | None:
        due = [rung for rung in self._left(climb) if now - climb.began_at >= rung.after]
        to = tuple(dict.fromkeys(name for rung in due for name in self._new(climb, rung)))
        waited = spoken(now - climb.began_at)
        why = f"told here because nobody acknowledged it for {waited}"
        return Step(alert, to, why) if to else None

    def _left(self, climb: _Climb) -> list[RungSettings]:
        return [rung for rung in climb.rungs if self._new(climb, rung)]

    def _new(self, climb: _Climb, rung: RungSettings) -> tuple[str, ...]:
        known = (name for name in rung.to if name in self._everybody)
        return tuple(name for name in known if name not in climb.asked)

    def _others(self, climb: _Climb) -> tuple[str, ...]:
        return tuple(name for name in self._everybody if name not in climb.asked)


def _urgent(transition: Transition) -> bool:
    return transition.severity is Severity.CRITICAL or transition.is_alarming_end
