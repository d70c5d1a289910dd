"""What the panels share: whose series they ask for, names, limits, and where a value leads."""

from grafana.builder import Json, Limits
from grafana.limits import limit
from hedgewatch.core.scenarios import MONEY

_HERE = 'instance=~"$instance"'
HERE = f"{{{_HERE}}}"
OURS = f'{{{_HERE}, job=~".*hedgewatch.*"}}'
MINE = f'{{{_HERE}, account=~"$account"}}'
MINE_OR_NOBODYS = f'{_HERE}, account=~"$account|"'
"""Alerts on hedges and on the book have no account."""

HEDGE = f'{{{_HERE}, hedge=~"$hedge"}}'


def highest(metric: str, where: str = MINE) -> str:
    """What several daemons see of the same thing is one series: replicas count nothing twice."""
    return f"max without (instance) ({metric}{where})"


def lowest(metric: str, where: str = MINE) -> str:
    """The same of what is the worse the lower it is."""
    return f"min without (instance) ({metric}{where})"


_BY_VENUE = f"{highest('hedgewatch_margin_by_venue')} == 1"
OUR_RATIO = f"{highest('hedgewatch_margin_ratio')} unless {_BY_VENUE}"
"""Of each pool whose margin is computed here."""
MARGIN_RATIO = (
    f"label_replace({highest('hedgewatch_margin_ratio')} and {_BY_VENUE},"
    f' "pool", "$1, says the venue", "pool", "(.*)") or {OUR_RATIO}'
)
"""Of each pool; where it is the venue's own word the name says so."""

_RATIOS = (
    f"hedgewatch_highest_margin_ratio{MINE} or on (account) hedgewatch_venue_margin_ratio{MINE}"
)
UNSEEN = (
    f"{highest('hedgewatch_account_blind')} == 1 or"
    f" 1 + 0 * {highest('hedgewatch_account_blind')} unless on (account) ({_RATIOS})"
)
"""1 for each account of which the worst is not known: `max` of the others would hide it."""

MARGIN_LIMITS: Limits = (
    (None, "green"),
    (limit("MarginWarning", "margin_ratio"), "yellow"),
    (limit("MarginDanger", "margin_ratio"), "orange"),
    (limit("MarginCritical", "margin_ratio"), "red"),
)
_NEAR = limit("LiquidationNear", "liquidation_distance")
DISTANCE_LIMITS: Limits = ((None, "red"), (_NEAR, "orange"), (2 * _NEAR, "green"))
"""Twice the distance of the alert is where somebody should look."""
SIGMA_LIMITS: Limits = (
    (None, "red"),
    (limit("LiquidationLikely", "liquidation_distance_sigmas"), "green"),
)
AMOUNT = "locale"
"""Money, prices, coins, contracts: 1,427.3 and not 1.43 K, by which nobody could trade."""
FINE = 8
"""Decimals of prices, coins and contracts, of which there are tiny ones. Zeros are not shown."""
WHOLE_MONEY: Json = {
    "matcher": {"id": "byRegexp", "options": f"/ ({'|'.join(sorted(MONEY))})$/"},
    "properties": [{"id": "decimals", "value": 0}],
}
"""Series whose name ends in a currency like the dollar, without cents; of a coin 0.4 is much."""
NOT_KNOWN: Json = {"mode": "fixed", "fixedColor": "purple"}
"""The colour of what is not known: it is none of those of good and bad."""
DRIFT_LIMIT = limit("HedgeDrift", "hedge_drift")
DRIFT_LIMITS: Limits = ((None, "red"), (-DRIFT_LIMIT, "transparent"), (DRIFT_LIMIT, "red"))
BASIS_LIMIT = limit("BasisWide", "basis")
CORRELATION_LIMIT = limit("CorrelationShift", "recent_correlation")
LAG_LIMIT = limit("DaemonLate", "loop_lag_seconds")
OUTBOX_LIMIT = limit("ChannelBroken", "outbox_age_seconds")
MEMORY_LIMIT = limit("MemoryNearLimit", "memory_share")
ANY_IS_BAD: Limits = ((None, "green"), (1, "red"))
NONE_IS_BAD: Limits = ((None, "red"), (1, "green"))

POOL = "{{account}} {{pool}}"
POSITION = "{{account}} {{symbol}} {{side}}"
SUBJECT = "{{account}} {{venue}} {{pool}}{{symbol}}{{feed}}{{hedge}}{{signal}}{{calendar}}"


def leads_to(dashboard: str, variable: str, title: str) -> list[Json]:
    """From a value to the dashboard that is about it; whose data it is goes along."""
    chosen = f"var-{variable}=${{__value.raw}}&var-datasource=${{datasource}}"
    daemons = "${instance:queryparam}"
    address = f"/d/hedgewatch-{dashboard}?{chosen}&{daemons}&${{__url_time_range}}"
    return [{"title": title, "url": address}]
