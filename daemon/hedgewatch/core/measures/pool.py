"""What is measured of a margin pool."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

DOWN, UP = (("direction", "down"),), (("direction", "up"),)

POOL_MEASURES = (
    Measure(
        Scope.POOL,
        "margin_ratio",
        Unit.RATIO,
        "Requirement over equity: 1 is liquidation, +Inf when equity is gone.",
        "hedgewatch_margin_ratio",
        lowest=0.0,
    ),
    Measure(
        Scope.POOL, "equity", Unit.MONEY, "What the margin pool is worth now.", "hedgewatch_equity"
    ),
    Measure(
        Scope.POOL,
        "maintenance_margin",
        Unit.MONEY,
        "Maintenance margin of the pool, which its equity must not fall below.",
        "hedgewatch_maintenance_margin",
    ),
    Measure(
        Scope.POOL,
        "headroom",
        Unit.MONEY,
        "Equity less requirement: 0 is liquidation.",
        "hedgewatch_headroom",
    ),
    Measure(
        Scope.POOL,
        "shock_down",
        Unit.RATIO,
        "Common fall of all prices that liquidates the pool, -Inf when none does.",
        "hedgewatch_shock_ratio",
        DOWN,
        highest=0.0,
    ),
    Measure(
        Scope.POOL,
        "shock_up",
        Unit.RATIO,
        "Common rise of all prices that liquidates the pool, +Inf when none does.",
        "hedgewatch_shock_ratio",
        UP,
        lowest=0.0,
    ),
    Measure(
        Scope.POOL,
        "shock_nearest",
        Unit.RATIO,
        "The smaller of the two common moves that liquidate, +Inf when neither does.",
    ),
)
