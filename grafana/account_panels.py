"""An account: what it is worth, what it needs, and where it would be liquidated."""

from grafana.builder import (
    MERGED,
    REFERENCES,
    Panel,
    Target,
    columns,
    limits,
    override,
    states,
)
from grafana.looks import BARS, LINES, LINES_WITH_LIMITS, TABLE, TIMELINE, reaching
from grafana.terms import (
    AMOUNT,
    DISTANCE_LIMITS,
    FINE,
    HERE,
    MARGIN_LIMITS,
    MINE,
    OUR_RATIO,
    POOL,
    POSITION,
    SIGMA_LIMITS,
    WHOLE_MONEY,
    highest,
    lowest,
)
from hedgewatch.core.scenarios import MONEY

_MARKET = MINE[:-1] + ', symbol=~"$symbol"}'
_SYMBOL = HERE[:-1] + ', symbol=~"$symbol"}'

EQUITY_AND_REQUIREMENT = Panel(
    look=LINES,
    title="Equity, what is required of it, and headroom",
    description="Of each pool, in its currency. Where requirement meets equity the pool "
    "is liquidated; headroom is what may be lost until then.",
    unit=AMOUNT,
    targets=[
        Target(lowest("hedgewatch_equity"), POOL + " equity, {{currency}}"),
        Target(highest("hedgewatch_maintenance_margin"), POOL + " required, {{currency}}"),
        Target(lowest("hedgewatch_headroom"), POOL + " headroom, {{currency}}"),
    ],
    width=12,
    height=9,
    defaults={"decimals": FINE},
    overrides=[WHOLE_MONEY],
)

RATIOS = Panel(
    look=reaching(LINES_WITH_LIMITS, 0, 1),
    title="Margin ratio: ours and the venue's",
    description="Requirement over equity, as we compute it and as the venue tells it; "
    "100 % is liquidation. They should lie on each other; limits are those of the alerts. Ours is "
    "missing where the venue's stands in for it.",
    unit="percentunit",
    targets=[
        Target(f"clamp_max({OUR_RATIO}, 10)", POOL + " ours"),
        Target(
            f"clamp_max({highest('hedgewatch_venue_margin_ratio')}, 10)",
            POOL + " the venue's",
        ),
    ],
    width=12,
    height=9,
    thresholds=((None, "transparent"), *MARGIN_LIMITS[1:]),
    defaults={"min": 0, "decimals": 1},
)

LINES_OF_LIQUIDATION = Panel(
    look=LINES,
    title="Price and liquidation lines: $symbol",
    description="The mark price, and the prices at which the pool of the position is "
    "liquidated, all others as they are: ours, and the venue's own where it tells one.",
    unit=AMOUNT,
    targets=[
        Target(highest("hedgewatch_mark_price", _SYMBOL), "{{venue}} mark"),
        Target(
            f"{highest('hedgewatch_liquidation_price', _MARKET)} > 0 < Inf",
            "{{account}} liquidated {{direction}}",
        ),
        Target(
            highest("hedgewatch_venue_liquidation_price", _MARKET),
            "{{account}} says the venue",
        ),
    ],
    width=12,
    height=9,
    defaults={"decimals": FINE},
    repeat="symbol",
)

_COLUMNS = (
    ("hedgewatch_liquidation_distance_ratio", "Distance"),
    ("hedgewatch_position_contracts", "Contracts"),
    ("hedgewatch_position_notional", "Notional"),
    ("hedgewatch_position_unrealized_pnl", "Profit"),
    ("hedgewatch_liquidation_distance_sigmas", "Distance, sigmas"),
    ("hedgewatch_touch_probability_ratio", "Touched in a day"),
    ("hedgewatch_funding_per_day", "Funding a day"),
    ("hedgewatch_unwind_cost", "Cost to leave"),
    ("hedgewatch_adl_rank", "ADL"),
)
_NAMES = {f"Value #{REFERENCES[at]}": title for at, (_, title) in enumerate(_COLUMNS)}
_BY = "account, symbol, side"

_WIDTHS = {"Account": 90, "Symbol": 150, "Side": 60}
"""So that a phone shows how far liquidation is, too."""

POSITIONS = Panel(
    look=TABLE,
    title="Positions",
    description="How far each price may move until liquidation, also in daily standard "
    "deviations; the chance that it is touched within a day; what funding earns (+) or "
    "costs; what it costs to leave at once. A cell that is missing is unknown.",
    unit=AMOUNT,
    targets=[
        Target(f"max by ({_BY}) ({metric}{MINE})", instant=True, table=True)
        for metric, _ in _COLUMNS
    ],
    width=24,
    height=9,
    defaults={"decimals": 2, "noValue": "unknown"},
    overrides=[
        *(override(name, custom__width=width) for name, width in _WIDTHS.items()),
        override("Contracts", decimals=FINE),
        override(
            "Distance",
            unit="percentunit",
            thresholds=limits(DISTANCE_LIMITS),
            custom__cellOptions={"type": "color-background", "mode": "basic"},
        ),
        override(
            "Distance, sigmas",
            thresholds=limits(SIGMA_LIMITS),
            custom__cellOptions={"type": "color-text"},
        ),
        override("Touched in a day", unit="percentunit"),
    ],
    transformations=columns(
        {"account": "Account", "symbol": "Symbol", "side": "Side"} | _NAMES, MERGED
    ),
)

