"""The dashboard of hedges: whether the cover fits, what it costs, whether it covers."""

from grafana.builder import Json, Row
from grafana.cover_panels import (
    BASIS_OVER_TIME,
    CARRY,
    CORRELATION,
    EFFECTIVENESS,
    LEGS,
    MINIMUM_VARIANCE,
    PROFIT,
    RESIDUAL,
    RESIDUAL_COINS,
    ROLL,
    STRESSED_LOSS,
    UNWIND,
)
from grafana.dashboard import HEDGES_CHOSEN, About, dashboard
from grafana.hedge_panels import CONTRACTS, DRIFT, HEDGES, RATIO, WORST_DRIFT


def hedge() -> Json:
    about = About(
        uid="hedgewatch-hedge",
        title="Hedgewatch: hedge",
        description="Each hedge: its ratio against the target, what is left open, what "
        "it costs to hold and to leave, and whether both sides still move together.",
        variables=[HEDGES_CHOSEN],
    )
    return dashboard(
        about,
        [
            Row("Does it fit?", [HEDGES, RATIO, DRIFT, WORST_DRIFT, CONTRACTS]),
            Row("What is open", [LEGS, RESIDUAL, RESIDUAL_COINS, PROFIT]),
            Row("What it costs", [BASIS_OVER_TIME, CARRY, ROLL, UNWIND]),
            Row(
                "Does it still cover?",
                [CORRELATION, MINIMUM_VARIANCE, EFFECTIVENESS, STRESSED_LOSS],
            ),
        ],
    )
