"""The catalogue of measures: what rules compare, what is scraped, what messages show."""

from dataclasses import dataclass

from hedgewatch.core.expression import Unit
from hedgewatch.core.model import Scope


@dataclass(frozen=True, slots=True)
class Measure:
    """One named number about one kind of subject. A row of that scope has it as an attribute.

    `metric` is its name in Prometheus, empty when it is not exported; `fixed` are labels that
    tell apart measures that share one metric (the direction of a liquidation price).
    """

    scope: Scope
    name: str
    unit: Unit
    help: str
    metric: str = ""
    fixed: tuple[tuple[str, str], ...] = ()


POSITION, POOL, HEDGE = Scope.POSITION, Scope.POOL, Scope.HEDGE
ACCOUNT, FEED, BOOK = Scope.ACCOUNT, Scope.FEED, Scope.BOOK
DOWN, UP = (("direction", "down"),), (("direction", "up"),)
RATIO, PRICE, MONEY = Unit.RATIO, Unit.PRICE, Unit.MONEY
SECONDS, BOOLEAN = Unit.SECONDS, Unit.BOOLEAN

CATALOGUE: tuple[Measure, ...] = (
    Measure(
        POOL,
        "margin_ratio",
        RATIO,
        "Requirement over equity: 1 is liquidation, +Inf when equity is gone.",
        "hedgewatch_margin_ratio",
    ),
    Measure(POOL, "equity", MONEY, "What the margin pool is worth now.", "hedgewatch_equity"),
    Measure(
        POOL,
        "maintenance_margin",
        MONEY,
        "What the margin pool must be worth.",
        "hedgewatch_maintenance_margin",
    ),
    Measure(
        POOL, "headroom", MONEY, "Equity less requirement: 0 is liquidation.", "hedgewatch_headroom"
    ),
    Measure(
        POOL,
        "shock_down",
        RATIO,
        "Common fall of all prices that liquidates the pool, -Inf when none does.",
        "hedgewatch_shock_ratio",
        DOWN,
    ),
    Measure(
        POOL,
        "shock_up",
        RATIO,
        "Common rise of all prices that liquidates the pool, +Inf when none does.",
        "hedgewatch_shock_ratio",
        UP,
    ),
    Measure(
        POOL,
        "shock_nearest",
        RATIO,
        "The smaller of the two common moves that liquidate, +Inf when neither does.",
    ),
    Measure(
        POSITION,
        "liquidation_price",
        PRICE,
        "The nearest price at which the pool is liquidated, +Inf when there is none.",
    ),
    Measure(
        POSITION,
        "liquidation_price_down",
        PRICE,
        "The lower price at which the pool is liquidated, -Inf when there is none.",
        "hedgewatch_liquidation_price",
        DOWN,
    ),
    Measure(
        POSITION,
        "liquidation_price_up",
        PRICE,
        "The upper price at which the pool is liquidated, +Inf when there is none.",
        "hedgewatch_liquidation_price",
        UP,
    ),
    Measure(
        POSITION,
        "liquidation_distance",
        RATIO,
        "Fraction of the mark price to the nearest liquidation price.",
        "hedgewatch_liquidation_distance_ratio",
    ),
    Measure(
        POSITION,
        "liquidation_distance_worst",
        RATIO,
        "The same, widened while the account is blind.",
        "hedgewatch_liquidation_distance_worst_ratio",
    ),
    Measure(POSITION, "mark_price", PRICE, "The mark price of the venue."),
    Measure(
        POSITION,
        "contracts",
        Unit.CONTRACTS,
        "Signed contracts held, short negative.",
        "hedgewatch_position_contracts",
    ),
    Measure(
        POSITION,
        "notional",
        MONEY,
        "Contracts at the mark price, without sign.",
        "hedgewatch_position_notional",
    ),
    Measure(
        POSITION,
        "unrealized_pnl",
        MONEY,
        "Profit of the position at the mark price.",
        "hedgewatch_position_unrealized_pnl",
    ),
    Measure(
        POSITION,
        "leverage",
        Unit.NUMBER,
        "Notional over the equity of its pool.",
        "hedgewatch_position_leverage",
    ),
    Measure(
        POSITION,
        "position_vanished",
        BOOLEAN,
        "The venue no longer lists the position, yet uses margin for it.",
        "hedgewatch_position_vanished",
    ),
    Measure(
        HEDGE,
        "hedge_ratio",
        RATIO,
        "Cover over exposure: 1 covered, 0 naked, negative when the cover adds.",
        "hedgewatch_hedge_ratio",
    ),
    Measure(
        HEDGE,
        "target",
        RATIO,
        "The hedge ratio that its owner wants.",
        "hedgewatch_hedge_target_ratio",
    ),
    Measure(
        HEDGE, "hedge_drift", RATIO, "(ratio - target) / target.", "hedgewatch_hedge_drift_ratio"
    ),
    Measure(
        HEDGE,
        "hedge_drift_floor",
        RATIO,
        "Drift that half a contract step makes: less is not drift.",
        "hedgewatch_hedge_drift_floor_ratio",
    ),
    Measure(
        HEDGE,
        "required_contracts",
        Unit.CONTRACTS,
        "Contracts whose value is that of the exposure, before rounding.",
        "hedgewatch_required_contracts",
    ),
    Measure(
        HEDGE,
        "contracts_to_target",
        Unit.CONTRACTS,
        "Contracts to buy (+) or sell (-) to reach the target, in whole steps.",
        "hedgewatch_contracts_to_target",
    ),
    Measure(
        HEDGE,
        "residual_delta",
        MONEY,
        "What is left unhedged, in the quote currency.",
        "hedgewatch_residual_delta",
    ),
    Measure(
        HEDGE,
        "residual_delta_coins",
        Unit.NUMBER,
        "What is left unhedged, in coins of the exposure.",
        "hedgewatch_residual_delta_coins",
    ),
    Measure(HEDGE, "exposure_value", MONEY, "Value of what is owned.", "hedgewatch_exposure_value"),
    Measure(
        HEDGE,
        "cover_value",
        MONEY,
        "Signed value of the cover, short negative.",
        "hedgewatch_cover_value",
    ),
    Measure(
        HEDGE,
        "exposure_pnl",
        MONEY,
        "Profit of what is owned since its entry price, or since the watch began.",
        "hedgewatch_exposure_pnl",
    ),
    Measure(HEDGE, "cover_pnl", MONEY, "Unrealised profit of the cover.", "hedgewatch_cover_pnl"),
    Measure(HEDGE, "basis", RATIO, "Futures over spot, less 1.", "hedgewatch_basis_ratio"),
    Measure(
        ACCOUNT,
        "account_blind",
        BOOLEAN,
        "The monitor cannot vouch for this account.",
        "hedgewatch_account_blind",
    ),
    Measure(
        ACCOUNT,
        "blind_seconds",
        SECONDS,
        "How long the account has been blind, 0 when it is not.",
        "hedgewatch_blind_seconds",
    ),
    Measure(
        ACCOUNT,
        "account_unusable",
        BOOLEAN,
        "The account cannot be watched as it stands.",
        "hedgewatch_account_unusable",
    ),
    Measure(
        ACCOUNT,
        "liquidation_distance_worst",
        RATIO,
        "The least of its positions, widened while blind.",
    ),
    Measure(FEED, "feed_up", BOOLEAN, "The feed delivers.", "hedgewatch_feed_up"),
    Measure(
        FEED,
        "data_age_seconds",
        SECONDS,
        "Age of the newest data of the feed, by event time.",
        "hedgewatch_data_age_seconds",
    ),
    Measure(
        BOOK,
        "worst_margin_ratio",
        RATIO,
        "The highest margin ratio of all pools.",
        "hedgewatch_worst_margin_ratio",
    ),
    Measure(
        BOOK,
        "nearest_liquidation_distance",
        RATIO,
        "The least liquidation distance of all positions.",
        "hedgewatch_nearest_liquidation_distance_ratio",
    ),
    Measure(
        BOOK,
        "accounts_blind",
        Unit.NUMBER,
        "How many accounts are blind.",
        "hedgewatch_accounts_blind",
    ),
)


def symbols(scope: Scope) -> dict[str, Unit]:
    """The measures that a rule of this scope may name, with their units."""
    return {measure.name: measure.unit for measure in CATALOGUE if measure.scope is scope}
