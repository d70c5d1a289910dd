"""Hedges: how well the cover fits, and what to trade so that it fits again."""

from grafana.builder import (
    LINES,
    LINES_WITH_LIMITS,
    REFERENCES,
    TABLE,
    Json,
    Panel,
    Target,
    columns,
    limits,
    override,
)
from grafana.terms import DRIFT_LIMIT

_FLOORS: Json = {
    "matcher": {"id": "byRegexp", "options": ".* floor"},
    "properties": [
        {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [4, 6]}},
        {"id": "custom.lineWidth", "value": 1},
    ],
}
DRIFT = Panel(
    look=LINES_WITH_LIMITS,
    title="Hedge drift",
    description="How far each ratio is from its target; the limits are 5 %. Between the dashed "
    "floors it is only the rounding to whole contract steps.",
    unit="percentunit",
    targets=[
        Target("hedgewatch_hedge_drift_ratio", "{{hedge}}"),
        Target("hedgewatch_hedge_drift_floor_ratio", "{{hedge}} upper floor"),
        Target("-hedgewatch_hedge_drift_floor_ratio", "{{hedge}} lower floor"),
    ],
    width=12,
    height=8,
    thresholds=(
        (None, "red"),
        (-DRIFT_LIMIT, "transparent"),
        (DRIFT_LIMIT, "red"),
    ),
    defaults={"decimals": 2},
    overrides=[_FLOORS],
)

_COLUMNS = (
    ("hedgewatch_hedge_ratio", "Ratio"),
    ("hedgewatch_hedge_target_ratio", "Target"),
    ("hedgewatch_hedge_drift_ratio", "Drift"),
    ("hedgewatch_required_contracts", "Required contracts"),
    ("hedgewatch_contracts_to_target", "Contracts to target"),
    ("hedgewatch_exposure_value", "Exposure"),
    ("hedgewatch_cover_value", "Cover"),
    ("hedgewatch_residual_delta", "Left unhedged"),
)
_NAMES = {f"Value #{REFERENCES[at]}": title for at, (_, title) in enumerate(_COLUMNS)}

HEDGES = Panel(
    look=TABLE,
    title="Hedges",
    description="Contracts whose value is that of the exposure, and what to buy (+) or sell (-) to "
    "reach the target.",
    unit="short",
    targets=[
        Target(f"max by (hedge) ({metric})", instant=True, table=True) for metric, _ in _COLUMNS
    ],
    width=12,
    height=8,
    defaults={"decimals": 2, "noValue": "unknown"},
    overrides=[
        override(
            "Drift",
            unit="percentunit",
            thresholds=limits(((None, "red"), (-DRIFT_LIMIT, "green"), (DRIFT_LIMIT, "red"))),
            custom__cellOptions={"type": "color-background", "mode": "basic"},
        )
    ],
    transformations=[
        {"id": "joinByField", "options": {"byField": "hedge", "mode": "outer"}},
        *columns({"hedge": "Hedge"} | _NAMES),
    ],
)

CONTRACTS = Panel(
    look=LINES,
    title="Required contracts and contracts to target",
    description="When the second leaves zero, it is time to trade: + buys, - sells.",
    unit="short",
    targets=[
        Target("hedgewatch_required_contracts", "{{hedge}} required"),
        Target("hedgewatch_contracts_to_target", "{{hedge}} to target"),
    ],
    width=12,
    height=8,
)

BASIS = Panel(
    look=LINES,
    title="Basis",
    description="Futures over spot, less 1: what a hedge earns or costs in a still market.",
    unit="percentunit",
    targets=[Target("hedgewatch_basis_ratio", "{{hedge}}")],
    width=12,
    height=8,
    defaults={"decimals": 3},
)
