"""The monitor itself: whether it sees, how fast it judges, and whether its messages leave."""

from grafana.builder import LINES, LINES_WITH_LIMITS, TIMELINE, Panel, Target, states
from grafana.terms import LAG_LIMIT, MEMORY_LIMIT, MINE, OUTBOX_LIMIT

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
    description="Of the newest data of each feed, by event time. Marks older than 5 s "
    "blind an account that holds positions.",
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
    width=12,
    height=8,
    defaults={"min": 0},
)

TICKS = Panel(
    look=LINES,
    title="Ticks",
    description="Events judged a second, the clock's own included.",
    unit="cps",
    targets=[Target("sum(rate(hedgewatch_ticks_total[$__rate_interval]))", "ticks")],
    width=12,
    height=8,
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
    width=12,
    height=8,
    defaults={"min": 0},
)

OUTBOX_AGE = Panel(
    look=LINES_WITH_LIMITS,
    title="The oldest message that waits",
    description="Of those that should have been taken by now; beyond the limit "
    "ChannelBroken fires.",
    unit="s",
    targets=[Target("hedgewatch_outbox_age_seconds", "{{instance}}")],
    width=12,
    height=8,
    thresholds=((None, "transparent"), (OUTBOX_LIMIT, "red")),
    defaults={"min": 0},
)

LAG = Panel(
    look=LINES_WITH_LIMITS,
    title="Lag of the loop",
    description="How late what is due each half second was; beyond the limit DaemonLate fires.",
    unit="s",
    targets=[Target("hedgewatch_loop_lag_seconds", "{{instance}}")],
    width=12,
    height=8,
    thresholds=((None, "transparent"), (LAG_LIMIT, "red")),
    defaults={"min": 0},
)

RECONNECTS = Panel(
    look=LINES,
    title="Reconnects and frames that made no sense",
    description="In five minutes, by account and feed. A venue that is unwell shows here first.",
    unit="short",
    targets=[
        Target(
            f"increase(hedgewatch_reconnects_total{MINE}[5m])", "{{account}} {{feed}} reconnects"
        ),
        Target(f"increase(hedgewatch_poison_frames_total{MINE}[5m])", "{{account}} odd frames"),
        Target(f"increase(hedgewatch_refused_requests_total{MINE}[5m])", "{{account}} held back"),
    ],
    width=12,
    height=8,
    defaults={"min": 0, "decimals": 0},
)

FEEDS = Panel(
    look=TIMELINE,
    title="Feeds",
    description="Which streams and readings of each account deliver.",
    unit="none",
    targets=[Target(f"hedgewatch_feed_up{MINE}", "{{account}} {{feed}}")],
    width=12,
    height=8,
    defaults={"mappings": states((0, "lost", "red"), (1, "delivers", "green"))},
)

MEMORY = Panel(
    look=LINES_WITH_LIMITS,
    title="Memory",
    description="Of what the unit and the machine allow; beyond the limit MemoryNearLimit fires.",
    unit="percentunit",
    targets=[Target("hedgewatch_memory_share_ratio", "{{instance}}")],
    width=8,
    height=8,
    thresholds=((None, "transparent"), (MEMORY_LIMIT, "red")),
    defaults={"min": 0, "max": 1, "decimals": 1, "noValue": "not limited"},
)

RESIDENT = Panel(
    look=LINES,
    title="Resident memory",
    description="Of the daemon. It is flat for months, or something leaks.",
    unit="bytes",
    targets=[Target('process_resident_memory_bytes{job=~".*hedgewatch.*"}', "{{instance}}")],
    width=8,
    height=8,
    defaults={"min": 0},
)

DESCRIPTORS = Panel(
    look=LINES,
    title="Open descriptors",
    description="Sockets and files of the daemon. Reconnects must not add to them.",
    unit="short",
    targets=[Target('process_open_fds{job=~".*hedgewatch.*"}', "{{instance}}")],
    width=8,
    height=8,
    defaults={"min": 0, "decimals": 0},
)

PROCESSOR = Panel(
    look=LINES,
    title="Processor",
    description="Seconds of a core that the daemon takes a second.",
    unit="percentunit",
    targets=[
        Target(
            'rate(process_cpu_seconds_total{job=~".*hedgewatch.*"}[$__rate_interval])',
            "{{instance}}",
        )
    ],
    width=8,
    height=8,
    defaults={"min": 0},
)

RECORDING = Panel(
    look=LINES,
    title="Recording",
    description="Size of the ring on disk, and events that were judged and not recorded.",
    unit="bytes",
    targets=[
        Target("hedgewatch_recording_bytes", "{{instance}} on disk"),
        Target("increase(hedgewatch_recording_lost_events_total[5m]) > 0", "{{instance}} lost"),
    ],
    width=8,
    height=8,
    defaults={"min": 0, "noValue": "nothing is recorded"},
)

TROUBLES = Panel(
    look=TIMELINE,
    title="Is it well?",
    description="The store, the configuration, the recording and the heartbeat: red is "
    "what the rules about the daemon fire for.",
    unit="none",
    targets=[
        Target("hedgewatch_store_failing", "store"),
        Target("hedgewatch_configuration_refused", "configuration"),
        Target("hedgewatch_recording_failing", "recording"),
        Target("hedgewatch_heartbeat_withheld", "heartbeat"),
    ],
    width=8,
    height=8,
    defaults={"mappings": states((0, "well", "green"), (1, "TROUBLE", "red"))},
)
