"""How far past its threshold a condition is: what grows while it gets worse."""

from collections.abc import Iterator

from hedgewatch.core.expression.evaluation import (
    Arithmetic,
    Call,
    Comparison,
    Joined,
    Measure,
    Negative,
    Node,
    Not,
    Number,
)
from hedgewatch.core.expression.parser import Expression

_LESS = frozenset({"<", "<="})
_MORE = frozenset({">", ">="})


def excess(condition: Expression) -> str | None:
    """The text of the quantity that is above 0 while the one comparison of `condition` is true, and
    greater the truer it is; None when it compares nothing by size, or more than one thing.
    """
    compared = list(_comparisons(condition.root))
    if len(compared) != 1 or compared[0] is None:
        return None
    return " - ".join(map(_text, compared[0]))


def _comparisons(node: Node) -> Iterator[tuple[Node, Node] | None]:
    """What each comparison says to be greater and smaller; None for one that says no such thing."""
    match node:
        case Joined(parts=parts):
            for part in parts:
                yield from _comparisons(part)
        case Comparison(operators=(operator,), operands=(left, right)) if operator in _MORE:
            yield left, right
        case Comparison(operators=(operator,), operands=(left, right)) if operator in _LESS:
            yield right, left
        case Comparison() | Not():
            yield None
        case _:
            return


def _text(node: Node) -> str:
    """A quantity as it may be written."""
    match node:
        case Number(literal=literal):
            return repr(literal)
        case Measure(name=name):
            return name
        case Negative(inner=inner):
            return f"(-{_text(inner)})"
        case Arithmetic(operator=operator, left=left, right=right):
            return f"({_text(left)} {operator} {_text(right)})"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(_text, arguments))})"
        case _:
            raise ValueError(f"no quantity: {node}")
