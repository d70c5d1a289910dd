"""The dashboard of the desk: worst things first."""

from grafana.alert_panels import ALERTS_OVER_TIME, WHAT_FIRES
from grafana.book_panels import ASSETS, EVENTS, SIGNALS, TOTALS
from grafana.builder import Json, Row
from grafana.daemon_panels import BLINDNESS, DATA_AGE
from grafana.dashboard import ACCOUNT, HEDGES_CHOSEN, About, dashboard
from grafana.hedge_panels import DRIFT, HEDGES
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
    about = About(
        uid="hedgewatch-desk",
        title="Hedgewatch: desk",
        description="The hedged book: margin, liquidation, drift, alerts, and whether "
        "the monitor can see.",
        variables=[ACCOUNT, HEDGES_CHOSEN],
    )
    return dashboard(
        about,
        [
            Row("Now", _NOW),
            Row("Worst first", [WHAT_FIRES, WORST_POOL_FIRST, NEAREST_FIRST, DRIFT, HEDGES]),
            Row("Over time", [MARGIN_RATIO, EQUITY, ALERTS_OVER_TIME]),
            Row("The book", [TOTALS, ASSETS]),
            Row("Sight", [BLINDNESS, DATA_AGE]),
            Row("Outside", [SIGNALS, EVENTS]),
        ],
    )
