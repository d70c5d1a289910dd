"""What the panels share: whose series they ask for, names, limits, and where a value leads."""

from grafana.builder import Json, Limits
from grafana.limits import limit

MINE = '{account=~"$account"}'
MINE_OR_NOBODYS = 'account=~"$account|"'
"""Alerts on hedges and on the book have no account."""

HEDGE = '{hedge=~"$hedge"}'

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
    return [{"title": title, "url": f"/d/hedgewatch-{dashboard}?{chosen}&${{__url_time_range}}"}]
