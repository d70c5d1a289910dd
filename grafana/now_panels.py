"""The first line of the desk: six numbers that say whether to read on."""

from grafana.builder import Limits, Panel, Target, between, override_query, states, without_data
from grafana.looks import STAT, STAT_WITH_DOUBT
from grafana.terms import (
    ANY_IS_BAD,
    DISTANCE_LIMITS,
    DRIFT_LIMIT,
    HERE,
    MARGIN_LIMITS,
    MINE,
    MINE_OR_NOBODYS,
    NOT_KNOWN,
    OURS,
    UNSEEN,
    highest,
)

_FIRING = highest("hedgewatch_alerts", f'{{alertstate="firing", {MINE_OR_NOBODYS}}}')
FIRING = Panel(
    look=STAT,
    title="Firing",
    description="Alerts that fire now. The table below says which.",
    unit="short",
    targets=[
        Target(
            f"count({_FIRING}) or 0 * count(hedgewatch_build_info{HERE})",
            instant=True,
        )
    ],
    width=4,
    height=4,
    thresholds=ANY_IS_BAD,
    defaults=without_data("no data"),
)


def _worst(title: str, description: str, worst: str, unknown: Target, limits: Limits) -> Panel:
    """The worst of what is known and, in front of it, of how many it is not known."""
    return Panel(
        look=STAT_WITH_DOUBT,
        title=title,
        description=description,
        unit="percentunit",
        targets=[unknown, Target(worst, "worst that is known", instant=True)],
        width=4,
        height=4,
        thresholds=limits,
        defaults={"decimals": 1, **without_data("unknown")},
        overrides=[override_query("A", unit="short", decimals=0, color=NOT_KNOWN)],
    )


_UNSEEN_ACCOUNTS = Target(f"count({UNSEEN}) > 0", "accounts UNKNOWN", instant=True)

WORST_MARGIN = _worst(
    "Worst margin ratio",
    "Of all pools. 100 % is liquidation; 1000 % stands for equity that is gone. Purple: of so many "
    "accounts it is not known.",
    f"clamp_max(max(hedgewatch_margin_ratio{MINE}), 10)",
    _UNSEEN_ACCOUNTS,
    MARGIN_LIMITS,
)

NEAREST_LIQUIDATION = _worst(
    "Nearest liquidation",
    "Of all positions, how far its price may move; while an account is blind, the worst that may "
    "have happened meanwhile. Purple: of so many accounts it is not known.",
    f"clamp_max(min(hedgewatch_liquidation_distance_worst_ratio{MINE}), 10)",
    _UNSEEN_ACCOUNTS,
    DISTANCE_LIMITS,
)

_UNKNOWN_DRIFTS = (
    f"count({highest('hedgewatch_hedge_target_ratio', HERE)}"
    f" unless on (hedge) hedgewatch_hedge_drift_ratio{HERE}) > 0"
)

LARGEST_DRIFT = _worst(
    "Largest drift",
    "Of all hedges, without its sign. Purple: of so many hedges it is not known.",
    f"clamp_max(max(abs(hedgewatch_hedge_drift_ratio{HERE})), 10)",
    Target(_UNKNOWN_DRIFTS, "hedges UNKNOWN", instant=True),
    ((None, "green"), (DRIFT_LIMIT, "red")),
)

BLIND_ACCOUNTS = Panel(
    look=STAT,
    title="Blind accounts",
    description="Accounts about which the monitor cannot vouch: their numbers are missing.",
    unit="short",
    targets=[Target(f"sum({highest('hedgewatch_account_blind')})", instant=True)],
    width=4,
    height=4,
    thresholds=ANY_IS_BAD,
    defaults=without_data("no data"),
)

_JUDGES = f"(changes(hedgewatch_ticks_total{OURS}[$__rate_interval]) > bool 0)"
MONITOR = Panel(
    look=STAT,
    title="Monitor",
    description="Whether each daemon judges, by the scrapes of the last moments. When it "
    "is silent, what it alone watches is old.",
    unit="none",
    targets=[
        Target(f"avg({_JUDGES} or 0 * up{OURS})", instant=True),
    ],
    width=4,
    height=4,
    thresholds=((None, "red"), (0.001, "orange"), (1, "green")),
    defaults={
        "noValue": "SILENT",
        "mappings": [
            *states((0, "SILENT", "red"), (1, "judging", "green")),
            between(0.001, 0.999, "NOT ALL OF THEM JUDGE", "orange"),
        ],
    },
)
