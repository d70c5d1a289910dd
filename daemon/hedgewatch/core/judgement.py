"""What stands on a row: the rules that watch it, compiled to one function, and their alerts."""

from collections.abc import Callable, Mapping, Sequence

from hedgewatch.core.expression import compile_scope
from hedgewatch.core.model import AlertRecord, Subject, Truth
from hedgewatch.core.rules import Rule

Observation = Mapping[object, int]
"""How often each input of a row was observed so far."""


class Judgement:
    """`truths(row)` answers all `rules` at once; `quiet` is its answer when nothing is amiss."""

    __slots__ = ("quiet", "rules", "truths")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self.truths: Callable[[object], tuple[Truth, ...]] = compile_scope(
            [rule.expr for rule in rules]
        )
        self.quiet: tuple[Truth, ...] = (False,) * len(self.rules)


class Rulebook:
    """All loaded rules. Subjects watched by the same rules share one compiled judgement."""

    __slots__ = ("_compiled", "rules")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._compiled: dict[tuple[str, ...], Judgement] = {}

    def judgement_of(self, subject: Subject) -> Judgement:
        """The judgement of one subject."""
        watching = [rule for rule in self.rules if rule.watches(subject)]
        names = tuple(rule.name for rule in watching)
        if names not in self._compiled:
            self._compiled[names] = Judgement(watching)
        return self._compiled[names]

    def rule(self, name: str) -> Rule | None:
        """The rule of that name, None when it is not loaded."""
        return next((rule for rule in self.rules if rule.name == name), None)


class Alert:
    """One rule on one subject while it is pending or firing: its record, and what was seen.

    `seen_true` is the observation of the last true expression, `seen_clear` the first clear one
    after it, both as `Row.observation()` gives them; `paused_at` is since when a pending one
    does not know.
    """

    __slots__ = ("paused_at", "record", "seen_clear", "seen_true")

    def __init__(self, record: AlertRecord) -> None:
        self.record = record
        self.paused_at: float | None = None
        self.seen_true: Observation = {}
        self.seen_clear: Observation | None = None
