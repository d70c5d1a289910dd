"""The stage of a rule test: subjects whose measures a test sets, judged as live ones are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from math import ceil, floor

from hedgewatch.config.series import Sample, Value
from hedgewatch.core.alert_model import AlertRecord, Transition
from hedgewatch.core.alerts.telling import transition_of
from hedgewatch.core.book.book import Book
from hedgewatch.core.book.rows import Cells, Row
from hedgewatch.core.events import AlertAcknowledged
from hedgewatch.core.expression import is_outside
from hedgewatch.core.judge import Judge
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import Desk, Known, Scope, Subject, Unknown
from hedgewatch.core.rules import IDENTITY, TEXTS, Rule

_NOT_SAID = Unknown("the test does not say", 0.0)
_EXAMPLES = {
    "account": "main",
    "venue": "binanceusdm",
    "symbol": "ALT/USDT:USDT",
    "position": "net",
    "pool": "USDT",
    "currency": "USDT",
    "hedge": "basket",
    "feed": "mark",
    "signal": "gpu",
    "asset": "ALT",
    "calendar": "events",
}
"""The labels of a subject where a test does not say."""

_OURS = {"margin_by_venue": False, "liquidation_by_venue": False}
"""Whose numbers a test tells, where it does not say: those that are computed here."""


class _Untold(Cells):
    def __missing__(self, _name: str) -> Unknown:
        return _NOT_SAID


class _Actor(Row):
    """A subject whose measures are plain attributes; every series of it is an input of its own."""

    def __init__(self, scope: Scope, labels: Mapping[str, str], texts: Mapping[str, str]) -> None:
        named = {**_EXAMPLES, **labels}
        identity = tuple((name, named[name]) for name in IDENTITY[scope])
        shown = {name: texts.get(name, named.get(name, "")) for name in TEXTS.get(scope, ())}
        extra = ("currency",) if scope is Scope.POOL else ()
        super().__init__(Subject(scope, identity), tuple((name, shown[name]) for name in extra))
        self.inputs: dict[str, Row] = {}
        self.sources = ()
        for name, held in {**dict.fromkeys(symbols(scope), _NOT_SAID), **shown}.items():
            setattr(self, name, _OURS.get(name, held))
        self.stressed = _Untold()

    def take(self, measure: str, value: Value, now: float) -> None:
        """A new observation of one measure, or the old one standing on."""
        if measure not in self.inputs:
            self.inputs[measure] = Row(self.subject)
            self.sources = tuple(self.inputs.values())
        if value is Sample.STALE:
            return
        self.inputs[measure].observed += 1
        told = _told(value, _NOT_SAID, now)
        if measure.isidentifier():
            setattr(self, measure, told)
        else:
            self.stressed[measure] = told


def _told(value: Value, before: Known | bool, now: float) -> Known | bool:  # noqa: FBT001
    """What a value of a series says; a stale one says nothing."""
    if isinstance(value, Sample):
        return before if value is Sample.STALE else Unknown("unknown in the test", now)
    return value


class Stage:
    """Plays the steps of one test, and tells which alerts stand."""

    def __init__(self, rules: Sequence[Rule], scope: Scope, texts: Mapping[str, str]) -> None:
        numbers = count(1)
        self._nothing = Book(Desk(instance="test", accounts=()), 0.0)
        self._judge = Judge(rules, lambda: f"episode-{next(numbers)}")
        self._scope = scope
        self._texts = texts
        self._actors: dict[Subject, _Actor] = {}
        self._played: float | None = None

    def play(
        self, measured: Iterable[tuple[Mapping[str, str], str, Value]], now: float
    ) -> tuple[Transition, ...]:
        """One step: every measure takes its value, then every subject is judged once."""
        self._let_pass(now)
        for labels, measure, value in measured:
            if is_outside(measure):
                self._judge.outside[measure] = _told(value, self._judge.outside[measure], now)
                continue
            actor = _Actor(self._scope, labels, self._texts)
            self._actors.setdefault(actor.subject, actor).take(measure, value, now)
        self._judge.sample(self._actors.values(), now)
        steps = self._judge.time_passed(self._nothing, now)
        return self._judge.outcome(self._judge.judge(self._actors.values(), now, steps)).transitions

    def acknowledge(
        self, alertname: str, by: str, until: float | None, now: float
    ) -> tuple[Transition, ...]:
        """Somebody has seen the alerts of a rule."""
        steps = []
        for record in self.alerts_of(alertname):
            seen = AlertAcknowledged(
                alertname=alertname, subject=record.subject, by=by, until=until
            )
            steps += self._judge.acknowledge(self._actors.values(), seen, now)
        return self._judge.outcome(steps).transitions

    def told_again(self, transition: Transition) -> Transition:
        """A firing alert in the words of now, as whoever repeats it would have it."""
        actor = self._actors[transition.subject]
        for record in self._judge.in_words_of_now(actor):
            if record.alertname == transition.alertname:
                return replace(transition_of(record, transition.at), reason=transition.reason)
        return transition

    def _let_pass(self, now: float) -> None:
        """Between two steps what was measured last stands, each second, as it would live."""
        if self._played is not None and self._judge.rulebook.windowed:
            seconds = range(floor(self._played) + 1, ceil(now))
            for second in seconds:
                self._judge.sample(self._actors.values(), float(second))
        self._played = now

    def alerts_of(self, alertname: str) -> list[AlertRecord]:
        """The alerts of one rule that are pending or firing."""
        return [record for record in self.records() if record.alertname == alertname]

    def records(self) -> Iterator[AlertRecord]:
        """Every alert that is pending or firing."""
        for actor in self._actors.values():
            for alert in actor.alerts.values():
                yield alert.record
