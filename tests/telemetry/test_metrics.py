"""The daemon's own health: what it counts, and from when on a series exists."""

from prometheus_client.parser import text_string_to_metric_families

from hedgewatch.telemetry.metrics import BUCKETS, DaemonMetrics


def read(daemon: DaemonMetrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(daemon.render().decode())
        for sample in family.samples
    }


def value(daemon: DaemonMetrics, name: str, **labels: str) -> float:
    return read(daemon)[name, frozenset(labels.items())]


def test_prometheus_knows_replicas_by_the_desk_that_they_watch() -> None:
    daemon = DaemonMetrics("1.2.3")
    daemon.watches("basis-desk", "a")
    assert value(daemon, "hedgewatch_desk_info", desk="basis-desk", replica="a") == 1
    daemon.watches("basis-desk", None)
    assert value(daemon, "hedgewatch_desk_info", desk="basis-desk", replica="") == 1


def test_a_tick_is_counted_and_falls_into_the_bucket_of_its_latency() -> None:
    daemon = DaemonMetrics("1.2.3")
    for seconds in (0.0004, 0.0005, 0.003, 7.0):
        daemon.tick_judged(seconds)
    bucket = "hedgewatch_tick_to_decision_seconds_bucket"
    assert value(daemon, "hedgewatch_ticks_total") == 4
    assert value(daemon, bucket, le="0.0005") == 2  # a bound belongs to its bucket
    assert value(daemon, bucket, le="0.005") == 3
    assert value(daemon, bucket, le="2.5") == 3
    assert value(daemon, bucket, le="+Inf") == 4
    assert value(daemon, "hedgewatch_tick_to_decision_seconds_sum") == 7.0039


def test_the_buckets_span_from_half_a_millisecond_to_some_seconds() -> None:
    assert BUCKETS[0] == 0.0005
    assert BUCKETS[-1] == 2.5
    assert list(BUCKETS) == sorted(BUCKETS)


def test_a_refused_reload_keeps_the_time_of_the_last_good_one() -> None:
    daemon = DaemonMetrics("1.2.3")
    when = "hedgewatch_config_last_reload_success_timestamp_seconds"
    daemon.configuration_accepted(1_000.0)
    assert value(daemon, "hedgewatch_config_last_reload_successful") == 1
    daemon.configuration_refused()
    assert value(daemon, "hedgewatch_config_last_reload_successful") == 0
    assert value(daemon, when) == 1_000.0


def test_known_receivers_feeds_and_rules_have_series_before_their_first_failure() -> None:
    daemon = DaemonMetrics("1.2.3")
    daemon.start_at_zero(receivers=["desk"], feeds=[("main", "marks")], alertnames=["Danger"])
    assert value(daemon, "hedgewatch_notifications_total", receiver="desk", outcome="dead") == 0
    assert value(daemon, "hedgewatch_reconnects_total", account="main", feed="marks") == 0
    assert value(daemon, "hedgewatch_poison_frames_total", account="main") == 0
    assert value(daemon, "hedgewatch_rule_failures_total", alertname="Danger") == 0


def test_every_report_moves_the_series_that_it_is_about() -> None:
    daemon = DaemonMetrics("1.2.3")
    daemon.notified("desk", "sent")
    daemon.reconnected("main", "marks")
    daemon.poison_frame("main")
    daemon.request_refused("main")
    daemon.rule_failed("Danger")
    daemon.outbox_holds(3)
    assert value(daemon, "hedgewatch_notifications_total", receiver="desk", outcome="sent") == 1
    assert value(daemon, "hedgewatch_reconnects_total", account="main", feed="marks") == 1
    assert value(daemon, "hedgewatch_poison_frames_total", account="main") == 1
    assert value(daemon, "hedgewatch_refused_requests_total", account="main") == 1
    assert value(daemon, "hedgewatch_rule_failures_total", alertname="Danger") == 1
    assert value(daemon, "hedgewatch_outbox_length") == 3


def test_the_names_it_promises_are_the_names_it_exports() -> None:
    daemon = DaemonMetrics("1.2.3")
    daemon.start_at_zero(receivers=["desk"], feeds=[("main", "marks")], alertnames=["Danger"])
    daemon.jobs.expect("reconcile")
    assert {name for name, _ in read(daemon)} == daemon.names()


def test_two_daemons_in_one_process_do_not_count_for_each_other() -> None:
    first, second = DaemonMetrics("1"), DaemonMetrics("2")
    first.tick_judged(0.001)
    assert value(second, "hedgewatch_ticks_total") == 0
