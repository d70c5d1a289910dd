"""The limits that panels show are those that the shipped rules fire at."""

from functools import cache

from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.shipped import shipped_rules
from hedgewatch.core.expression.evaluation import (
    Call,
    Comparison,
    Joined,
    Measure,
    Node,
    Not,
    Number,
)
from hedgewatch.core.rules import Rule


def limit(alertname: str, measure: str) -> float:
    """What a rule compares a measure with, without its sign. LookupError when it does not."""
    for number in _compared(_rules()[alertname].expr.root, measure):
        return abs(number)
    raise LookupError(f"{alertname} compares {measure} with no number")


@cache
def _rules() -> dict[str, Rule]:
    return {rule.name: rule for rule in load_rules(shipped_rules())}


def _compared(node: Node, measure: str) -> list[float]:
    match node:
        case Joined(parts=parts):
            return [number for part in parts for number in _compared(part, measure)]
        case Not(inner=inner):
            return _compared(inner, measure)
        case Comparison(operands=operands) if any(_names(each, measure) for each in operands):
            return [number for each in operands for number in _numbers(each)]
        case _:
            return []


def _names(node: Node, measure: str) -> bool:
    match node:
        case Measure(name=name):
            return name == measure
        case Call(arguments=arguments):
            return any(_names(each, measure) for each in arguments)
        case _:
            return False


def _numbers(node: Node) -> list[float]:
    """Those that stand by themselves, or are one of several that count (the floor of a drift)."""
    match node:
        case Number(literal=literal):
            return [literal]
        case Call(function="max" | "min", arguments=arguments):
            return [number for each in arguments for number in _numbers(each)]
        case _:
            return []
