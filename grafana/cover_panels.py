"""What a hedge is made of, what it costs, and how well it covers."""

from grafana.builder import Panel, Target, override_query
from grafana.looks import BARS, LINES, LINES_WITH_LIMITS, reaching
from grafana.terms import AMOUNT, BASIS_LIMIT, CORRELATION_LIMIT, FINE, HEDGE, highest, lowest

LEGS = Panel(
    look=LINES,
    title="Exposure and cover",
    description="What is owned and what offsets it, in the quote currency. A cover is "
    "negative; the two lines mirror each other where the hedge fits.",
    unit=AMOUNT,
    targets=[
        Target(highest("hedgewatch_exposure_value", HEDGE), "{{hedge}} exposure"),
        Target(highest("hedgewatch_cover_value", HEDGE), "{{hedge}} cover"),
        Target(
            f"{highest('hedgewatch_uncovered_value', HEDGE)} != 0", "{{hedge}} uncovered by a break"
        ),
    ],
    width=12,
    height=8,
    defaults={"decimals": 0},
)

RESIDUAL = Panel(
    look=LINES,
    title="Left unhedged",
    description="What a move of 100 % of the exposure would win or lose in spite of the "
    "cover, in the quote currency.",
    unit=AMOUNT,
    targets=[Target(highest("hedgewatch_residual_delta", HEDGE), "{{hedge}}")],
    width=6,
    height=8,
    defaults={"decimals": 0},
)

RESIDUAL_COINS = Panel(
    look=LINES,
    title="Left unhedged, in coins",
    description="The same in coins of the exposure, where it is of one coin.",
    unit=AMOUNT,
    targets=[Target(highest("hedgewatch_residual_delta_coins", HEDGE), "{{hedge}}")],
    width=6,
    height=8,
    defaults={"decimals": FINE},
)

_EXPOSURE_PNL = highest("hedgewatch_exposure_pnl", HEDGE)
_COVER_PNL = highest("hedgewatch_cover_pnl", HEDGE)
PROFIT = Panel(
    look=LINES,
    title="Profit of both sides",
    description="Of what is owned, of the cover, and of both together, since the entry "
    "prices: a hedge that fits keeps the sum level.",
    unit=AMOUNT,
    targets=[
        Target(_EXPOSURE_PNL, "{{hedge}} exposure"),
        Target(_COVER_PNL, "{{hedge}} cover"),
        Target(
            f"{_EXPOSURE_PNL} + {_COVER_PNL}",
            "{{hedge}} together",
        ),
    ],
    width=24,
    height=8,
    defaults={"decimals": 0},
)

BASIS_OVER_TIME = Panel(
    look=reaching(LINES_WITH_LIMITS, -2 * BASIS_LIMIT, 2 * BASIS_LIMIT),
    title="Basis",
    description="Futures over spot, less 1: what the hedge earns or costs in a still "
    "market. Beyond the limits BasisWide fires for perpetuals.",
    unit="percentunit",
    targets=[
        Target(highest("hedgewatch_basis_ratio", HEDGE), "{{hedge}}"),
        Target(highest("hedgewatch_annualised_basis_ratio", HEDGE), "{{hedge}} a year"),
    ],
    width=12,
    height=8,
    thresholds=((None, "red"), (-BASIS_LIMIT, "transparent"), (BASIS_LIMIT, "red")),
    defaults={"decimals": 3},
)

CARRY = Panel(
    look=LINES,
    title="Funding a day",
    description="What the cover earns (+) or pays (-) in funding at the present rates, "
    "in the quote currency.",
    unit=AMOUNT,
    targets=[Target(highest("hedgewatch_funding_carry_per_day", HEDGE), "{{hedge}}")],
    width=12,
    height=8,
)

ROLL = Panel(
    look=LINES,
    title="Until the cover expires, and what the roll would cost",
    description="Seconds until the first dated contract of the cover ends; the cost of "
    "the roll is in the quote currency. Without dated contracts there is nothing to see.",
    unit="s",
    targets=[
        Target(
            f"{lowest('hedgewatch_cover_time_to_expiry_seconds', HEDGE)} < Inf", "{{hedge}} ends in"
        ),
        Target(highest("hedgewatch_roll_cost", HEDGE), "{{hedge}} roll cost"),
        Target(highest("hedgewatch_calendar_zscore", HEDGE), "{{hedge}} calendar spread, z-score"),
    ],
    width=12,
    height=8,
    defaults={"noValue": "no dated contract"},
    overrides=[
        override_query("B", unit=AMOUNT),
        override_query("C", unit="none", decimals=2),
    ],
)

UNWIND = Panel(
    look=LINES,
    title="What it costs to leave",
    description="To close the cover at once against the order book as it is, in the "
    "quote currency.",
    unit=AMOUNT,
    targets=[Target(f"{highest('hedgewatch_cover_unwind_cost', HEDGE)} < Inf", "{{hedge}}")],
    width=12,
    height=8,
    defaults={"noValue": "the book does not hold it"},
)

CORRELATION = Panel(
    look=reaching(LINES_WITH_LIMITS, 0, 1),
    title="Correlation and beta",
    description="How both sides moved together: over a day, over the last half hour, and "
    "by how much the one moves with the other. Known after 30 minutes of prices.",
    unit="none",
    targets=[
        Target(lowest("hedgewatch_hedge_correlation", HEDGE), "{{hedge}} a day"),
        Target(lowest("hedgewatch_recent_correlation", HEDGE), "{{hedge}} half an hour"),
        Target(highest("hedgewatch_hedge_beta", HEDGE), "{{hedge}} beta"),
    ],
    width=12,
    height=8,
    thresholds=((None, "red"), (CORRELATION_LIMIT, "transparent")),
    defaults={"decimals": 2, "noValue": "not known yet"},
    overrides=[override_query("C", custom__axisPlacement="right", custom__axisLabel="beta")],
)

MINIMUM_VARIANCE = Panel(
    look=LINES,
    title="The ratio that leaves the least risk",
    description="Of each hedge, beside the one that is held: the minimum-variance ratio "
    "of the estimates of a day.",
    unit="percentunit",
    targets=[
        Target(highest("hedgewatch_minimum_variance_ratio", HEDGE), "{{hedge}} least risk"),
        Target(highest("hedgewatch_hedge_ratio", HEDGE), "{{hedge}} held"),
    ],
    width=12,
    height=8,
    defaults={"decimals": 1, "noValue": "not known yet"},
)

EFFECTIVENESS = Panel(
    look=LINES,
    title="How much of the risk it takes away",
    description="Of the variance of the exposure, by the cover as it is held, and at best.",
    unit="percentunit",
    targets=[
        Target(lowest("hedgewatch_held_effectiveness_ratio", HEDGE), "{{hedge}} as held"),
        Target(lowest("hedgewatch_hedge_effectiveness_ratio", HEDGE), "{{hedge}} at best"),
    ],
    width=12,
    height=8,
    defaults={"max": 1, "decimals": 1, "noValue": "not known yet"},
)

STRESSED_LOSS = Panel(
    look=BARS,
    title="Lost after the hedge, by scenario",
    description="What exposure and cover would lose together, in the quote currency; "
    "negative is a gain.",
    unit=AMOUNT,
    targets=[
        Target(
            f"sort_desc({highest('hedgewatch_stressed_loss', HEDGE)})",
            "{{hedge}} {{scenario}}",
            instant=True,
        )
    ],
    width=12,
    height=8,
    thresholds=((None, "green"), (1, "orange")),
    defaults={"decimals": 0},
)
