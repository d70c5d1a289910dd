"""Whether a condition is decided by more than a hair: with room between measure and threshold."""

from itertools import pairwise
from math import isinf

from hedgewatch.core.expression.evaluation import (
    OPERATORS,
    Arithmetic,
    Call,
    Comparison,
    Joined,
    Negative,
    Node,
    Not,
    Number,
    Quantity,
)

ROOM = 0.1
"""The part of a threshold that lies between what is decided and what is near."""

_SLACK = 1e-9  # 45 % is a tenth below 50 %, whatever floats make of it
_CONTRARY = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_ORDERING = frozenset({"<", "<=", ">", ">="})


def decidedly(node: Node, row: object, *, wanted: bool, room: float = ROOM) -> bool:
    """Whether a condition is `wanted` on this row, and would be were its thresholds moved against
    that by `room`, a part of them. Near a threshold of 0 nothing is decided: a tenth of it is no
    room.
    """
    match node:
        case Not(inner=inner):
            return decidedly(inner, row, wanted=not wanted, room=room)
        case Joined(word=word, parts=parts):
            decided = (decidedly(part, row, wanted=wanted, room=room) for part in parts)
            return all(decided) if (word == "and") is wanted else any(decided)
        case Comparison(operators=operators, operands=operands):
            pairs = zip(operators, pairwise(operands), strict=True)
            if wanted:
                return all(_far(name, sides, row, room) for name, sides in pairs)
            return any(_far(_CONTRARY[name], sides, row, room) for name, sides in pairs)
        case _:
            return node.value(row) is wanted


def _far(operator: str, operands: tuple[Node, Node], row: object, room: float) -> bool:
    """Whether the comparison is true, with room."""
    left, right = operands
    one, other = left.value(row), right.value(row)
    if one is None or other is None or not OPERATORS[operator](one, other):
        return False
    if operator not in _ORDERING or isinf(one) or isinf(other):
        return True
    threshold = one if _is_constant(left) else other
    return threshold != 0.0 and abs(one - other) >= (room - _SLACK) * abs(threshold)


def _is_constant(node: Node | Quantity) -> bool:
    match node:
        case Number():
            return True
        case Negative(inner=inner):
            return _is_constant(inner)
        case Arithmetic(left=left, right=right):
            return _is_constant(left) and _is_constant(right)
        case Call(arguments=arguments):
            return all(map(_is_constant, arguments))
        case _:
            return False
