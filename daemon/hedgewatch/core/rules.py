"""What the operator wrote: rules, compiled once, and the text templates of their annotations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from hedgewatch.core.expression import Expression
from hedgewatch.core.model import Scope, Severity, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One alert rule. Durations are seconds.

    `where` keeps the rule to subjects whose labels have one of the given values. `clear` None
    means "not expr". `unknown` says what an unknown truth does: hold the state, or count as true.
    """

    name: str
    scope: Scope
    expr: Expression
    clear: Expression | None = None
    where: Mapping[str, frozenset[str]]
    hold_for: float = 0.0
    keep_firing_for: float = 0.0
    unknown: Literal["hold", "fire"] = "hold"
    severity: Severity = Severity.WARNING
    labels: Mapping[str, str]
    annotations: Mapping[str, "Template"]

    def watches(self, subject: Subject) -> bool:
        """Whether this rule is about that subject."""
        return self.scope is subject.scope and all(
            subject.label(name) in values for name, values in self.where.items()
        )


@dataclass(frozen=True, slots=True)
class Template:
    """A text with `{name}` and `{name:format}`; nothing else is evaluated."""

    text: str
    names: frozenset[str]
    render: Callable[[Callable[[str], object]], str]
