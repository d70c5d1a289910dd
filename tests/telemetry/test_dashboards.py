"""The dashboards: what is committed is what the generator writes, and every panel can be read."""

from collections.abc import Iterable
from itertools import combinations

import promql_parser
import pytest

from grafana.builder import COLUMNS, Json
from grafana.generate import FOLDER, dashboards, text_of
from grafana.queries import Query, queries
from hedgewatch.telemetry.exposition import HELP
from hedgewatch.telemetry.metrics import DaemonMetrics

ALL = {path.name: dashboard for path, dashboard in dashboards().items()}
QUERIES = {
    f"{query.panel}: {query.expr}": query for each in ALL.values() for query in queries(each)
}
KNOWN = HELP.keys() | DaemonMetrics("0.0.0").names()

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
    assert [variable["label"] for variable in templating["list"]] == ["Data source", "Account"]


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
                assert f"{name}[" in query.expr, query
