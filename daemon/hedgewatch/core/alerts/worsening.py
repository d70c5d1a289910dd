"""When a firing alert got so much worse that it is told again."""

from hedgewatch.core.alert_model import Told
from hedgewatch.core.book.rows import Row
from hedgewatch.core.rules import Rule

_SLACK = 1e-9  # 85 % is worse than 80 % by 5 %, whatever floats make of it


def badness(rule: Rule, row: Row) -> float | None:
    """How bad it is by the rule's `realert`, None when that is not known or there is none."""
    if rule.realert is None:
        return None
    value = rule.realert.of.root.value(row)
    return None if value is None else float(value)


def is_worse(rule: Rule, told: Told, bad: float | None, now: float) -> bool:
    """Whether `bad` is worth telling after what was told. The unknown is never worse."""
    realert = rule.realert
    if realert is None or bad is None or told.badness is None or now - told.at < realert.every:
        return False
    return bad - told.badness >= realert.worse_by * (1.0 - _SLACK)
