"""What is measured of evenness: of pools, and of the whole desk."""

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
        Scope.BOOK,
        "evenness_gain",
        Unit.RATIO,
        "How much farther the nearest liquidation line of the pools of one currency would be.",
        "hedgewatch_evenness_gain_ratio",
    ),
)