SHOCK = Panel(
    look=LINES_WITH_LIMITS,
    title="The move of everything that liquidates",
    description="By how much all prices would have to fall (down) or rise (up) together, "
    "by their betas. A pool that no move liquidates is not listed.",
    unit="percentunit",
    targets=[Target(f"abs({highest('hedgewatch_shock_ratio')}) < Inf", POOL + " {{direction}}")],
    width=12,
    height=9,
    thresholds=(*DISTANCE_LIMITS[:-1], (DISTANCE_LIMITS[-1][0], "transparent")),
    defaults={"min": 0, "decimals": 1, "noValue": "no common move liquidates"},
)

STRESS = Panel(
    look=BARS,
    title="Margin ratio after each scenario",
    description="What the ratio of each pool would be at the end of what could happen; "
    "100 % and more is liquidation, 200 % stands for all that is more.",
    unit="percentunit",
    targets=[
        Target(
            f"sort_desc(clamp_max({highest('hedgewatch_stressed_margin_ratio')}, 2))",
            POOL + " {{scenario}}",
            instant=True,
        )
    ],
    width=12,
    height=9,
    thresholds=MARGIN_LIMITS,
    defaults={"min": 0, "max": 2, "decimals": 0},
)

TOP_UP = Panel(
    look=LINES,
    title="What would make it safe",
    description="How much money would bring the pool back to a margin ratio that stands "
    "a move of 15 %; 0 while it is safe.",
    unit=AMOUNT,
    targets=[Target(highest("hedgewatch_top_up_to_safe"), POOL + " {{currency}}")],
    width=8,
    height=8,
    defaults={"min": 0, "decimals": FINE},
    overrides=[WHOLE_MONEY],
)

LEVERAGE = Panel(
    look=LINES,
    title="Leverage",
    description="Gross and net notional over equity, and the limit that its owner set.",
    unit="none",
    targets=[
        Target(f"{highest('hedgewatch_effective_leverage')} < Inf", POOL + " gross"),
        Target(f"{highest('hedgewatch_net_leverage')} < Inf", POOL + " net"),
        Target(highest("hedgewatch_leverage_limit"), POOL + " limit"),
    ],
    width=8,
    height=8,
    defaults={"decimals": 2},
)

_REQUIRED = highest("hedgewatch_maintenance_margin")
_IN_COINS = f'{MINE[:-1]}, currency!~"{"|".join(sorted(MONEY))}"}}'
TIERS = Panel(
    look=LINES,
    title="Maintenance of what is held",
    description="Requirement over notional of all positions: it steps up with the tiers "
    "of the venue, by size or when the venue changes them. Not of accounts with a pool in "
    "coins: its requirement is in coins, and its notional in money.",
    unit="percentunit",
    targets=[
        Target(
            f"sum by (account) ({_REQUIRED})"
            f" / sum by (account) (abs({highest('hedgewatch_position_notional')}))"
            f" unless on (account) hedgewatch_maintenance_margin{_IN_COINS}",
            "{{account}}",
        )
    ],
    width=8,
    height=8,
    defaults={"min": 0, "decimals": 2},
)

DISAGREEMENT = Panel(
    look=LINES,
    title="Where we and the venue differ",
    description="Of equity, requirement and liquidation price, as fractions; and of the "
    "mark against other sources.",
    unit="percentunit",
    targets=[
        Target(highest("hedgewatch_equity_disagreement_ratio"), POOL + " equity"),
        Target(highest("hedgewatch_maintenance_disagreement_ratio"), POOL + " requirement"),
        Target(
            highest("hedgewatch_liquidation_price_disagreement_ratio"),
            POSITION + " liquidation price",
        ),
        Target(highest("hedgewatch_mark_disagreement_ratio"), "{{symbol}} mark"),
    ],
    width=12,
    height=8,
    defaults={"decimals": 2},
)

_UNUSABLE = highest("hedgewatch_account_unusable")
_TOO_POWERFUL = highest("hedgewatch_key_too_powerful")
KEYS = Panel(
    look=TIMELINE,
    title="Keys",
    description="Whether the account can be watched, and whether its key may do more "
    "than read: such a key is never used.",
    unit="none",
    targets=[
        Target(
            f"{_UNUSABLE} + 2 * {_TOO_POWERFUL}",
            "{{account}}",
        )
    ],
    width=12,
    height=8,
    defaults={
        "mappings": states(
            (0, "read-only key", "green"),
            (1, "cannot be watched", "purple"),
            (2, "the key can trade", "red"),
            (3, "the key can trade", "red"),
        )
    },
)
