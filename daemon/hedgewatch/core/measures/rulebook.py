"""The rules of a venue and the settings of an account as they changed, and what others say."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

OF_POSITIONS = (
    Measure(
        Scope.POSITION,
        "terms_change_age_seconds",
        Unit.SECONDS,
        "Time since the venue changed the rules of its market (tiers apart), +Inf: it has not.",
        "hedgewatch_terms_change_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.POSITION,
        "liquidation_distance_before_terms",
        Unit.RATIO,
        "Liquidation distance just before they changed.",
        "hedgewatch_liquidation_distance_before_terms_ratio",
    ),
    Measure(
        Scope.POSITION,
        "settings_change_age_seconds",
        Unit.SECONDS,
        "Time since its leverage or margin mode was set otherwise, +Inf: it was not.",
        "hedgewatch_settings_change_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.POSITION,
        "liquidation_distance_before_settings",
        Unit.RATIO,
        "Liquidation distance just before it was set otherwise.",
        "hedgewatch_liquidation_distance_before_settings_ratio",
    ),
    Measure(
        Scope.POSITION,
        "market_halted",
        Unit.BOOLEAN,
        "The venue says that its market does not trade.",
        "hedgewatch_market_halted",
    ),
    Measure(
        Scope.POSITION,
        "mark_disagreement",
        Unit.RATIO,
        "Mark over its index or the same elsewhere, less 1: the one that is farthest off.",
        "hedgewatch_mark_disagreement_ratio",
        lowest=-1.0,
    ),
    Measure(
        Scope.POSITION,
        "notional_disagreement",
        Unit.RATIO,
        "Our notional over the venue's, less 1, when it was told.",
        "hedgewatch_notional_disagreement_ratio",
    ),
    Measure(
        Scope.POSITION,
        "open_interest",
        Unit.NUMBER,
        "Open interest of its market, in coins.",
        "hedgewatch_open_interest",
        lowest=0.0,
    ),
    Measure(
        Scope.POSITION,
        "open_interest_share",
        Unit.RATIO,
        "The position over the open interest of its market.",
        "hedgewatch_open_interest_share_ratio",
        lowest=0.0,
    ),
)

OF_ACCOUNTS = (
    Measure(
        Scope.ACCOUNT,
        "settings_change_age_seconds",
        Unit.SECONDS,
        "Time since its margin mode or position mode changed, +Inf: it has not.",
        "hedgewatch_account_settings_change_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.ACCOUNT,
        "margin_ratio_before_settings",
        Unit.RATIO,
        "Its highest margin ratio just before that.",
        "hedgewatch_margin_ratio_before_settings",
        lowest=0.0,
    ),
    Measure(
        Scope.ACCOUNT,
        "collateral_change_age_seconds",
        Unit.SECONDS,
        "Time since coins count for more or less as collateral, +Inf: nothing has changed.",
        "hedgewatch_collateral_change_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.ACCOUNT,
        "margin_ratio_before_collateral",
        Unit.RATIO,
        "Its highest margin ratio just before that.",
        "hedgewatch_margin_ratio_before_collateral",
        lowest=0.0,
    ),
    Measure(
        Scope.ACCOUNT,
        "highest_margin_ratio",
        Unit.RATIO,
        "The highest margin ratio of its pools.",
        "hedgewatch_highest_margin_ratio",
        lowest=0.0,
    ),
    Measure(
        Scope.ACCOUNT,
        "venue_warning_age_seconds",
        Unit.SECONDS,
        "Time since the venue itself warned of too little margin, +Inf: it has not within an hour.",
        "hedgewatch_venue_warning_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.ACCOUNT,
        "margin_ratio_before_warning",
        Unit.RATIO,
        "Its highest margin ratio in the minute before that.",
        "hedgewatch_margin_ratio_before_warning",
        lowest=0.0,
    ),
    Measure(
        Scope.ACCOUNT,
        "collateral_deviation",
        Unit.RATIO,
        "Price of a coin as collateral over its price elsewhere, less 1: the farthest off.",
        "hedgewatch_collateral_deviation_ratio",
        lowest=-1.0,
    ),
)

RULEBOOK_MEASURES = (*OF_POSITIONS, *OF_ACCOUNTS)
