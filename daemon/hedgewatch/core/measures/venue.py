"""What the venue says itself, beside what is computed here."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

VENUE_MEASURES = (
    Measure(
        Scope.POOL,
        "venue_equity",
        Unit.MONEY,
        "Equity of the pool as the venue last told it.",
        "hedgewatch_venue_equity",
    ),
    Measure(
        Scope.POOL,
        "venue_maintenance_margin",
        Unit.MONEY,
        "Maintenance margin of the pool as the venue last told it.",
        "hedgewatch_venue_maintenance_margin",
    ),
    Measure(
        Scope.POOL,
        "venue_margin_ratio",
        Unit.RATIO,
        "Margin ratio of the venue, low is safe whatever its own polarity.",
        "hedgewatch_venue_margin_ratio",
    ),
    Measure(
        Scope.POOL,
        "margin_by_venue",
        Unit.BOOLEAN,
        "Its margin is the venue's own word, because it is not computed here.",
        "hedgewatch_margin_by_venue",
    ),
    Measure(
        Scope.POOL,
        "venue_numbers_age_seconds",
        Unit.SECONDS,
        "Age of the venue's own numbers.",
        "hedgewatch_venue_numbers_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.POOL,
        "equity_disagreement",
        Unit.RATIO,
        "Our equity over the venue's, less 1, when it was told.",
        "hedgewatch_equity_disagreement_ratio",
    ),
    Measure(
        Scope.POOL,
        "maintenance_disagreement",
        Unit.RATIO,
        "Our maintenance margin over the venue's, less 1, when it was told.",
        "hedgewatch_maintenance_disagreement_ratio",
    ),
    Measure(
        Scope.POOL,
        "margin_ratio_disagreement",
        Unit.RATIO,
        "Our margin ratio less the venue's, when it was told.",
        "hedgewatch_margin_ratio_disagreement_ratio",
    ),
    Measure(
        Scope.POSITION,
        "venue_liquidation_price",
        Unit.PRICE,
        "Liquidation price as the venue last told it.",
        "hedgewatch_venue_liquidation_price",
    ),
    Measure(
        Scope.POSITION,
        "venue_liquidation_distance",
        Unit.RATIO,
        "From the mark to the venue's liquidation price, either way, over the mark.",
        "hedgewatch_venue_liquidation_distance_ratio",
        lowest=0.0,
    ),
    Measure(
        Scope.POSITION,
        "liquidation_by_venue",
        Unit.BOOLEAN,
        "Where it is liquidated is not computed here: only the venue tells.",
        "hedgewatch_liquidation_by_venue",
    ),
    Measure(
        Scope.POSITION,
        "adl_rank",
        Unit.NUMBER,
        "Place in the queue of auto-deleveraging: 0 last, 4 first.",
        "hedgewatch_adl_rank",
        lowest=0.0,
    ),
    Measure(
        Scope.POSITION,
        "tier_change_age_seconds",
        Unit.SECONDS,
        "Time since the margin tiers of its market changed, +Inf: they have not.",
        "hedgewatch_tier_change_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.POSITION,
        "liquidation_distance_before_tiers",
        Unit.RATIO,
        "Liquidation distance when they changed, by the tiers of before.",
        "hedgewatch_liquidation_distance_before_tiers_ratio",
    ),
    Measure(
        Scope.POSITION,
        "liquidation_price_disagreement",
        Unit.RATIO,
        "From the venue's liquidation price to our nearest, over the mark, when it was told.",
        "hedgewatch_liquidation_price_disagreement_ratio",
    ),
)
