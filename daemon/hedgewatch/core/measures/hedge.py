"""What is measured of a hedge."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

BREAK_MEASURES = (
    Measure(
        Scope.HEDGE,
        "hedge_broken",
        Unit.BOOLEAN,
        "A leg shrank, and the hedge has not fitted since.",
        "hedgewatch_hedge_broken",
    ),
    Measure(
        Scope.HEDGE,
        "break_forced",
        Unit.BOOLEAN,
        "It is broken by a liquidation, auto-deleveraging, settlement or expiry.",
        "hedgewatch_hedge_break_forced",
    ),
    Measure(
        Scope.HEDGE,
        "break_unexplained",
        Unit.BOOLEAN,
        "It is broken, and nobody has said why.",
        "hedgewatch_hedge_break_unexplained",
    ),
)
"""What is remembered: it follows from what happened, not from what is held."""

HEDGE_MEASURES = (
    Measure(
        Scope.HEDGE,
        "hedge_ratio",
        Unit.RATIO,
        "Cover over exposure: 1 covered, 0 naked, negative when the cover adds.",
        "hedgewatch_hedge_ratio",
    ),
    Measure(
        Scope.HEDGE,
        "target",
        Unit.RATIO,
        "The hedge ratio that its owner wants.",
        "hedgewatch_hedge_target_ratio",
        lowest=0.0,
    ),
    Measure(
        Scope.HEDGE,
        "hedge_drift",
        Unit.RATIO,
        "(ratio - target) / target.",
        "hedgewatch_hedge_drift_ratio",
    ),
    Measure(
        Scope.HEDGE,
        "hedge_drift_floor",
        Unit.RATIO,
        "Drift that half a contract step makes: less is not drift.",
        "hedgewatch_hedge_drift_floor_ratio",
        lowest=0.0,
    ),
    Measure(
        Scope.HEDGE,
        "required_contracts",
        Unit.CONTRACTS,
        "Contracts whose value is that of the exposure, before rounding.",
        "hedgewatch_required_contracts",
    ),
    Measure(
        Scope.HEDGE,
        "contracts_to_target",
        Unit.CONTRACTS,
        "Contracts to buy (+) or sell (-) to reach the target, in whole steps.",
        "hedgewatch_contracts_to_target",
    ),
    Measure(
        Scope.HEDGE,
        "residual_delta",
        Unit.MONEY,
        "What is left unhedged, in the quote currency.",
        "hedgewatch_residual_delta",
    ),
    Measure(
        Scope.HEDGE,
        "residual_delta_coins",
        Unit.NUMBER,
        "What is left unhedged, in coins of the exposure.",
        "hedgewatch_residual_delta_coins",
    ),
    Measure(
        Scope.HEDGE,
        "exposure_value",
        Unit.MONEY,
        "Value of what is owned.",
        "hedgewatch_exposure_value",
    ),
    Measure(
        Scope.HEDGE,
        "cover_value",
        Unit.MONEY,
        "Signed value of the cover, short negative.",
        "hedgewatch_cover_value",
    ),
    Measure(
        Scope.HEDGE,
        "exposure_pnl",
        Unit.MONEY,
        "Profit of what is owned since its entry price, or since the watch began.",
        "hedgewatch_exposure_pnl",
    ),
    Measure(
        Scope.HEDGE,
        "cover_pnl",
        Unit.MONEY,
        "Unrealised profit of the cover.",
        "hedgewatch_cover_pnl",
    ),
    Measure(
        Scope.HEDGE, "basis", Unit.RATIO, "Futures over spot, less 1.", "hedgewatch_basis_ratio"
    ),
    *BREAK_MEASURES,
    Measure(
        Scope.HEDGE,
        "uncovered_value",
        Unit.MONEY,
        "Cover missing against the target, in the quote currency; negative is too much cover.",
        "hedgewatch_uncovered_value",
    ),
    Measure(
        Scope.HEDGE,
        "uncovered_coins",
        Unit.NUMBER,
        "Cover missing against the target, in coins of the exposure.",
        "hedgewatch_uncovered_coins",
    ),
)
