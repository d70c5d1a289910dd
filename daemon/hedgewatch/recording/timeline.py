"""What fired over a recording, and when: by the rules that were loaded, or by others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from hedgewatch.core.alert_model import AlertState, Severity, Transition
from hedgewatch.core.book.rows import Row
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import ClockAdvanced, Event, RulesReplaced
from hedgewatch.core.expression import value_of
from hedgewatch.core.model import Subject
from hedgewatch.core.rules import Rule
from hedgewatch.recording.extremes import Extreme, extremes_of
from hedgewatch.recording.reading import Flaw, Item
from hedgewatch.recording.replay import Again, Begun, Replay

Key = tuple[str, Subject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One alert from when it fired to when it was over; `over` says how that was, and is "" while
    it fires at the end. `fired_at` is from before the recording where it fired already.

    `worst` is, of each measure that its condition compares, the worst value while it fired.
    """

    alertname: str
    subject: Subject
    severity: Severity
    fired_at: float
    ended_at: float
    over: str = ""
    worst: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class History:
    """What a rule set makes of a recording."""

    begun_at: float = 0.0
    ended_at: float = 0.0
    events: int = 0
    rules: int = 0
    firings: list[Firing] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    breaks: list[tuple[float, int]] = field(default_factory=list)
    """Where something is missing: since when it goes on, and how many events were lost before."""


def history(items: Iterable[Item], rules: Sequence[Rule] | None, until: float) -> History:
    """What these rules, loaded at the beginning, would have said; None: the recorded ones."""
    watcher = _Watcher(None if rules is None else tuple(rules))
    run = Replay(items, watcher.reload, watcher.changed)
    for step in run.steps(until):
        match step:
            case Begun():
                watcher.begin(step)
            case Again():
                watcher.take(step, run.engine)
            case Flaw():
                watcher.history.flaws.append(step)
    watcher.finish()
    return watcher.history


class _Watcher:
    def __init__(self, rules: tuple[Rule, ...] | None) -> None:
        self.history = History()
        self._rules = rules
        self._extremes: dict[str, tuple[Extreme, ...]] = {}
        self._open: dict[Key, Firing] = {}

    def changed(self, event: Event) -> Event:
        """A reload of then changes the desk; the rules are ours."""
        if isinstance(event, RulesReplaced):
            rules = event.rules if self._rules is None else self._rules
            self._learn(rules)
            return replace(event, rules=rules)
        return event

    def _learn(self, rules: tuple[Rule, ...]) -> None:
        self._extremes = {rule.name: extremes_of(rule.expr) for rule in rules}
        self.history.rules = len(rules)

    def begin(self, step: Begun) -> None:
        """Something is missing before, but at the start: what fired then is over for us."""
        history = self.history
        if history.events or history.flaws:
            history.breaks.append((step.opening.at, step.opening.lost))
            self._end_all("the recording breaks off")
        else:
            history.begun_at = step.opening.at
        history.ended_at = step.opening.at

    def reload(self, engine: Engine, now: float) -> None:
        """The rules as if they had been loaded now: what is true fires at once, and so on."""
        rules = engine.judge.rulebook.rules if self._rules is None else self._rules
        self._learn(rules)
        engine.handle(RulesReplaced(rules, engine.book.desk), now)
        for record in engine.alerts():
            if record.state is AlertState.FIRING:
                since = now if record.fired_at is None else record.fired_at
                key = (record.alertname, record.subject)
                self._open[key] = _firing(record.alertname, record.subject, record.severity, since)

    def take(self, step: Again, engine: Engine | None) -> None:
        history = self.history
        history.events += 1
        history.ended_at = step.now
        for told in step.outcome.transitions:
            self._told(told)
        looks = isinstance(step.event, ClockAdvanced) or step.outcome.transitions
        if engine is not None and self._open and looks:
            self._look(engine.book.rows())

    def finish(self) -> None:
        self._end_all("")
        self.history.firings.sort(key=lambda one: (one.fired_at, one.alertname, str(one.subject)))

    def _told(self, told: Transition) -> None:
        key = (told.alertname, told.subject)
        if told.state is AlertState.FIRING:
            known = self._open.get(key)
            made = known or _firing(told.alertname, told.subject, told.severity, told.at)
            self._open[key] = replace(made, severity=told.severity)
        elif told.state in {AlertState.RESOLVED, AlertState.ENDED} and key in self._open:
            ended = told.state is AlertState.ENDED
            over = f"ended({told.reason})" if ended else "resolved"
            self.history.firings.append(replace(self._open.pop(key), ended_at=told.at, over=over))

    def _end_all(self, over: str) -> None:
        at = self.history.ended_at
        self.history.firings += [
            replace(firing, ended_at=at, over=over) for firing in self._open.values()
        ]
        self._open.clear()

    def _look(self, rows: Iterable[Row]) -> None:
        """Remember how bad it is now."""
        for row in rows:
            for name in row.alerts:
                firing = self._open.get((name, row.subject))
                if firing is not None:
                    _note_worst(firing.worst, row, self._extremes.get(name, ()))


def _firing(name: str, subject: Subject, severity: Severity, at: float) -> Firing:
    return Firing(alertname=name, subject=subject, severity=severity, fired_at=at, ended_at=at)


def _note_worst(worst: dict[str, float], row: Row, extremes: Iterable[Extreme]) -> None:
    for name, pick in extremes:
        value = value_of(row, name)
        if isinstance(value, float | int) and not isinstance(value, bool):
            worst[name] = pick(worst.get(name, value), value)
