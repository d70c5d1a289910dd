"""The stage of a rule test: subjects whose measures a test sets, judged as live ones are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from math import ceil, floor

from hedgewatch.config.series import Sample, Value
from hedgewatch.core.book.rows import Cells, Row
from hedgewatch.core.judge import Judge
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import AlertRecord, Scope, Subject, Unknown
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
}
"""The labels of a subject where a test does not say."""


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
            setattr(self, name, held)
        self.stressed = _Untold()

    def take(self, measure: str, value: Value, now: float) -> None:
        """A new observation of one measure, or the old one standing on."""
        if measure not in self.inputs:
            self.inputs[measure] = Row(self.subject)
            self.sources = tuple(self.inputs.values())
        if value is Sample.STALE:
            return
        self.inputs[measure].observed += 1
        unknown = Unknown("unknown in the test", now)
        told = unknown if value is Sample.UNKNOWN else value
        if measure.isidentifier():
            setattr(self, measure, told)
        else:
            self.stressed[measure] = told


class Stage:
    """Plays the steps of one test, and tells which alerts stand."""

    def __init__(self, rules: Sequence[Rule], scope: Scope, texts: Mapping[str, str]) -> None:
        numbers = count(1)
        self._judge = Judge(rules, lambda: f"episode-{next(numbers)}")
        self._scope = scope
        self._texts = texts
        self._actors: dict[Subject, _Actor] = {}
        self._played: float | None = None

    def play(self, measured: Iterable[tuple[Mapping[str, str], str, Value]], now: float) -> None:
        """One step: every measure takes its value, then every subject is judged once."""
        self._let_pass(now)
        for labels, measure, value in measured:
            actor = _Actor(self._scope, labels, self._texts)
            self._actors.setdefault(actor.subject, actor).take(measure, value, now)
        self._judge.sample(self._actors.values(), now)
        self._judge.judge(self._actors.values(), now)

    def _let_pass(self, now: float) -> None:
        """Between two steps what was measured last stands, each second, as it would live."""
        if self._played is not None and self._judge.rulebook.windowed:
            seconds = range(floor(self._played) + 1, ceil(now))
            for second in seconds:
                self._judge.sample(self._actors.values(), float(second))
        self._played = now

    def standing(self, alertname: str) -> list[AlertRecord]:
        """The alerts of one rule that are pending or firing."""
        return [record for record in self._records() if record.alertname == alertname]

    def _records(self) -> Iterator[AlertRecord]:
        for actor in self._actors.values():
            for alert in actor.alerts.values():
                yield alert.record
