"""How far past its threshold a condition is: what grows while it gets worse."""

from collections.abc import Iterator

from hedgewatch.core.expression.evaluation import (
    Arithmetic,
    Comparison,
    Fixed,
    Flag,
    Joined,
    Node,
    Not,
)
from hedgewatch.core.expression.parser import Expression

_LESS = frozenset({"<", "<="})
_MORE = frozenset({">", ">="})


def excess(condition: Expression) -> Expression | None:
    """The quantity that is above 0 while the one comparison of `condition` is true, and greater the
    truer it is; None when it compares nothing by size, or more than one thing.
    """
    compared = list(_comparisons(condition.root))
    if len(compared) != 1 or compared[0] is None:
        return None
    root = compared[0]
    return Expression(
        text=f"how far beyond: {condition.text}",
        names=condition.names,
        is_condition=False,
        root=root,
    )


def _comparisons(node: Node) -> Iterator[Arithmetic | None]:
    """The excess of each comparison; None for one that has none."""
    match node:
        case Joined(parts=parts):
            for part in parts:
                yield from _comparisons(part)
        case Comparison(operators=(operator,), operands=(left, right)) if operator in _MORE:
            yield Arithmetic("-", left, right)
        case Comparison(operators=(operator,), operands=(left, right)) if operator in _LESS:
            yield Arithmetic("-", right, left)
        case Comparison() | Not():
            yield None
        case Flag() | Fixed() | _:
            return
