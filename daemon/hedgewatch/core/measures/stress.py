"""What is measured of pools and hedges under a scenario: each is a function of its name."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

STRESS_MEASURES = (
    Measure(
        Scope.POOL,
        "stressed_margin_ratio",
        Unit.RATIO,
        "Margin ratio of the pool at the end of a scenario: 1 is liquidation.",
        "hedgewatch_stressed_margin_ratio",
        lowest=0.0,
    ),
    Measure(
        Scope.POOL,
        "stressed_equity",
        Unit.MONEY,
        "What the pool is worth at the end of a scenario.",
        "hedgewatch_stressed_equity",
    ),
    Measure(
        Scope.POOL,
        "stressed_liquidated",
        Unit.BOOLEAN,
        "The pool is liquidated in a scenario, or on the way there.",
        "hedgewatch_stressed_liquidated",
    ),
    Measure(
        Scope.HEDGE,
        "stressed_exposure_pnl",
        Unit.MONEY,
        "What is owned gains from now to the end of a scenario.",
        "hedgewatch_stressed_exposure_pnl",
    ),
    Measure(
        Scope.HEDGE,
        "stressed_cover_pnl",
        Unit.MONEY,
        "What the cover gains from now to the end of a scenario.",
        "hedgewatch_stressed_cover_pnl",
    ),
    Measure(
        Scope.HEDGE,
        "stressed_loss",
        Unit.MONEY,
        "What exposure and cover lose together in a scenario, negative when they gain.",
        "hedgewatch_stressed_loss",
    ),
)
