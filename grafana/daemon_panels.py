"""The monitor itself: whether it sees, how fast it judges, and whether its messages leave."""

from grafana.builder import Panel, Target, override_query, states
from grafana.looks import LINES, LINES_WITH_LIMITS, TIMELINE
from grafana.terms import HERE, LAG_LIMIT, MEMORY_LIMIT, MINE, OURS, OUTBOX_LIMIT, highest, lowest


def _worst_increase(counter: str) -> str:
    return f"max without (instance) (increase({counter}{MINE}[5m]))"


BLINDNESS = Panel(
    look=TIMELINE,
    title="Blindness",
    description="When the monitor could not vouch for an account. Alerts are held meanwhile.",
    unit="none",
    targets=[Target(highest("hedgewatch_account_blind"), "{{account}} {{venue}}")],
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
    targets=[Target(highest("hedgewatch_data_age_seconds"), "{{account}} {{feed}}")],
    width=12,
    height=6,
    thresholds=((None, "transparent"), (30, "red")),
    defaults={"min": 0},
)


def quantile(share: float) -> str:
    buckets = f"hedgewatch_tick_to_decision_seconds_bucket{HERE}[$__rate_interval]"
    return f"histogram_quantile({share}, sum by (instance, le) (rate({buckets})))"


LATENCY = Panel(
    look=LINES,
    title="Tick to decision",
    description="From the arrival of an event to its judgement: the median and the slowest 1 %.",
    unit="s",
    targets=[Target(quantile(0.5), "{{instance}} p50"), Target(quantile(0.99), "{{instance}} p99")],
    width=12,
    height=8,
    defaults={"min": 0},
)

TICKS = Panel(
    look=LINES,
    title="Ticks",
    description="Events judged a second, the clock's own included.",
    unit="cps",
    targets=[Target(f"rate(hedgewatch_ticks_total{HERE}[$__rate_interval])", "{{instance}}")],
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
            f"sum by (receiver, outcome) (increase(hedgewatch_notifications_total{HERE}[1m]))",
            "{{receiver}} {{outcome}}",
        ),
        Target(f"sum(hedgewatch_outbox_length{HERE})", "waiting"),
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
    targets=[Target(f"hedgewatch_outbox_age_seconds{HERE}", "{{instance}}")],
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
    targets=[Target(f"hedgewatch_loop_lag_seconds{HERE}", "{{instance}}")],
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
        Target(_worst_increase("hedgewatch_reconnects_total"), "{{account}} {{feed}} reconnects"),
        Target(_worst_increase("hedgewatch_poison_frames_total"), "{{account}} odd frames"),
        Target(_worst_increase("hedgewatch_refused_requests_total"), "{{account}} held back"),
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
    targets=[Target(lowest("hedgewatch_feed_up"), "{{account}} {{feed}}")],
    width=12,
    height=8,
    defaults={"mappings": states((0, "lost", "red"), (1, "delivers", "green"))},
)

MEMORY = Panel(
    look=LINES_WITH_LIMITS,
    title="Memory",
    description="Of what the unit and the machine allow; beyond the limit MemoryNearLimit fires.",
    unit="percentunit",
    targets=[Target(f"hedgewatch_memory_share_ratio{HERE}", "{{instance}}")],
    width=12,
    height=8,
    thresholds=((None, "transparent"), (MEMORY_LIMIT, "red")),
    defaults={"min": 0, "max": 1, "decimals": 1, "noValue": "not limited"},
)

RESIDENT = Panel(
    look=LINES,
    title="Resident memory",
    description="Of the daemon. It is flat for months, or something leaks.",
    unit="bytes",
    targets=[Target("process_resident_memory_bytes" + OURS, "{{instance}}")],
    width=8,
    height=8,
    defaults={"min": 0},
)

DESCRIPTORS = Panel(
    look=LINES,
    title="Open descriptors",
    description="Sockets and files of the daemon. Reconnects must not add to them.",
    unit="short",
    targets=[Target("process_open_fds" + OURS, "{{instance}}")],
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
            f"rate(process_cpu_seconds_total{OURS}[$__rate_interval])",
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
        Target(f"hedgewatch_recording_bytes{HERE}", "{{instance}} on disk"),
        Target(
            f"increase(hedgewatch_recording_lost_events_total{HERE}[5m]) > 0", "{{instance}} lost"
        ),
    ],
    width=12,
    height=8,
    defaults={"min": 0, "noValue": "nothing is recorded"},
    overrides=[override_query("B", unit="none", decimals=0)],
)

TROUBLES = Panel(
    look=TIMELINE,
    title="Is it well?",
    description="The store, the configuration, the recording and the heartbeat: red is "
    "what the rules about the daemon fire for.",
    unit="none",
    targets=[
        Target(highest("hedgewatch_store_failing", HERE), "store"),
        Target(highest("hedgewatch_configuration_refused", HERE), "configuration"),
        Target(highest("hedgewatch_recording_failing", HERE), "recording"),
        Target(highest("hedgewatch_heartbeat_withheld", HERE), "heartbeat"),
    ],
    width=12,
    height=8,
    defaults={"mappings": states((0, "well", "green"), (1, "TROUBLE", "red"))},
)
