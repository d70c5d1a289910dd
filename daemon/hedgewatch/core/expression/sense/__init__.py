"""Whether a condition makes sense: what can never be true, what can never be false.

All that is claimed is claimed for sure. A measure may take any value of its range, whatever the
others do; a quantity of several measures, or one that is not linear, any value that interval
arithmetic leaves it. So what is called possible may still never happen: nothing is said of that.
"""

from collections.abc import Sequence

from hedgewatch.core.expression.evaluation import Condition, Joined, Node, Not
from hedgewatch.core.expression.sense.grid import Grid
from hedgewatch.core.expression.sense.meaning import formula_of
from hedgewatch.core.expression.sense.ranges import Range, Ranges

__all__ = ["BOTH", "Range", "Ranges", "Sense"]

BOTH = frozenset({True, False})


class Sense:
    """What conditions, and parts of them, can be: one grid serves them all."""

    def __init__(self, conditions: Sequence[Node], ranges: Ranges) -> None:
        self._grid = Grid(map(formula_of, conditions), ranges)
        self._tables: dict[int, int] = {}

    def possible(self, condition: Node, *, while_false: Node | None = None) -> frozenset[bool]:
        """What a condition can be, at all or while another is false: what is not in it, it never
        is.
        """
        whole = self._grid.whole
        if not whole:
            return BOTH
        within = whole if while_false is None else whole ^ self._table(while_false)
        table = self._table(condition)
        pairs = ((True, within & table), (False, within & (whole ^ table)))
        return frozenset(truth for truth, cells in pairs if cells)

    def _table(self, condition: Node) -> int:
        key = id(condition)
        if key not in self._tables:
            self._tables[key] = self._made(condition)
        return self._tables[key]

    def _made(self, condition: Node) -> int:
        """From those of its parts, which are asked for as well."""
        if isinstance(condition, Not) and isinstance(condition.inner, Condition):
            return self._grid.whole ^ self._table(condition.inner)
        if not isinstance(condition, Joined):
            return self._grid.table(formula_of(condition))
        tables = map(self._table, condition.parts)
        found = next(tables)
        for table in tables:
            found = found & table if condition.word == "and" else found | table
        return found
