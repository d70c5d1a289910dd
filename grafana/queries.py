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


def queries(dashboard: Mapping[str, object]) -> list[Query]:
    """Every query of every panel."""
    return [
        Query(str(panel["title"]), _filled_in(str(target["expr"])))
        for panel in _dictionaries(dashboard["panels"])
        for target in _dictionaries(panel.get("targets", []))
    ]


def _filled_in(expr: str) -> str:
    for variable, value in _VARIABLES.items():
        expr = expr.replace(variable, value)
    return expr


def _dictionaries(found: object) -> list[Mapping[str, object]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
