"""The dashboard of alerts: what fires, what fired, who has seen it, and who was told how soon."""

from grafana.alert_panels import (
    ACKNOWLEDGED,
    ALERTS_OVER_TIME,
    ENDED_BADLY,
    FIRED_MOST,
    FIRING_NOW,
    LATENCY_OF_NOTIFICATIONS,
    PENDING_NOW,
    UNSEEN,
    WHAT_FIRES,
)
from grafana.builder import Json, Row
from grafana.daemon_panels import NOTIFICATIONS, OUTBOX_AGE
from grafana.dashboard import ACCOUNT, About, dashboard


def alerts() -> Json:
    about = About(
        uid="hedgewatch-alerts",
        title="Hedgewatch: alerts",
        description="Every alert from its first pending moment to its end, and what "
        "became of its messages.",
        variables=[ACCOUNT],
        since="now-6h",
    )
    return dashboard(
        about,
        [
            Row("Now", [FIRING_NOW, UNSEEN, PENDING_NOW, ENDED_BADLY, WHAT_FIRES, FIRED_MOST]),
            Row("Over time", [ALERTS_OVER_TIME, ACKNOWLEDGED]),
            Row("Messages", [LATENCY_OF_NOTIFICATIONS, NOTIFICATIONS, OUTBOX_AGE]),
        ],
    )
