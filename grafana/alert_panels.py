"""Alerts: what fires now, and what did."""

from grafana.builder import TABLE, TIMELINE, Panel, Target, columns, override, states
from grafana.terms import MINE_OR_NOBODYS, SUBJECT

_SHOWN = {
    "alertname": "Alert",
    "severity": "Severity",
    "alertstate": "State",
    "account": "Account",
    "pool": "Pool",
    "symbol": "Symbol",
    "position": "Position",
    "hedge": "Hedge",
    "feed": "Feed",
}

WHAT_FIRES = Panel(
    look=TABLE,
    title="What fires",
    description="Pending and firing alerts, and what ended badly without anybody's notice.",
    unit="none",
    targets=[
        Target(f"hedgewatch_alerts{{{MINE_OR_NOBODYS}}}", instant=True, table=True),
    ],
    width=12,
    height=8,
    defaults={"noValue": "nothing"},
    overrides=[
        override(
            "Severity",
            mappings=states(
                ("critical", "critical", "red"),
                ("warning", "warning", "orange"),
                ("info", "info", "blue"),
            ),
            custom__cellOptions={"type": "color-background", "mode": "basic"},
        )
    ],
    transformations=columns(_SHOWN),
)


_ALERT = "alertname, account, venue, pool, symbol, position, hedge, feed"
_STATES = " or ".join(
    f'{value} * hedgewatch_alerts{{alertstate="{state}", {MINE_OR_NOBODYS}}}'
    for value, state in ((3, "ended"), (2, "firing"), (1, "pending"))
)

ALERTS_OVER_TIME = Panel(
    look=TIMELINE,
    title="Alerts over time",
    description="Each alert from its first pending moment to its end.",
    unit="none",
    targets=[Target(f"max by ({_ALERT}) ({_STATES})", "{{alertname}} " + SUBJECT)],
    width=12,
    height=8,
    defaults={
        "mappings": states(
            (1, "pending", "yellow"), (2, "firing", "red"), (3, "ended badly", "purple")
        ),
        "noValue": "nothing",
    },
)
