"""The dashboards: what is committed is what the generator writes, and every panel can be read."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

import promql_parser
import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.account_panels import RATIOS
from grafana.alert_panels import WHAT_FIRES
from grafana.builder import COLUMNS, Json
from grafana.generate import FOLDER, dashboards, text_of
from grafana.limits import limit
from grafana.margin_panels import MARGIN_RATIO, WORST_POOL_FIRST
from grafana.now_panels import LARGEST_DRIFT, MONITOR, WORST_MARGIN
from grafana.queries import Query, filled_in, queries
from grafana.terms import UNSEEN
from hedgewatch.core.expression import Unit
from hedgewatch.core.measures import CATALOGUE, STRESS_MEASURES
from hedgewatch.telemetry.exposition import HELP
from hedgewatch.telemetry.metrics import DaemonMetrics
from tests.telemetry.test_prometheus_rules import played, scraped

ALL = {path.name: dashboard for path, dashboard in dashboards().items()}
QUERIES = {
    f"{query.panel}: {query.expr}": query for each in ALL.values() for query in queries(each)
}
KNOWN = {
    *HELP,
    *DaemonMetrics("0.0.0").names(),
    *(measure.metric for measure in STRESS_MEASURES),
    *("hedgewatch_recording_bytes", "hedgewatch_recording_lost_events_total", "up"),
}

each_dashboard = pytest.mark.parametrize("dashboard", ALL.values(), ids=ALL)
each_query = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)


def panels(dashboard: Json) -> list[Json]:
    found = dashboard["panels"]
    assert isinstance(found, list)
    return found


def cells(panel: Json) -> set[tuple[int, int]]:
    place = panel["gridPos"]
    assert isinstance(place, dict)
    return {
        (x, y)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    }


def metrics_of(expression: object) -> Iterable[str]:
    """The names of all series that a parsed PromQL expression selects."""
    name = getattr(expression, "name", None)
    if isinstance(expression, promql_parser.VectorSelector) and isinstance(name, str):
        yield name
    for part in ("expr", "lhs", "rhs", "param", "vector_selector"):
        if (inner := getattr(expression, part, None)) is not None:
            yield from metrics_of(inner)
    for argument in getattr(expression, "args", ()):
        yield from metrics_of(argument)


def test_the_committed_dashboards_are_those_that_the_generator_writes() -> None:
    for path, dashboard in dashboards().items():
        assert path.read_text() == text_of(dashboard), "run python -m grafana.generate"
    assert {path.name for path in FOLDER.glob("*.json")} == ALL.keys()


def test_a_python_that_lacks_what_it_needs_says_which_has_it() -> None:
    bare = [sys.executable, "-S", "-E", "-m", "grafana.generate"]  # without any package
    ended = subprocess.run(bare, cwd=FOLDER.parents[1], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ".venv/bin/python -m grafana.generate" in ended.stderr


def test_each_dashboard_has_an_address_of_its_own() -> None:
    addresses = [str(dashboard["uid"]) for dashboard in ALL.values()]
    assert len(set(addresses)) == len(addresses)
    assert all(0 < len(address) <= 40 for address in addresses)


@each_dashboard
def test_no_two_panels_share_a_number_or_a_place(dashboard: Json) -> None:
    numbers = [panel["id"] for panel in panels(dashboard)]
    assert len(set(map(str, numbers))) == len(numbers)
    for one, other in combinations(panels(dashboard), 2):
        assert not cells(one) & cells(other), (one["title"], other["title"])
    assert all(x < COLUMNS for panel in panels(dashboard) for x, _ in cells(panel))


@each_dashboard
def test_each_panel_says_what_it_shows_and_in_which_unit(dashboard: Json) -> None:
    for panel in panels(dashboard):
        if panel["type"] == "row":
            continue
        assert panel["title"], panel
        assert str(panel["description"]).endswith("."), panel["title"]
        field = panel["fieldConfig"]
        assert isinstance(field, dict)
        assert field["defaults"]["unit"], panel["title"]


@each_dashboard
def test_every_panel_asks_the_data_source_that_the_reader_chose(dashboard: Json) -> None:
    text = text_of(dashboard)
    assert text.count('"uid": "${datasource}"') == text.count('"type": "prometheus"')
    templating = dashboard["templating"]
    assert isinstance(templating, dict)
    labels = [variable["label"] for variable in templating["list"]]
    assert (labels[0], labels[-1]) == ("Data source", "Daemon at")


@each_query
def test_every_query_names_only_series_that_exist(query: Query) -> None:
    named = set(metrics_of(promql_parser.parse(query.expr)))
    assert named
    assert named <= KNOWN


def test_a_misspelt_series_would_be_found_wherever_it_hides() -> None:
    hidden = (
        "sum by (le) (rate(hedgewatch_a[1m]))",
        "clamp_max(hedgewatch_a, 10) or up",
        "-(hedgewatch_a > bool 0)",
        "topk(3, hedgewatch_a)",
    )
    for text in hidden:
        assert "hedgewatch_a" in set(metrics_of(promql_parser.parse(text))), text


def test_counters_are_only_shown_as_rates() -> None:
    for query in QUERIES.values():
        for name in metrics_of(promql_parser.parse(query.expr)):
            if name.endswith(("_total", "_bucket")):
                assert re.search(rf"{name}(\{{[^}}]*\}})?\[", query.expr), query


def lost(given: object, back: object, place: str = "") -> Iterator[str]:
    """Where the schema does not keep what a dashboard says."""
    if isinstance(given, dict) and isinstance(back, dict):
        for name, value in given.items():
            yield from lost(value, back.get(name), f"{place}.{name}")
    elif isinstance(given, list) and isinstance(back, list) and len(given) == len(back):
        for one, other in zip(given, back, strict=True):
            yield from lost(one, other, f"{place}[]")
    elif given != back:
        yield place


def through_the_schema(dashboard: Json) -> object:
    """Read and written by the types that Grafana publishes: what they do not know is dropped."""
    register_default_plugins()
    return json.loads(JSONEncoder().encode(Dashboard.from_json(dict(dashboard))))


@each_dashboard
def test_nothing_in_a_dashboard_is_foreign_to_the_schema_that_grafana_publishes(
    dashboard: Json,
) -> None:
    assert list(lost(json.loads(text_of(dashboard)), through_the_schema(dashboard))) == []


def test_a_misspelt_key_would_be_found_wherever_it_hides() -> None:
    dashboard = json.loads(text_of(ALL["desk.json"]))
    panel = dashboard["panels"][1]
    for place in (dashboard, panel, panel["options"], panel["targets"][0]):
        place["misspelt"] = 1
    found = list(lost(dashboard, through_the_schema(dashboard)))
    assert [place.rpartition(".")[2] for place in found] == ["misspelt"] * 4


def test_the_limits_that_panels_show_are_those_of_the_shipped_rules() -> None:
    assert limit("MarginDanger", "margin_ratio") == 0.8
    assert limit("HedgeDrift", "hedge_drift") == 0.05
    with pytest.raises(LookupError):
        limit("MarginDanger", "hedge_drift")


# ------------------------------------------------------------- several daemons, and what none knows

ONE, OTHER = "one:9464", "two:9464"


def of(host: str, account: str, *, blind: int = 0, **ratios: float) -> list[dict[str, str]]:
    """What a daemon tells of an account: whether it is blind, and ratios by their metric."""
    own = {"account": account, "venue": "binanceusdm"}
    return [
        scraped(f"hedgewatch_{metric}", f"{value}x9", host, **own)
        for metric, value in {"account_blind": blind, **ratios}.items()
    ]


def asked(expr: str, *expected: tuple[str, float]) -> dict[str, object]:
    samples = [{"labels": f"{{{labels}}}", "value": value} for labels, value in expected]
    return {"expr": filled_in(expr), "eval_time": "5s", "exp_samples": samples}


def test_an_account_that_nobody_knows_the_worst_of_is_not_hidden_by_one_that_is_known(
    tmp_path: Path,
) -> None:
    series = [
        *of(ONE, "seen", highest_margin_ratio=0.4, margin_ratio=0.4),
        *of(OTHER, "seen", highest_margin_ratio=0.4, margin_ratio=0.4),
        *of(ONE, "dark", blind=1),
        *of(ONE, "half", blind=1),
        *of(OTHER, "half", highest_margin_ratio=0.4, margin_ratio=0.4),
        *of(ONE, "uncomputed"),
        *of(ONE, "venue-tells", venue_margin_ratio=0.2),
    ]
    unknown, worst = (target.expr for target in WORST_MARGIN.targets)
    questions = [
        asked(
            f"group by (account) ({UNSEEN})",
            *((f'account="{name}"', 1) for name in ("dark", "half", "uncomputed")),
        ),
        asked(unknown, ("", 3)),
        asked(worst, ("", 0.4)),
    ]
    played(tmp_path, {"interval": "1s", "input_series": series, "promql_expr_test": questions})


def test_a_ratio_that_is_the_venues_own_word_is_said_to_be_and_is_none_of_ours(
    tmp_path: Path,
) -> None:
    series = [
        scraped(f"hedgewatch_{metric}", f"{value}x9", host, account=account, pool="USD")
        for host in (ONE, OTHER)
        for account, told in (("main", 0), ("unified", 1))
        for metric, value in (("margin_ratio", 0.4), ("margin_by_venue", told))
    ]
    ours = 'account="main", job="hedgewatch", pool="USD"'
    theirs = 'account="unified", job="hedgewatch", pool="USD, says the venue"'
    questions = [
        asked(MARGIN_RATIO.targets[0].expr, (ours, 0.4), (theirs, 0.4)),
        asked(WORST_POOL_FIRST.targets[1].expr, (ours, 0.4), (theirs, 0.4)),
        asked(RATIOS.targets[0].expr, (ours, 0.4)),
    ]
    played(tmp_path, {"interval": "1s", "input_series": series, "promql_expr_test": questions})


def test_where_all_is_known_there_is_no_second_number(tmp_path: Path) -> None:
    series = [
        *of(ONE, "main", highest_margin_ratio=0.4),
        scraped("hedgewatch_hedge_target_ratio", "1x9", ONE, hedge="basket"),
        scraped("hedgewatch_hedge_drift_ratio", "-0.02x9", ONE, hedge="basket"),
    ]
    questions = [asked(panel.targets[0].expr) for panel in (WORST_MARGIN, LARGEST_DRIFT)]
    questions.append(asked(LARGEST_DRIFT.targets[1].expr, ("", 0.02)))
    played(tmp_path, {"interval": "1s", "input_series": series, "promql_expr_test": questions})


def test_a_hedge_whose_drift_is_not_known_is_counted(tmp_path: Path) -> None:
    series = [
        scraped("hedgewatch_hedge_target_ratio", "1x9", host, hedge=name)
        for host in (ONE, OTHER)
        for name in ("basket", "other")
    ]
    series.append(scraped("hedgewatch_hedge_drift_ratio", "0x9", ONE, hedge="basket"))
    questions = [asked(LARGEST_DRIFT.targets[0].expr, ("", 1))]
    played(tmp_path, {"interval": "1s", "input_series": series, "promql_expr_test": questions})


@pytest.mark.parametrize(
    ("first", "second", "shown"), [("0+5x9", "0+5x9", 1), ("0+5x9", "_", 0.5), ("7x9", "7x9", 0)]
)
def test_the_monitor_is_whole_when_each_daemon_judges(
    tmp_path: Path, first: str, second: str, shown: float
) -> None:
    series = [
        scraped(metric, values, host)
        for host, ticks in ((ONE, first), (OTHER, second))
        for metric, values in (("hedgewatch_ticks_total", ticks), ("up", "1x9"))
    ]
    questions = [asked(MONITOR.targets[0].expr, ("", shown))]
    played(tmp_path, {"interval": "1s", "input_series": series, "promql_expr_test": questions})


def test_what_fires_stands_with_what_is_gravest_first(tmp_path: Path) -> None:
    alerts = (
        ("critical", "firing", 6), ("critical", "ended", 6), ("critical", "pending", 5),
        ("warning", "firing", 4), ("warning", "pending", 3), ("info", "firing", 2),
        ("info", "pending", 1),
    )  # fmt: skip
    series, samples = [], []
    for severity, state, value in alerts:
        told = {"account": "main", "pool": "USDT", "severity": severity, "alertstate": state}
        series += [scraped("hedgewatch_alerts", "1x9", host, **told) for host in (ONE, OTHER)]
        about = {**told, "about": "main USDT      ", "job": "hedgewatch"}
        samples.append((", ".join(f'{name}="{text}"' for name, text in about.items()), value))
    questions = [asked(WHAT_FIRES.targets[0].expr, *samples)]
    played(tmp_path, {"interval": "1s", "input_series": series, "promql_expr_test": questions})


PANELS = {f"{name} {panel['title']}": panel for name, each in ALL.items() for panel in panels(each)}


def test_grafana_has_every_kind_of_panel_still() -> None:
    kinds = {str(panel["type"]) for panel in PANELS.values()}
    assert kinds == {"row", "stat", "timeseries", "table", "bargauge", "state-timeline"}
    assert {each["schemaVersion"] for each in ALL.values()} == {39}


def test_the_first_screen_of_the_desk_has_what_matters_and_a_phone_begins_with_it() -> None:
    """A wall of 1080 lines shows the first 25 units of height."""
    shown = [panel for panel in panels(ALL["desk.json"]) if min(y for _, y in cells(panel)) < 24]
    titles = [str(panel["title"]) for panel in shown if panel["type"] != "row"]
    assert titles[:4] == ["Firing", "Worst margin ratio", "Nearest liquidation", "Largest drift"]
    assert titles[6:9] == [
        "What fires",
        "Margin ratio, worst pool first",
        "Liquidation distance, nearest first",
    ]
    assert titles[-1] == "Hedges"


def test_no_panel_stands_beside_a_hole_but_the_last_of_a_row() -> None:
    for name, dashboard in ALL.items():
        rows = [panel for panel in panels(dashboard) if panel["type"] == "row"]
        taken = set().union(*(cells(panel) for panel in panels(dashboard)))
        bottoms = [min(y for _, y in cells(row)) for row in rows[1:]]
        bottoms.append(max(y for _, y in taken) + 1)
        for bottom in bottoms:
            last = {x for x, y in taken if y == bottom - 1}
            assert len(last) in (COLUMNS, COLUMNS // 2), (name, bottom)


STATS = {name: panel for name, panel in PANELS.items() if panel["type"] == "stat"}


@pytest.mark.parametrize("panel", STATS.values(), ids=STATS)
def test_a_number_of_which_nothing_is_known_is_not_green(panel: Json) -> None:
    """Grafana gives it the colour of the lowest limit, unless a mapping of null says another."""
    field = panel["fieldConfig"]
    assert isinstance(field, dict)
    shown = field["defaults"]
    if shown["thresholds"]["steps"][0]["color"] != "red":
        (mapping,) = [each for each in shown["mappings"] if each["type"] == "special"]
        assert mapping["options"] == {
            "match": "null+nan", "result": {"text": shown["noValue"], "color": "purple"},
        }  # fmt: skip


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_an_empty_cell_of_a_table_does_not_say_what_an_empty_table_does(panel: Json) -> None:
    text = json.dumps(panel)
    if panel["type"] == "table" and '"noValue": "nothing"' in text:
        assert '{"id": "byType", "options": "string"}' in text


AMOUNTS = {
    measure.metric
    for measure in CATALOGUE
    if measure.unit in (Unit.MONEY, Unit.PRICE, Unit.CONTRACTS)
}


@each_dashboard
def test_no_amount_is_abbreviated_so_that_nobody_could_trade_by_it(dashboard: Json) -> None:
    """1.43 K is no liquidation price."""
    for panel in panels(dashboard):
        asked_for = {
            name
            for query in queries({"panels": [panel]})
            for name in metrics_of(promql_parser.parse(query.expr))
        }
        if asked_for & AMOUNTS:
            assert '"unit": "short"' not in json.dumps(panel), panel["title"]
