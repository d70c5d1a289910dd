"""What statistics, time and the order book say of a hedge."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

HEDGE_STATISTICS = (
    Measure(
        Scope.HEDGE,
        "hedge_beta",
        Unit.NUMBER,
        "Return of the exposure for each return of the cover.",
        "hedgewatch_hedge_beta",
    ),
    Measure(
        Scope.HEDGE,
        "hedge_correlation",
        Unit.NUMBER,
        "Correlation of the returns of exposure and cover.",
        "hedgewatch_hedge_correlation",
    ),
    Measure(
        Scope.HEDGE,
        "recent_correlation",
        Unit.NUMBER,
        "The same of the last half hour.",
        "hedgewatch_recent_correlation",
    ),
    Measure(
        Scope.HEDGE,
        "correlation_shift",
        Unit.NUMBER,
        "Correlation of the last half hour against that of the day, in standard errors.",
        "hedgewatch_correlation_shift",
    ),
    Measure(
        Scope.HEDGE,
        "minimum_variance_ratio",
        Unit.RATIO,
        "Hedge ratio that leaves the least variance.",
        "hedgewatch_minimum_variance_ratio",
    ),
    Measure(
        Scope.HEDGE,
        "hedge_effectiveness",
        Unit.RATIO,
        "Share of the variance that the minimum-variance ratio takes away.",
        "hedgewatch_hedge_effectiveness_ratio",
    ),
    Measure(
        Scope.HEDGE,
        "held_effectiveness",
        Unit.RATIO,
        "Share of the variance that the hedge as held takes away, negative: it adds.",
        "hedgewatch_held_effectiveness_ratio",
    ),
    Measure(
        Scope.HEDGE,
        "residual_share",
        Unit.RATIO,
        "Share of the variance that the hedge as held leaves.",
        "hedgewatch_residual_share_ratio",
    ),
    Measure(
        Scope.HEDGE,
        "residual_volatility",
        Unit.RATIO,
        "Volatility a year of what the hedge leaves, over the exposure.",
        "hedgewatch_residual_volatility_ratio",
    ),
    Measure(
        Scope.HEDGE,
        "annualised_basis",
        Unit.RATIO,
        "The basis a year until the cover expires.",
        "hedgewatch_annualised_basis_ratio",
    ),
    Measure(
        Scope.HEDGE,
        "funding_carry_per_day",
        Unit.MONEY,
        "Funding of all legs a day, paid negative.",
        "hedgewatch_funding_carry_per_day",
    ),
    Measure(
        Scope.HEDGE,
        "roll_cost",
        Unit.MONEY,
        "Cost of moving the near contract of the cover to the later one, earned negative.",
        "hedgewatch_roll_cost",
    ),
    Measure(
        Scope.HEDGE,
        "calendar_zscore",
        Unit.NUMBER,
        "Calendar spread of the cover from its mean, in standard deviations.",
        "hedgewatch_calendar_zscore",
    ),
    Measure(
        Scope.HEDGE,
        "cover_time_to_expiry_seconds",
        Unit.SECONDS,
        "Time until the first contract of the cover ends, +Inf: never.",
        "hedgewatch_cover_time_to_expiry_seconds",
    ),
    Measure(
        Scope.HEDGE,
        "cover_unwind_cost",
        Unit.MONEY,
        "What closing all of the cover at once loses against the middle.",
        "hedgewatch_cover_unwind_cost",
    ),
    Measure(
        Scope.HEDGE,
        "cover_unwind_seconds",
        Unit.SECONDS,
        "Time to close the slowest leg of the cover as a tenth of a day's trade.",
        "hedgewatch_cover_unwind_seconds",
    ),
)
