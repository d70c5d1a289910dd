"""What would help: of pools, of positions, and of the whole desk."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

EVENNESS_MEASURES = (
    Measure(
        Scope.POOL,
        "transfer_to_even",
        Unit.MONEY,
        "What to move into the pool (+) or out of it (-) so that the nearest line is farthest.",
        "hedgewatch_transfer_to_even",
    ),
    Measure(
        Scope.POOL,
        "top_up_to_safe",
        Unit.MONEY,
        "What to put into the pool so that it is safe, 0 when it is.",
        "hedgewatch_top_up_to_safe",
        lowest=0.0,
    ),
    Measure(
        Scope.POSITION,
        "contracts_to_safe",
        Unit.CONTRACTS,
        "Contracts to close so that the pool is safe, +Inf when closing all does not help.",
        lowest=0.0,
    ),
    Measure(
        Scope.BOOK,
        "evenness_gain",
        Unit.RATIO,
        "How much farther the nearest liquidation line of the pools of one currency would be.",
        "hedgewatch_evenness_gain_ratio",
    ),
)
