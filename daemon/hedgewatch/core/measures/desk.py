"""What is measured of accounts, feeds and the whole desk."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

DESK_MEASURES = (
    Measure(
        Scope.ACCOUNT,
        "account_blind",
        Unit.BOOLEAN,
        "The monitor cannot vouch for this account.",
        "hedgewatch_account_blind",
    ),
    Measure(
        Scope.ACCOUNT,
        "blind_seconds",
        Unit.SECONDS,
        "How long the account has been blind, 0 when it is not.",
        "hedgewatch_blind_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.ACCOUNT,
        "account_unusable",
        Unit.BOOLEAN,
        "The account cannot be watched as it stands.",
        "hedgewatch_account_unusable",
    ),
    Measure(
        Scope.ACCOUNT,
        "key_too_powerful",
        Unit.BOOLEAN,
        "The key of the account may do more than read.",
        "hedgewatch_key_too_powerful",
    ),
    Measure(
        Scope.ACCOUNT,
        "key_expires_seconds",
        Unit.SECONDS,
        "How long the key of the account still works, +inf where it has no end.",
        "hedgewatch_key_expires_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.ACCOUNT,
        "clock_skew_seconds",
        Unit.SECONDS,
        "How far the clock of the venue is ahead of ours.",
        "hedgewatch_clock_skew_seconds",
    ),
    Measure(
        Scope.ACCOUNT,
        "key_bound_to_address",
        Unit.BOOLEAN,
        "The key of the account works from listed addresses only.",
        "hedgewatch_key_bound_to_address",
    ),
    Measure(
        Scope.ACCOUNT,
        "liquidation_distance_worst",
        Unit.RATIO,
        "The least of its positions, widened while blind.",
    ),
    Measure(Scope.FEED, "feed_up", Unit.BOOLEAN, "The feed delivers.", "hedgewatch_feed_up"),
    Measure(
        Scope.FEED,
        "data_age_seconds",
        Unit.SECONDS,
        "Age of the newest data of the feed, by event time.",
        "hedgewatch_data_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.FEED,
        "losses_in_hour",
        Unit.NUMBER,
        "How often the feed was lost in the last hour.",
        "hedgewatch_feed_losses_in_hour",
        lowest=0.0,
    ),
    Measure(
        Scope.BOOK,
        "worst_margin_ratio",
        Unit.RATIO,
        "The highest margin ratio of all pools.",
        "hedgewatch_worst_margin_ratio",
        lowest=0.0,
    ),
    Measure(
        Scope.BOOK,
        "nearest_liquidation_distance",
        Unit.RATIO,
        "The least liquidation distance of all positions.",
        "hedgewatch_nearest_liquidation_distance_ratio",
    ),
    Measure(
        Scope.BOOK,
        "worst_peg",
        Unit.RATIO,
        "Price of the stable coin that is farthest from its peg, less 1.",
        "hedgewatch_worst_peg_ratio",
    ),
    Measure(
        Scope.BOOK,
        "accounts_blind",
        Unit.NUMBER,
        "How many accounts are blind.",
        "hedgewatch_accounts_blind",
        lowest=0.0,
    ),
)
