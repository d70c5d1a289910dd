"""The daemon's own health, counted in a private registry (what it watches is in `exposition`)."""

import platform
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hedgewatch.telemetry.job_runs import JobRuns

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds in seconds of the time from a frame's arrival to its judgement."""

TAKEN_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""Upper bounds in seconds of the time from a transition to a receiver that took it."""

_OUTCOMES = ("sent", "fallback", "retried", "dead")


class Ticks(Collector):
    """How many ticks were judged and how long each took.

    Counted by hand: the library's histogram and counter together cost eight times as much, on
    every tick.
    """

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def judged(self, seconds: float) -> None:
        self._counts[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds

    def collect(self) -> Iterable[Metric]:
        totals = list(accumulate(self._counts))
        bounds = [*map(str, BUCKETS), "+Inf"]
        yield CounterMetricFamily("hedgewatch_ticks", "Events judged.", totals[-1])
        yield HistogramMetricFamily(
            "hedgewatch_tick_to_decision_seconds",
            "From the arrival of an event to its judgement.",
            list(zip(bounds, totals, strict=True)),
            self._seconds,
        )


class Recording(Collector):
    """How the recording does; nothing of it while there is none."""

    def __init__(self) -> None:
        self.on: bool | None = None
        self.size = self.lost = 0

    def collect(self) -> Iterable[Metric]:
        if self.on is None:
            return
        yield GaugeMetricFamily(
            "hedgewatch_recording_up", "Whether what happens is recorded.", float(self.on)
        )
        yield GaugeMetricFamily(
            "hedgewatch_recording_bytes", "Size of the recording on disk.", float(self.size)
        )
        yield CounterMetricFamily(
            "hedgewatch_recording_lost_events", "Events judged and not recorded.", self.lost
        )


class DaemonMetrics:
    """What the rest of the daemon reports about its own work.

    A series exists from its first report on: `start_at_zero` makes those that are known
    beforehand exist at once, so that a rate sees the first failure too.
    """

    def __init__(self, version: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # they would double the series
        registry = CollectorRegistry(auto_describe=False)
        self._registry = registry
        ProcessCollector(registry=registry)
        build = Info("hedgewatch_build", "What runs here.", registry=registry)
        build.info({"version": version, "python_version": platform.python_version()})
        self._desk = Info(
            "hedgewatch_desk", "Which desk it watches, and as which replica.", registry=registry
        )
        self._ticks, self._recording, self.jobs = Ticks(), Recording(), JobRuns()
        for own in (self._ticks, self._recording, self.jobs):
            registry.register(own)
        self._count_deliveries()
        self._count_lines()
        self._show_settings()

    def _count_deliveries(self) -> None:
        self._notifications = self._counter(
            "hedgewatch_notifications", "Attempts to deliver a notification.", "receiver", "outcome"
        )
        self._taken = Histogram(
            "hedgewatch_notification_seconds",
            "From the moment at which somebody should be told to the receiver that took it.",
            ["receiver"],
            buckets=TAKEN_BUCKETS,
            registry=self._registry,
        )
        self._outbox_length = self._gauge(
            "hedgewatch_outbox_length", "Notifications waiting to be delivered."
        )
        self._heartbeat = self._gauge(
            "hedgewatch_heartbeat_last_sent_timestamp_seconds",
            "When the last heartbeat was taken, 0 before the first.",
        )

    def _count_lines(self) -> None:
        self._reconnects = self._counter(
            "hedgewatch_reconnects", "Connections of a feed made anew.", "account", "feed"
        )
        self._poison_frames = self._counter(
            "hedgewatch_poison_frames",
            "Frames of a venue that could not be read, and were dropped.",
            "account",
        )
        self._refused_requests = self._counter(
            "hedgewatch_refused_requests",
            "Requests and frames to a venue that the fence held back: none is ever meant.",
            "account",
        )

    def _show_settings(self) -> None:
        self._rule_failures = self._counter(
            "hedgewatch_rule_failures", "Evaluations of a rule that failed.", "alertname"
        )
        self._reload_successful = self._gauge(
            "hedgewatch_config_last_reload_successful",
            "Whether the configuration was accepted when it was last read.",
        )
        self._reload_timestamp = self._gauge(
            "hedgewatch_config_last_reload_success_timestamp_seconds",
            "When a configuration was last accepted.",
        )

    def _counter(self, name: str, description: str, *labels: str) -> Counter:
        return Counter(name, description, labels, registry=self._registry)

    def _gauge(self, name: str, description: str) -> Gauge:
        return Gauge(name, description, registry=self._registry)

    def start_at_zero(
        self,
        *,
        receivers: Iterable[str] = (),
        feeds: Iterable[tuple[str, str]] = (),
        alertnames: Iterable[str] = (),
    ) -> None:
        """Make the series of these receivers, (account, feed) pairs and rules exist."""
        for receiver in receivers:
            self._taken.labels(receiver)
            for outcome in _OUTCOMES:
                self._notifications.labels(receiver, outcome)
        for account, feed in feeds:
            self._reconnects.labels(account, feed)
            self._poison_frames.labels(account)
            self._refused_requests.labels(account)
        for alertname in alertnames:
            self._rule_failures.labels(alertname)

    def watches(self, desk: str, replica: str | None) -> None:
        """What Prometheus knows replicas of one desk by: each is a target of its own to it."""
        self._desk.info({"desk": desk, "replica": replica or ""})

    def tick_judged(self, seconds: float) -> None:
        """An event was judged so many seconds after it had arrived."""
        self._ticks.judged(seconds)

    def notified(self, receiver: str, outcome: str) -> None:
        """An attempt to deliver ended as the delivery says: `sent`, `retried`, `dead`."""
        self._notifications.labels(receiver, outcome).inc()

    def notification_taken(self, receiver: str, seconds: float) -> None:
        """A receiver took a notification so long after it should have been told."""
        self._taken.labels(receiver).observe(seconds)

    def outbox_holds(self, length: int) -> None:
        self._outbox_length.set(length)

    def heartbeat_sent(self, now: float) -> None:
        self._heartbeat.set(now)

    def configuration_accepted(self, now: float) -> None:
        self._reload_successful.set(1)
        self._reload_timestamp.set(now)

    def configuration_refused(self) -> None:
        """A reload was refused; the time of the last good one stays."""
        self._reload_successful.set(0)

    def reconnected(self, account: str, feed: str) -> None:
        self._reconnects.labels(account, feed).inc()

    def poison_frame(self, account: str) -> None:
        self._poison_frames.labels(account).inc()

    def request_refused(self, account: str) -> None:
        self._refused_requests.labels(account).inc()

    def recorded(self, *, on: bool, size: int, lost: int) -> None:
        """Whether everything is recorded now, the bytes on disk, and events missed so far."""
        self._recording.on, self._recording.size, self._recording.lost = on, size, lost

    def rule_failed(self, alertname: str) -> None:
        self._rule_failures.labels(alertname).inc()

    def render(self) -> bytes:
        """All of it in the Prometheus text format."""
        return generate_latest(self._registry)

    def names(self) -> frozenset[str]:
        """The name of every series that `render` can give."""
        return frozenset(
            name
            for family in self._registry.collect()
            for name in _series_of(family.name, family.type)
        )


_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}


def _series_of(family: str, kind: str) -> tuple[str, ...]:
    return tuple(family + suffix for suffix in _SUFFIXES.get(kind, ("",)))
