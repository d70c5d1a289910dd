"""What a measure is."""

from dataclasses import dataclass
from math import inf

from hedgewatch.core.expression import Unit
from hedgewatch.core.model import Scope


@dataclass(frozen=True, slots=True)
class Measure:
    """One named number about one kind of subject. A row of that scope has it as an attribute.

    `metric` is its name in Prometheus, empty when it is not exported; `fixed` are labels that
    tell apart measures that share one metric (the direction of a liquidation price). It is never
    below `lowest` nor above `highest`, whatever happens: rules that would need it are refused.
    """

    scope: Scope
    name: str
    unit: Unit
    help: str
    metric: str = ""
    fixed: tuple[tuple[str, str], ...] = ()
    lowest: float = -inf
    highest: float = inf
