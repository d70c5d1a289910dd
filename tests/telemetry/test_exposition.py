"""What Prometheus is given: every measure by its name, and nothing that is not known."""

import subprocess
from collections.abc import Iterable
from dataclasses import replace
from math import inf, nan
from time import process_time

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from hedgewatch.core.alert_model import AlertState, Severity
from hedgewatch.core.measures import CATALOGUE
from hedgewatch.telemetry.exposition import HELP, Exposition, lines_of
from hedgewatch.telemetry.metrics import DaemonMetrics
from tests.support.servers import find_program
from tests.telemetry.desk import NOT_YET, Desk, alert, busy_daemon, full, pool, position

Labels = frozenset[tuple[str, str]]


def scraped(desk: Desk, daemon: DaemonMetrics | None = None) -> str:
    render = Exposition().render
    text = render(desk.rows(), desk.marks(), desk.alerts(), daemon or busy_daemon())
    return text.decode()


def series(text: str) -> dict[str, dict[Labels, float]]:
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found


def labels(**pairs: str) -> Labels:
    return frozenset(pairs.items())


def only(values: dict[Labels, float]) -> float:
    (value,) = values.values()
    return value


def test_promtool_finds_nothing_to_say_about_a_full_scrape() -> None:
    verdict = subprocess.run(
        [find_program("promtool"), "check", "metrics"],
        input=scraped(full()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verdict.stdout, verdict.stderr, verdict.returncode) == ("", "", 0)


def test_every_metric_of_the_catalogue_is_in_the_scrape_of_a_full_book() -> None:
    exported = {measure.metric for measure in CATALOGUE if measure.metric}
    assert (
        exported | {"hedgewatch_mark_price", "hedgewatch_alerts"} <= series(scraped(full())).keys()
    )


def test_each_metric_is_described_once_and_its_samples_stand_together() -> None:
    lines = scraped(Desk()).splitlines()
    described = [line.split()[2] for line in lines if line.startswith("# HELP")]
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert described == typed
    assert len(described) == len(set(described))


def test_a_position_carries_its_identity_and_its_side() -> None:
    found = series(scraped(Desk()))["hedgewatch_liquidation_price"]
    own = {
        "account": "main", "venue": "binanceusdm", "symbol": "AIX/USDT:USDT",
        "position": "net", "side": "short",
    }  # fmt: skip
    assert found[labels(**own, direction="up")] == 1_180.0
    assert found[labels(**own, direction="down")] == float("-inf")


def test_what_is_unknown_is_absent_and_never_zero() -> None:
    desk = Desk()
    desk.held = [pool(margin_ratio=NOT_YET, equity=50_000.0)]
    found = series(scraped(desk))
    assert only(found["hedgewatch_equity"]) == 50_000.0
    assert "hedgewatch_margin_ratio" not in found


def test_a_mark_that_is_unknown_is_absent_too() -> None:
    rendered = Exposition().render([], [("binanceusdm", "AIX", NOT_YET)], [], busy_daemon())
    assert b"hedgewatch_mark_price" not in rendered


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
        (True, "1"),
        (False, "0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-1e-9, "-1e-9"),
        (1e22, "1e+22"),
    ],
)
def test_every_number_is_written_as_prometheus_reads_it(value: float, text: str) -> None:
    desk = Desk()
    desk.held = [pool(equity=value)]
    lines = scraped(desk).splitlines()
    (line,) = [line for line in lines if line.startswith("hedgewatch_equity{")]
    assert line.rpartition(" ")[2] == text


def test_a_measure_that_is_no_number_is_a_mistake_that_shows_at_once() -> None:
    with pytest.raises(TypeError):
        lines_of("hedgewatch_equity", [b" "], [10**30])


def test_what_is_alike_in_all_rows_is_written_for_each() -> None:
    labels = [b'{a="1"} ', b'{a="2"} ']
    for value, text in ((inf, b"+Inf"), (nan, b"NaN"), (True, b"1"), (0.5, b"0.5")):
        lines = lines_of("m", labels, [value, value]).splitlines()
        assert lines == [b"m" + each + text for each in labels]
    assert lines_of("m", labels, [NOT_YET, NOT_YET]) == b""
    assert lines_of("m", labels, [NOT_YET, replace(NOT_YET, reason="other")]) == b""
    assert lines_of("m", labels, [-inf, NOT_YET]) == b'm{a="1"} -Inf\n'


