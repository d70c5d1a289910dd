"""Hedges: how well the cover fits, and what to trade so that it fits again."""

from grafana.builder import (
    REFERENCES,
    Json,
    Panel,
    Target,
    columns,
    joined_by,
    limits,
    override,
    override_query,
)
from grafana.looks import LINES, LINES_WITH_LIMITS, TABLE, reaching
from grafana.terms import AMOUNT, DRIFT_LIMIT, DRIFT_LIMITS, FINE, HEDGE, highest, leads_to

_FLOORS: Json = {
    "matcher": {"id": "byRegexp", "options": ".* floor"},
    "properties": [
        {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [4, 6]}},
        {"id": "custom.lineWidth", "value": 1},
    ],
}
RATIO = Panel(
    look=LINES,
    title="Hedge ratio and target",
    description="100 % covers all of the exposure, 0 none of it; below 0 the cover adds to it.",
    unit="percentunit",
    targets=[
        Target(f"clamp_max({highest('hedgewatch_hedge_ratio', HEDGE)}, 10)", "{{hedge}} ratio"),
        Target(highest("hedgewatch_hedge_target_ratio", HEDGE), "{{hedge}} target"),
    ],
    width=12,
    height=8,
    defaults={"decimals": 1},
)

WORST_DRIFT = Panel(
    look=LINES,
    title="At worst, while a leg is blind",
    description="How far the drift may be when the leg that nobody can vouch for went "
    "the worst way, or is gone; and how many legs are blind. Nothing to see while all is "
    "known.",
    unit="percentunit",
    targets=[
        Target(
            f"clamp({highest('hedgewatch_hedge_drift_worst_ratio', HEDGE)}, -10, 10)",
            "{{hedge}} at worst",
        ),
        Target(
            highest("hedgewatch_hedge_drift_after_expiry_ratio", HEDGE),
            "{{hedge}} without legs that end",
        ),
        Target(f"{highest('hedgewatch_hedge_blind_legs', HEDGE)} > 0", "{{hedge}} blind legs"),
    ],
    width=12,
    height=8,
    defaults={"decimals": 1, "noValue": "all legs are known"},
    overrides=[override_query("C", unit="none", decimals=0)],
)

DRIFT = Panel(
    look=reaching(LINES_WITH_LIMITS, -2 * DRIFT_LIMIT, 2 * DRIFT_LIMIT),
    title="Hedge drift",
    description="How far each ratio is from its target, with the limits of the alert. "
    "Between the dashed floors it is only the rounding to whole contract steps.",
    unit="percentunit",
    targets=[
        Target(highest("hedgewatch_hedge_drift_ratio", HEDGE), "{{hedge}}"),
        Target(highest("hedgewatch_hedge_drift_floor_ratio", HEDGE), "{{hedge}} upper floor"),
        Target(f"-{highest('hedgewatch_hedge_drift_floor_ratio', HEDGE)}", "{{hedge}} lower floor"),
    ],
    width=12,
    height=8,
    thresholds=DRIFT_LIMITS,
    defaults={"decimals": 2},
    overrides=[_FLOORS],
)

_COLUMNS = (
    ("hedgewatch_hedge_drift_ratio", "Drift"),
    ("hedgewatch_contracts_to_target", "Contracts to target"),
    ("hedgewatch_residual_delta", "Left unhedged"),
    ("hedgewatch_hedge_ratio", "Ratio"),
    ("hedgewatch_hedge_target_ratio", "Target"),
    ("hedgewatch_exposure_value", "Exposure"),
    ("hedgewatch_cover_value", "Cover"),
    ("hedgewatch_required_contracts", "Required contracts"),
)
_NAMES = {f"Value #{REFERENCES[at]}": title for at, (_, title) in enumerate(_COLUMNS)}

HEDGES = Panel(
    look=TABLE,
    title="Hedges",
    description="Contracts whose value is that of the exposure, and what to buy (+) or "
    "sell (-) to reach the target.",
    unit=AMOUNT,
    targets=[
        Target(f"max by (hedge) ({metric}{HEDGE})", instant=True, table=True)
        for metric, _ in _COLUMNS
    ],
    width=24,
    height=6,
    defaults={"decimals": 2, "noValue": "unknown"},
    overrides=[
        *(override(name, decimals=FINE) for name in ("Required contracts", "Contracts to target")),
        override("Hedge", links=leads_to("hedge", "hedge", "all of this hedge")),
        override("Ratio", unit="percentunit"),
        override("Target", unit="percentunit"),
        override(
            "Drift",
            unit="percentunit",
            thresholds=limits(((None, "red"), (-DRIFT_LIMIT, "green"), (DRIFT_LIMIT, "red"))),
            custom__cellOptions={"type": "color-background", "mode": "basic"},
        ),
    ],
    transformations=columns({"hedge": "Hedge"} | _NAMES, joined_by("hedge")),
)

CONTRACTS = Panel(
    look=LINES,
    title="Required contracts and contracts to target",
    description="When the second leaves zero, it is time to trade: + buys, - sells.",
    unit=AMOUNT,
    targets=[
        Target(highest("hedgewatch_required_contracts", HEDGE), "{{hedge}} required"),
        Target(highest("hedgewatch_contracts_to_target", HEDGE), "{{hedge}} to target"),
    ],
    width=12,
    height=8,
    defaults={"decimals": FINE},
)
