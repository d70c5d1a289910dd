"""The rules that watch one kind of subject, compiled to one function of its row."""

from collections.abc import Callable, Sequence

from hedgewatch.core.expression import compile_scope
from hedgewatch.core.model import Subject, Truth
from hedgewatch.core.rules import Rule


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
