"""One book over all venues: assets, and the desk in its currency."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

OF_ASSETS = (
    Measure(
        Scope.ASSET,
        "asset_price",
        Unit.PRICE,
        "What one coin is worth in the currency of the desk.",
        "hedgewatch_asset_price",
        lowest=0.0,
    ),
    Measure(
        Scope.ASSET,
        "owned",
        Unit.NUMBER,
        "Coins in all wallets and accounts, with the profit that is paid in them.",
        "hedgewatch_asset_owned",
    ),
    Measure(
        Scope.ASSET,
        "locked_share",
        Unit.RATIO,
        "The part of what is owned that cannot be moved at once.",
        "hedgewatch_asset_locked_share_ratio",
        lowest=0.0,
    ),
    Measure(
        Scope.ASSET,
        "net_exposure_coins",
        Unit.NUMBER,
        "Coins owned and all positions about them, short negative.",
        "hedgewatch_asset_net_exposure_coins",
    ),
    Measure(
        Scope.ASSET,
        "net_exposure",
        Unit.MONEY,
        "The same in the currency of the desk.",
        "hedgewatch_asset_net_exposure",
    ),
    Measure(
        Scope.ASSET,
        "gross_exposure",
        Unit.MONEY,
        "All of it without signs: what is owned and what is held, each by itself.",
        "hedgewatch_asset_gross_exposure",
        lowest=0.0,
    ),
)

OF_THE_BOOK = (
    Measure(
        Scope.BOOK,
        "total_equity",
        Unit.MONEY,
        "All that is owned, in the currency of the desk.",
        "hedgewatch_total_equity",
    ),
    Measure(
        Scope.BOOK,
        "total_equity_known",
        Unit.MONEY,
        "What is known of all that is owned; absent where that is nothing.",
        "hedgewatch_total_equity_known",
    ),
    Measure(
        Scope.BOOK,
        "net_exposure",
        Unit.MONEY,
        "Net exposure of all assets but money.",
        "hedgewatch_net_exposure",
    ),
    Measure(
        Scope.BOOK,
        "gross_exposure",
        Unit.MONEY,
        "Gross exposure of all assets but money.",
        "hedgewatch_gross_exposure",
        lowest=0.0,
    ),
    Measure(
        Scope.BOOK,
        "gross_exposure_known",
        Unit.MONEY,
        "What is known of the gross exposure; absent where that is nothing.",
        "hedgewatch_gross_exposure_known",
        lowest=0.0,
    ),
)

OF_HEDGES = (
    Measure(
        Scope.HEDGE,
        "blind_legs",
        Unit.NUMBER,
        "How many of its legs cannot be vouched for.",
        "hedgewatch_hedge_blind_legs",
        lowest=0.0,
    ),
    Measure(
        Scope.HEDGE,
        "hedge_drift_worst",
        Unit.RATIO,
        "The drift, and while a leg is in the dark what it may be at worst.",
        "hedgewatch_hedge_drift_worst_ratio",
    ),
    Measure(
        Scope.HEDGE,
        "hedge_drift_after_expiry",
        Unit.RATIO,
        "The drift once the first of its contracts has ended.",
        "hedgewatch_hedge_drift_after_expiry_ratio",
    ),
)

EXPOSURE_MEASURES = (*OF_ASSETS, *OF_THE_BOOK, *OF_HEDGES)
