"""What an alert says: labels, texts, and the values behind them, as they are now."""

from typing import Any

from hedgewatch.core.book.rows import PoolRow, Row
from hedgewatch.core.expression import value_of
from hedgewatch.core.model import Unknown
from hedgewatch.core.rules import Rule


def words(rule: Rule, row: Row) -> dict[str, Any]:
    """What a record says of its row, as the fields of a record."""
    return {
        "severity": rule.severity,
        "labels": dict(row.exported) | dict(rule.labels),
        "annotations": rendered(rule, row),
        "values": frozen_values(rule, row),
        "silenceable": rule.silenceable,
        "holding": isinstance(row, PoolRow) and bool(row.positions),
    }


def frozen_values(rule: Rule, row: Row) -> dict[str, float | bool | None]:
    """Every measure that the rule reads or shows, as it is now; None when unknown."""
    values = {name: _held(row, name) for name in sorted(rule.reads)}
    return {
        name: None if isinstance(value, Unknown) else value
        for name, value in values.items()
        if isinstance(value, float | bool | Unknown)
    }


def rendered(rule: Rule, row: Row) -> dict[str, str]:
    """The annotations of the rule with what is known now."""
    texts = {"alertname": rule.name, "severity": rule.severity.value, **dict(row.exported)}

    def look_up(name: str) -> object:
        return texts[name] if name in texts else value_of(row, name)

    return {name: template.render(look_up) for name, template in rule.annotations.items()}


def _held(row: Row, name: str) -> object:
    """A measure of the row; None for what is none: a label, a text."""
    return value_of(row, name) if hasattr(row, name) or not name.isidentifier() else None
