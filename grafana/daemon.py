"""The dashboard of the daemon: whether it judges, sees, tells, and lasts."""

from grafana.builder import Json, Row
from grafana.daemon_panels import (
    BLINDNESS,
    DATA_AGE,
    DESCRIPTORS,
    FEEDS,
    LAG,
    LATENCY,
    MEMORY,
    NOTIFICATIONS,
    OUTBOX_AGE,
    PROCESSOR,
    RECONNECTS,
    RECORDING,
    RESIDENT,
    TICKS,
    TROUBLES,
)
from grafana.dashboard import ACCOUNT, About, dashboard
from grafana.job_panels import JOBS, JOBS_IN_TROUBLE


def daemon() -> Json:
    about = About(
        uid="hedgewatch-daemon",
        title="Hedgewatch: daemon",
        description="The monitor itself. When this is not well, no other number can be trusted.",
        variables=[ACCOUNT],
    )
    return dashboard(
        about,
        [
            Row("Does it judge?", [TICKS, LATENCY, LAG, TROUBLES]),
            Row("Does it see?", [FEEDS, RECONNECTS, BLINDNESS, DATA_AGE]),
            Row("Do its jobs get done?", [JOBS, JOBS_IN_TROUBLE]),
            Row("Do its messages leave?", [NOTIFICATIONS, OUTBOX_AGE]),
            Row("Will it last?", [RESIDENT, DESCRIPTORS, PROCESSOR, MEMORY, RECORDING]),
        ],
    )
