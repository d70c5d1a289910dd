"""Margin: which pool and which position is closest to liquidation."""

from grafana import terms
from grafana.builder import Panel, Target, override_query, states
from grafana.looks import BARS, LINES, LINES_WITH_LIMITS, reaching
from grafana.terms import (
    AMOUNT,
    DISTANCE_LIMITS,
    FINE,
    MARGIN_LIMITS,
    NOT_KNOWN,
    POOL,
    POSITION,
    UNSEEN,
    WHOLE_MONEY,
    lowest,
)

_UNSEEN_FIRST = Target(UNSEEN, "{{account}}", instant=True)
_AS_UNKNOWN = override_query(
    "A", color=NOT_KNOWN, mappings=states((1, "UNKNOWN: look at the venue", "purple"))
)

WORST_POOL_FIRST = Panel(
    look=BARS,
    title="Margin ratio, worst pool first",
    description="Requirement over equity: 100 % is liquidation, 1000 % is equity that is gone. "
    "An account of which it is not known stands first; `says the venue`: it is not computed here.",
    unit="percentunit",
    targets=[
        _UNSEEN_FIRST,
        Target(
            f"sort_desc(clamp_max({terms.MARGIN_RATIO}, 10))",
            POOL,
            instant=True,
        ),
    ],
    width=12,
    height=8,
    thresholds=MARGIN_LIMITS,
    defaults={"min": 0, "max": 1, "decimals": 1},
    overrides=[_AS_UNKNOWN],
)

NEAREST_FIRST = Panel(
    look=BARS,
    title="Liquidation distance, nearest first",
    description="How far each price may move. A position without a liquidation price is "
    "not listed, one without a bar is liquidatable now. An account of which it is not known "
    "stands first.",
    unit="percentunit",
    targets=[
        _UNSEEN_FIRST,
        Target(
            f"sort({lowest('hedgewatch_liquidation_distance_ratio')} < Inf)",
            POSITION,
            instant=True,
        ),
    ],
    width=12,
    height=8,
    thresholds=DISTANCE_LIMITS,
    defaults={"min": 0, "max": 1, "decimals": 1, "noValue": "none has a liquidation price"},
    overrides=[_AS_UNKNOWN],
)

MARGIN_RATIO = Panel(
    look=reaching(LINES_WITH_LIMITS, 0, 1),
    title="Margin ratio",
    description="Each pool over time, with the limits of the shipped rules. A gap is unknown.",
    unit="percentunit",
    targets=[Target(f"clamp_max({terms.MARGIN_RATIO}, 10)", POOL)],
    width=12,
    height=8,
    thresholds=((None, "transparent"), *MARGIN_LIMITS[1:]),
    defaults={"min": 0, "decimals": 1},
)

EQUITY = Panel(
    look=LINES,
    title="Equity and headroom",
    description="What each pool is worth, and how much of it may be lost before "
    "liquidation, in the currency of the pool.",
    unit=AMOUNT,
    targets=[
        Target(lowest("hedgewatch_equity"), POOL + " equity, {{currency}}"),
        Target(lowest("hedgewatch_headroom"), POOL + " headroom, {{currency}}"),
    ],
    width=12,
    height=8,
    defaults={"decimals": FINE},
    overrides=[WHOLE_MONEY],
)
