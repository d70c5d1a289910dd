"""The monitor itself: whether it sees, how fast it judges, and whether its messages leave."""

from grafana.builder import LINES, LINES_WITH_LIMITS, TIMELINE, Panel, Target, states
from grafana.terms import MINE

BLINDNESS = Panel(
    look=TIMELINE,
    title="Blindness",
    description="When the monitor could not vouch for an account. Alerts are held meanwhile.",
    unit="none",
    targets=[Target(f"hedgewatch_account_blind{MINE}", "{{account}} {{venue}}")],
    width=12,
    height=6,
    defaults={"mappings": states((0, "sees", "green"), (1, "BLIND", "red"))},
)

DATA_AGE = Panel(
    look=LINES_WITH_LIMITS,
    title="Age of the data",
    description="Of the newest data of each feed, by event time. Marks older than 5 s blind an "
    "account that holds positions.",
    unit="s",
    targets=[Target(f"hedgewatch_data_age_seconds{MINE}", "{{account}} {{feed}}")],
    width=12,
    height=6,
    thresholds=((None, "transparent"), (30, "red")),
    defaults={"min": 0},
)


def quantile(share: float) -> str:
    buckets = "hedgewatch_tick_to_decision_seconds_bucket[$__rate_interval]"
    return f"histogram_quantile({share}, sum by (le) (rate({buckets})))"


LATENCY = Panel(
    look=LINES,
    title="Tick to decision",
    description="From the arrival of an event to its judgement: the median and the slowest 1 %.",
    unit="s",
    targets=[Target(quantile(0.5), "p50"), Target(quantile(0.99), "p99")],
    width=8,
    height=7,
    defaults={"min": 0},
)

TICKS = Panel(
    look=LINES,
    title="Ticks",
    description="Events judged a second, the clock's own included.",
    unit="cps",
    targets=[Target("sum(rate(hedgewatch_ticks_total[$__rate_interval]))", "ticks")],
    width=8,
    height=7,
    defaults={"min": 0},
)

NOTIFICATIONS = Panel(
    look=LINES,
    title="Notifications",
    description="Attempts to deliver by outcome, in a minute, and how many wait in the outbox.",
    unit="short",
    targets=[
        Target(
            "sum by (receiver, outcome) (increase(hedgewatch_notifications_total[1m]))",
            "{{receiver}} {{outcome}}",
        ),
        Target("sum(hedgewatch_outbox_length)", "waiting"),
    ],
    width=8,
    height=7,
    defaults={"min": 0},
)
