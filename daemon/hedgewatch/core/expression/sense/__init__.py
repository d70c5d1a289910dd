"""Whether a condition makes sense: what can never be true, what can never be false.

All that is claimed is claimed for sure. A measure may take any value of its range, whatever the
others do; a quantity of several measures, or one that is not linear, any value that interval
arithmetic leaves it. So what is called possible may still never happen: nothing is said of that.
"""

from hedgewatch.core.expression.evaluation import Node
from hedgewatch.core.expression.sense.formula import All, Not
from hedgewatch.core.expression.sense.meaning import formula_of
from hedgewatch.core.expression.sense.ranges import Range, Ranges
from hedgewatch.core.expression.sense.search import can_hold

__all__ = ["Range", "Ranges", "can_be", "while_false"]


def can_be(condition: Node, truth: bool, ranges: Ranges) -> bool:  # noqa: FBT001 (a truth value)
    """False only if the condition is never that, whatever its measures are."""
    formula = formula_of(condition)
    return can_hold(formula if truth else Not(formula), ranges)


def while_false(first: Node, second: Node, truth: bool, ranges: Ranges) -> bool:  # noqa: FBT001
    """False only if the second is never that while the first is false."""
    formula = formula_of(second)
    return can_hold(All((Not(formula_of(first)), formula if truth else Not(formula))), ranges)