def test_a_name_with_quotes_and_line_ends_survives_the_scrape() -> None:
    awkward = 'C:\\desk "one"\nsecond'
    desk = Desk()
    desk.held = [pool(awkward, equity=1.0)]
    (found,) = series(scraped(desk))["hedgewatch_equity"]
    assert dict(found)["pool"] == awkward


def test_a_closed_position_leaves_no_series_behind() -> None:
    exposition, daemon = Exposition(), busy_daemon()
    both = [position("AIX/USDT:USDT", notional=1.0), position("BTC/USDT:USDT", notional=2.0)]
    assert exposition.render(both, [], [], daemon).count(b"hedgewatch_position_notional{") == 2
    rest = exposition.render(both[:1], [], [], daemon)
    assert rest.count(b"hedgewatch_position_notional{") == 1
    assert b"BTC" not in rest


def test_a_flipped_position_changes_its_side_at_the_next_scrape() -> None:
    exposition, daemon = Exposition(), busy_daemon()
    row = position(notional=1.0)
    assert b'side="short"' in exposition.render([row], [], [], daemon)
    row.exported = (*row.subject.labels, ("side", "long"))
    flipped = exposition.render([row], [], [], daemon)
    assert b'side="long"' in flipped
    assert b'side="short"' not in flipped


def test_alerts_are_exported_while_pending_or_firing_and_when_they_ended_badly() -> None:
    desk = Desk()
    desk.standing = [
        alert("Pending", AlertState.PENDING),
        alert("Firing", AlertState.FIRING),
        alert("Liquidated", AlertState.ENDED, Severity.CRITICAL),
        alert("Closed", AlertState.ENDED, Severity.INFO),
        alert("Resolved", AlertState.RESOLVED),
        alert("Inactive", AlertState.INACTIVE),
    ]
    found = series(scraped(desk))["hedgewatch_alerts"]
    assert {dict(each)["alertname"] for each in found} == {"Pending", "Firing", "Liquidated"}
    assert set(found.values()) == {1.0}


def test_an_alert_carries_its_state_its_severity_and_its_subject() -> None:
    desk = Desk()
    desk.standing = [alert()]
    (found,) = series(scraped(desk))["hedgewatch_alerts"]
    assert found == labels(
        alertname="MarginDanger", alertstate="firing", severity="critical",
        account="main", venue="binanceusdm", pool="USDT",
    )  # fmt: skip


def test_an_empty_book_is_still_a_valid_scrape() -> None:
    rendered = Exposition().render([], [], [], DaemonMetrics("0.0.0")).decode()
    assert not set(HELP) & series(rendered).keys()
    assert only(series(rendered)["hedgewatch_ticks_total"]) == 0.0


def test_ten_thousand_series_cost_a_fraction_of_what_the_library_takes() -> None:
    values = {measure.name: 0.1234567890123 for measure in CATALOGUE}
    rows = [position(f"C{number}/USDT:USDT", **values) for number in range(400)]
    exposition, daemon = Exposition(), DaemonMetrics("0.0.0")
    text = exposition.render(rows, [], [], daemon)
    assert text.count(b"\n") > 10_000
    library = CollectorRegistry(auto_describe=False)
    library.register(Library(text.decode()))
    ours = fastest(lambda: exposition.render(rows, [], [], daemon))
    theirs = fastest(lambda: generate_latest(library))
    assert ours * 4 < theirs


class Library(Collector):
    """The same samples as the library's own objects, made beforehand."""

    def __init__(self, text: str) -> None:
        self.families: list[Metric] = list(text_string_to_metric_families(text))

    def collect(self) -> Iterable[Metric]:
        return [GaugeMetricFamily("hedgewatch_made", "Made.", 1.0), *self.families]


def fastest(work: object) -> float:
    assert callable(work)
    times = []
    for _ in range(5):
        start = process_time()
        work()
        times.append(process_time() - start)
    return min(times)
