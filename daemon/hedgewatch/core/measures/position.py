"""What is measured of a position."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

DOWN, UP = (("direction", "down"),), (("direction", "up"),)

POSITION_MEASURES = (
    Measure(
        Scope.POSITION,
        "liquidation_price",
        Unit.PRICE,
        "The nearest price at which the pool is liquidated, +Inf when there is none.",
    ),
    Measure(
        Scope.POSITION,
        "liquidation_price_down",
        Unit.PRICE,
        "The lower price at which the pool is liquidated, -Inf when there is none.",
        "hedgewatch_liquidation_price",
        DOWN,
    ),
    Measure(
        Scope.POSITION,
        "liquidation_price_up",
        Unit.PRICE,
        "The upper price at which the pool is liquidated, +Inf when there is none.",
        "hedgewatch_liquidation_price",
        UP,
    ),
    Measure(
        Scope.POSITION,
        "liquidation_distance",
        Unit.RATIO,
        "Fraction of the mark price to the nearest liquidation price.",
        "hedgewatch_liquidation_distance_ratio",
    ),
    Measure(
        Scope.POSITION,
        "liquidation_distance_worst",
        Unit.RATIO,
        "The same, widened while the account is blind.",
        "hedgewatch_liquidation_distance_worst_ratio",
    ),
    Measure(
        Scope.POSITION,
        "mark_price",
        Unit.PRICE,
        "The mark price of the venue.",
        lowest=0.0,
    ),
    Measure(
        Scope.POSITION,
        "contracts",
        Unit.CONTRACTS,
        "Signed contracts held, short negative.",
        "hedgewatch_position_contracts",
    ),
    Measure(
        Scope.POSITION,
        "notional",
        Unit.MONEY,
        "Contracts at the mark price, without sign.",
        "hedgewatch_position_notional",
        lowest=0.0,
    ),
    Measure(
        Scope.POSITION,
        "unrealized_pnl",
        Unit.MONEY,
        "Profit of the position at the mark price.",
        "hedgewatch_position_unrealized_pnl",
    ),
    Measure(
        Scope.POSITION,
        "leverage",
        Unit.NUMBER,
        "Notional over the equity of its pool.",
        "hedgewatch_position_leverage",
    ),
    Measure(
        Scope.POSITION,
        "position_vanished",
        Unit.BOOLEAN,
        "The venue no longer lists the position, yet uses margin for it.",
        "hedgewatch_position_vanished",
    ),
)
