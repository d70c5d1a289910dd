"""What stands on a row: the rules that watch it, compiled to one function, and their alerts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.core.expression import compile_scope, input_of, is_outside, windowing_of
from hedgewatch.core.model import Scope, Subject, Truth
from hedgewatch.core.rules import Rule

Observation = Mapping[object, int]
"""How often each input of a row was observed so far."""


class Judgement:
    """`truths(row)` answers all `rules` at once. `calm` holds answers after which nothing has to be
    done on a row without alerts. `windowed` names what the rules read of the recent past; `outside`
    says whether they read anything that is not in the book.
    """

    __slots__ = ("calm", "outside", "rules", "truths", "windowed")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self.truths: Callable[[object], tuple[Truth, ...]] = compile_scope(
            [rule.expr for rule in rules]
        )
        self.calm: set[tuple[Truth, ...]] = set()
        read = _read_by(self.rules)
        self.windowed = frozenset(filter(windowing_of, read))
        self.outside = any(is_outside(input_of(name)) for name in read)

    def starts(self, truths: tuple[Truth, ...]) -> bool:
        """Whether an alert begins by this answer; if none does, it is remembered as calm."""
        starting = any(
            truth or (truth is None and rule.unknown == "fire")
            for rule, truth in zip(self.rules, truths, strict=True)
        )
        if not starting and len(self.calm) < _MOST_CALM:
            self.calm.add(truths)
        return starting


_MOST_CALM = 64


def _read_by(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset[str]().union(*(rule.reads for rule in rules))


class Rulebook:
    """All loaded rules, in their order. Subjects watched by the same rules share one compiled
    judgement. `windowed` says whether any reads the recent past, `outside` whether any reads what
    is not in the book.
    """

    __slots__ = ("_compiled", "_numbered", "_places", "outside", "rules", "windowed")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._numbered = {rule.name: number for number, rule in enumerate(self.rules)}
        self._places: dict[tuple[Scope, str, str], list[int]] = {}
        for number, rule in enumerate(self.rules):
            for place in _places_of(rule):
                self._places.setdefault(place, []).append(number)
        self._compiled: dict[tuple[str, ...], Judgement] = {}
        read = _read_by(self.rules)
        self.windowed = any(map(windowing_of, read))
        self.outside = any(is_outside(input_of(name)) for name in read)

    def judgement_of(self, subject: Subject) -> Judgement:
        """The judgement of one subject, found among the rules that may watch it."""
        may = list(self._places.get((subject.scope, "", ""), ()))
        for name, value in subject.labels:
            may += self._places.get((subject.scope, name, value), ())
        watching = [
            rule for rule in map(self.rules.__getitem__, sorted(may)) if rule.watches(subject)
        ]
        names = tuple(rule.name for rule in watching)
        if names not in self._compiled:
            self._compiled[names] = Judgement(watching)
        return self._compiled[names]

    def rule(self, name: str) -> Rule | None:
        """The rule of that name, None when it is not loaded."""
        number = self._numbered.get(name)
        return None if number is None else self.rules[number]


def _places_of(rule: Rule) -> Iterator[tuple[Scope, str, str]]:
    """Where a rule is looked for: under the values of one of its labels, else under its scope."""
    if not rule.where:
        yield rule.scope, "", ""
        return
    name, values = next(iter(rule.where.items()))
    for value in values:
        yield rule.scope, name, value


class Alert:
    """One rule on one subject while it is pending or firing: its record, and what was seen.

    `seen_true` is the observation of the last true expression, `seen_clear` the first clear one
    after it, both as `Row.observation()` gives them; `paused_at` is since when a pending one
    does not know. `clear` is what was last known, by the observation `seen`, and `leapt` whether
    it got there in one step.
    """

    __slots__ = ("clear", "leapt", "paused_at", "record", "seen", "seen_clear", "seen_true")

    def __init__(self, record: AlertRecord) -> None:
        self.record = record
        self.paused_at: float | None = None
        self.seen_true: Observation = {}
        self.seen: Observation | None = None
        self.seen_clear: Observation | None = None
        self.clear = self.leapt = False
