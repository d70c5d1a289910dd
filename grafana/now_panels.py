"""The first line of the desk: six numbers that say whether to read on."""

from grafana.builder import STAT, Panel, Target, states
from grafana.terms import (
    ANY_IS_BAD,
    DISTANCE_LIMITS,
    DRIFT_LIMIT,
    MARGIN_LIMITS,
    MINE,
    MINE_OR_NOBODYS,
)

FIRING = Panel(
    look=STAT,
    title="Firing",
    description="Alerts that fire now. The table below says which.",
    unit="short",
    targets=[
        Target(
            f'count(hedgewatch_alerts{{alertstate="firing", {MINE_OR_NOBODYS}}})'
            " or 0 * count(hedgewatch_build_info)",
            instant=True,
        )
    ],
    width=4,
    height=4,
    thresholds=ANY_IS_BAD,
    defaults={"noValue": "no data"},
)

WORST_MARGIN = Panel(
    look=STAT,
    title="Worst margin ratio",
    description="Of all pools. 100 % is liquidation; 1000 % stands for equity that is gone.",
    unit="percentunit",
    targets=[Target(f"clamp_max(max(hedgewatch_margin_ratio{MINE}), 10)", instant=True)],
    width=4,
    height=4,
    thresholds=MARGIN_LIMITS,
    defaults={"decimals": 1, "noValue": "unknown"},
)

NEAREST_LIQUIDATION = Panel(
    look=STAT,
    title="Nearest liquidation",
    description="Of all positions, how far its price may move; while an account is "
    "blind, the worst that may have happened meanwhile.",
    unit="percentunit",
    targets=[
        Target(
            f"clamp_max(min(hedgewatch_liquidation_distance_worst_ratio{MINE}), 10)",
            instant=True,
        )
    ],
    width=4,
    height=4,
    thresholds=DISTANCE_LIMITS,
    defaults={"decimals": 1, "noValue": "unknown"},
)

LARGEST_DRIFT = Panel(
    look=STAT,
    title="Largest drift",
    description="Of all hedges, without its sign.",
    unit="percentunit",
    targets=[Target("clamp_max(max(abs(hedgewatch_hedge_drift_ratio)), 10)", instant=True)],
    width=4,
    height=4,
    thresholds=((None, "green"), (DRIFT_LIMIT, "red")),
    defaults={"decimals": 1, "noValue": "unknown"},
)

BLIND_ACCOUNTS = Panel(
    look=STAT,
    title="Blind accounts",
    description="Accounts about which the monitor cannot vouch: their numbers are missing.",
    unit="short",
    targets=[Target(f"sum(hedgewatch_account_blind{MINE})", instant=True)],
    width=4,
    height=4,
    thresholds=ANY_IS_BAD,
    defaults={"noValue": "no data"},
)

MONITOR = Panel(
    look=STAT,
    title="Monitor",
    description="Whether the daemon judges, by the scrapes of the last moments. When it "
    "is silent, everything here is old.",
    unit="none",
    targets=[
        Target("min(changes(hedgewatch_ticks_total[$__rate_interval]) > bool 0)", instant=True)
    ],
    width=4,
    height=4,
    thresholds=((None, "red"), (1, "green")),
    defaults={
        "noValue": "SILENT",
        "mappings": states((0, "SILENT", "red"), (1, "judging", "green")),
    },
)
