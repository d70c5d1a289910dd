"""A condition as logic: quantities against thresholds, joined by and, or, not."""

from dataclasses import dataclass

from hedgewatch.core.expression.evaluation import Node


@dataclass(frozen=True, slots=True)
class Bound:
    """A quantity against a threshold; the same quantity is the same node."""

    quantity: Node
    operator: str
    threshold: float


@dataclass(frozen=True, slots=True)
class Whether:
    """A measure that is true or false."""

    name: str


@dataclass(frozen=True, slots=True)
class Sure:
    """What is always true, or never."""

    truth: bool


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    inner: "Formula"


@dataclass(frozen=True, slots=True)
class All:
    """True when all parts are."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """True when one part is."""

    parts: "tuple[Formula, ...]"


Formula = Bound | Whether | Sure | Not | All | Some
Variable = Node | str
"""What a formula depends on: quantities, and the names of conditions."""
