"""Alerts: what fires now, what did, who has seen it, and who was told how soon."""

from grafana.builder import Panel, Target, columns, override, override_texts, states, without_data
from grafana.looks import LINES, STAT, TABLE, TIMELINE, with_points
from grafana.terms import HERE, MINE_OR_NOBODYS, SUBJECT, highest, leads_to, lowest

_SHOWN = {
    "alertname": "Alert",
    "about": "About",
    "severity": "Severity",
    "alertstate": "State",
    "account": "Account",
    "hedge": "Hedge",
}
"""What it is and about what, first: a phone shows no more."""
_ABOUT = ("account", "pool", "symbol", "position", "hedge", "feed", "signal", "calendar")


_GRAVEST_FIRST = (
    *('severity="critical", alertstate!="pending"', 'severity="critical"'),
    *('severity="warning", alertstate!="pending"', 'severity="warning"'),
    *('alertstate!="pending"', 'alertstate!=""'),
)


def _by_gravity() -> str:
    """Alerts, whose values are the higher the graver they are."""
    graver = enumerate(reversed(_GRAVEST_FIRST), start=1)
    parts = [
        f"{value} * hedgewatch_alerts{{{which}, {MINE_OR_NOBODYS}}}" for value, which in graver
    ]
    return f"max without (instance) ({' or '.join(reversed(parts))})"


def _with_subject(alerts: str) -> str:
    """With a label `about`, in which stand all of those that say what an alert is about."""
    parts = ", ".join(f'"{label}"' for label in _ABOUT)
    return f'label_join({alerts}, "about", " ", {parts})'


_EMPTY = override_texts(noValue=" ")
"""A cell without text; `noValue` is for a table without rows."""

_RUNBOOK = {
    "title": "what to do",
    "url": "${pages}/runbooks/rules/README.md#${__value.raw}",
    "targetBlank": True,
}

WHAT_FIRES = Panel(
    look=TABLE,
    title="What fires",
    description="Pending and firing alerts, and what ended badly without anybody's notice.",
    unit="none",
    targets=[
        Target(
            f"sort_desc({_with_subject(_by_gravity())})",
            instant=True,
            table=True,
        ),
    ],
    width=12,
    height=8,
    defaults={"noValue": "nothing"},
    overrides=[
        _EMPTY,
        override("Alert", links=[_RUNBOOK], custom__width=170),
        override("State", custom__width=80),
        override("Account", links=leads_to("account", "account", "all of this account")),
        override("Hedge", links=leads_to("hedge", "hedge", "all of this hedge")),
        override(
            "Severity",
            mappings=states(
                ("critical", "critical", "red"),
                ("warning", "warning", "orange"),
                ("info", "info", "blue"),
            ),
            custom__cellOptions={"type": "color-background", "mode": "basic"},
            custom__width=80,
        ),
    ],
    transformations=columns(_SHOWN),
)


_ALERT = "alertname, account, venue, pool, symbol, position, hedge, feed, signal, calendar"
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
    width=24,
    height=9,
    defaults={
        "mappings": states(
            (1, "pending", "yellow"), (2, "firing", "red"), (3, "ended badly", "dark-red")
        ),
        "noValue": "nothing",
    },
)


def _count(state: str) -> str:
    alerts = f'{{alertstate="{state}", {MINE_OR_NOBODYS}}}'
    return (
        f"count({highest('hedgewatch_alerts', alerts)}) or 0 * count(hedgewatch_build_info{HERE})"
    )


def _number(title: str, description: str, expr: str, color: str) -> Panel:
    return Panel(
        look=STAT,
        title=title,
        description=description,
        unit="short",
        targets=[Target(expr, instant=True)],
        width=6,
        height=4,
        thresholds=((None, "green"), (1, color)),
        defaults=without_data("no data"),
    )


_SEEN = lowest("hedgewatch_alerts_acknowledged", f"{{{MINE_OR_NOBODYS}}}")
FIRING_NOW = _number("Firing", "Alerts that fire now.", _count("firing"), "red")
PENDING_NOW = _number(
    "Pending", "True already, and waiting for their `for`.", _count("pending"), "yellow"
)
ENDED_BADLY = _number(
    "Ended badly",
    "Liquidated, auto-deleveraged, or gone without anybody knowing why: held until acknowledged.",
    _count("ended"),
    "dark-red",
)
UNSEEN = _number(
    "Not acknowledged",
    "Alerts that fire and that nobody has acknowledged.",
    f"count({_SEEN} == 0) or 0 * count(hedgewatch_build_info{HERE})",
    "orange",
)

ACKNOWLEDGED = Panel(
    look=TIMELINE,
    title="Acknowledgements",
    description="Each alert while it fires: seen by somebody or not. An acknowledgement "
    "lapses when the alert gets worse.",
    unit="none",
    targets=[Target(_SEEN, "{{alertname}} " + SUBJECT)],
    width=24,
    height=8,
    defaults={
        "mappings": states((0, "not seen", "orange"), (1, "acknowledged", "blue")),
        "noValue": "nothing fires",
    },
)

FIRED_MOST = Panel(
    look=TABLE,
    title="What fired longest",
    description="How many scrapes of the shown time saw each alert fire: of a scrape "
    "each second, seconds.",
    unit="short",
    targets=[
        Target(
            "sort_desc(sum by (alertname, account, hedge) (max without (instance) (count_over_time("
            f'hedgewatch_alerts{{alertstate="firing", {MINE_OR_NOBODYS}}}[$__range]))))',
            instant=True,
            table=True,
        )
    ],
    width=12,
    height=8,
    defaults={"noValue": "nothing"},
    overrides=[_EMPTY],
    transformations=columns(
        {"alertname": "Alert", "account": "Account", "hedge": "Hedge", "Value": "Scrapes"}
    ),
)


def _slow(share: float) -> str:
    buckets = f"hedgewatch_notification_seconds_bucket{HERE}[$__rate_interval]"
    return f"histogram_quantile({share}, sum by (receiver, le) (increase({buckets})))"


LATENCY_OF_NOTIFICATIONS = Panel(
    look=with_points(LINES),
    title="From alert to receiver",
    description="How long it took until each receiver took a message: the median and the "
    "slowest 1 %. Silent while nothing is told.",
    unit="s",
    targets=[Target(_slow(0.5), "{{receiver}} p50"), Target(_slow(0.99), "{{receiver}} p99")],
    width=12,
    height=8,
    defaults={"min": 0, "noValue": "nothing was told"},
)
