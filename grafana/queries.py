"""What a dashboard asks Prometheus, with Grafana's variables filled in as Grafana would."""

from collections.abc import Mapping
from dataclasses import dataclass

_VARIABLES = {
    "$__rate_interval": "1m",
    "$__interval": "5s",
    "$__range": "30m",
    "$account": ".*",
    "$hedge": ".*",
    "$symbol": ".*",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One query of one panel."""

    panel: str
    expr: str
    legend: str
    """How its series are named; of a table each label is a column."""


def queries(dashboard: Mapping[str, object], daemons: str = ".*") -> list[Query]:
    """Every query of every panel, with these daemons chosen."""
    return [
        Query(
            str(panel["title"]),
            filled_in(str(target["expr"]), daemons),
            str(target["legendFormat"]),
        )
        for panel in _dictionaries(dashboard["panels"])
        for target in _dictionaries(panel.get("targets", []))
    ]


def filled_in(expr: str, daemons: str = ".*") -> str:
    """With all accounts, hedges and symbols chosen."""
    for variable, value in {**_VARIABLES, "$instance": daemons}.items():
        expr = expr.replace(variable, value)
    return expr


def _dictionaries(found: object) -> list[Mapping[str, object]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
