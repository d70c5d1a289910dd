"""The dashboard of the desk: worst things first."""

from grafana.alert_panels import ALERTS_OVER_TIME, WHAT_FIRES
from grafana.builder import Json, Row, dashboard
from grafana.daemon_panels import BLINDNESS, DATA_AGE, LATENCY, NOTIFICATIONS, TICKS
from grafana.hedge_panels import BASIS, CONTRACTS, DRIFT, HEDGES
from grafana.margin_panels import EQUITY, MARGIN_RATIO, NEAREST_FIRST, WORST_POOL_FIRST
from grafana.now_panels import (
    BLIND_ACCOUNTS,
    FIRING,
    LARGEST_DRIFT,
    MONITOR,
    NEAREST_LIQUIDATION,
    WORST_MARGIN,
)

_NOW = [FIRING, WORST_MARGIN, NEAREST_LIQUIDATION, LARGEST_DRIFT, BLIND_ACCOUNTS, MONITOR]


def desk() -> Json:
    return dashboard(
        "hedgewatch-desk",
        "Hedgewatch: desk",
        "The hedged book: margin, liquidation, drift, alerts, and whether the monitor can see.",
        [
            Row("Now", _NOW),
            Row("Alerts", [WHAT_FIRES, ALERTS_OVER_TIME]),
            Row("Margin", [WORST_POOL_FIRST, NEAREST_FIRST, MARGIN_RATIO, EQUITY]),
            Row("Hedges", [HEDGES, DRIFT, CONTRACTS, BASIS]),
            Row("Sight", [BLINDNESS, DATA_AGE]),
            Row("Daemon", [LATENCY, TICKS, NOTIFICATIONS]),
        ],
    )
