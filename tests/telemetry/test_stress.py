"""What readers get of the stress: one document, and series that cost no tick."""

from dataclasses import replace
from time import process_time

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from hedgewatch.core.scenarios import Scenario
from hedgewatch.core.stress import moves_of, table_of
from hedgewatch.telemetry.stress import StressSeries, stress_document
from hedgewatch.view import EngineView
from tests.bench.desk import told
from tests.support.builders import AIX, ALT, BASKET, desk, held, mark, market, read, tiered, tiers
from tests.support.stories import Story

TIERS = tiers((0.0, 0.02), (50_000.0, 0.05), (250_000.0, 0.10))
SCENARIOS = (
    Scenario(name="all-20", common=-0.2, grid="all", title="down"),
    Scenario(name="all+50", common=0.5, grid="all"),
    Scenario(name="quiet", common=0.1, scraped=False, sources=("https://example.org",)),
)


def _story() -> Story:
    story = Story(on=replace(desk(BASKET), scenarios=SCENARIOS))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX, TIERS), tiered(ALT, TIERS))
    story.at(0.0, read(held(AIX, -200.0), wallet=100_000.0), mark(AIX, 1_000.0), mark(ALT, 0.4))
    return story


def _view(story: Story) -> EngineView:
    return EngineView(story.engine, {})


def test_the_document_names_every_scenario_and_every_cell_as_rules_do() -> None:
    document = orjson.loads(orjson.dumps(stress_document(_view(_story()).stress())))
    assert [each["scenario"] for each in document["scenarios"]] == ["all-20", "all+50", "quiet"]
    assert document["scenarios"][0] == {
        "scenario": "all-20", "title": "down", "grid": "all", "sources": [],
    }  # fmt: skip
    (pool,) = document["pools"]
    assert (pool["account"], pool["pool"], pool["currency"]) == ("main", "USDT", "USDT")
    assert pool["equity"] == 100_000.0
    assert pool["stress"]["all+50"] == {
        "stressed_margin_ratio": "inf", "stressed_equity": 0.0, "stressed_liquidated": True,
    }  # fmt: skip
    (hedge,) = document["hedges"]
    assert hedge["stress"]["all-20"] == {
        "stressed_exposure_pnl": pytest.approx(-40_000.0),
        "stressed_cover_pnl": pytest.approx(40_000.0),
        "stressed_loss": pytest.approx(0.0),
    }


def test_a_curve_is_drawn_for_whoever_asks_for_one() -> None:
    table = _view(_story()).stress()
    document = orjson.loads(orjson.dumps(stress_document(table, curves=True)))
    curve = dict(document["pools"][0]["curve"])
    assert curve[0.0] == pytest.approx(0.085)
    assert curve[0.45] > 1.0 > curve[0.4]


def test_each_cell_is_one_series_and_what_is_not_scraped_is_none() -> None:
    text = StressSeries().render(_view(_story()).stress()).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert families.keys() == {
        "hedgewatch_stressed_margin_ratio", "hedgewatch_stressed_equity",
        "hedgewatch_stressed_liquidated", "hedgewatch_stressed_exposure_pnl",
        "hedgewatch_stressed_cover_pnl", "hedgewatch_stressed_loss",
    }  # fmt: skip
    ratios = families["hedgewatch_stressed_margin_ratio"].samples
    assert [sample.labels for sample in ratios] == [
        {
            "account": "main",
            "venue": "binanceusdm",
            "pool": "USDT",
            "currency": "USDT",
            "scenario": name,
        }
        for name in ("all-20", "all+50")
    ]
    assert [sample.value for sample in ratios] == [pytest.approx(6_500 / 140_000), float("inf")]
    fallen = families["hedgewatch_stressed_liquidated"].samples
    assert [sample.value for sample in fallen] == [0.0, 1.0]
    assert families["hedgewatch_stressed_loss"].samples[0].labels == {
        "hedge": "basket",
        "scenario": "all-20",
    }


def test_what_nobody_can_vouch_for_is_absent_from_the_scrape_and_unknown_in_the_document() -> None:
    story = _story()
    story.advance(7.0)
    table = _view(story).stress()
    assert StressSeries().render(table) == b""
    document = orjson.loads(orjson.dumps(stress_document(table)))
    assert "unknown" in document["pools"][0]["stress"]
    assert "unknown" in document["hedges"][0]["stress"]


def test_the_table_is_computed_at_most_once_a_second_and_never_older() -> None:
    story = _story()
    view = _view(story)
    first = view.stress().pools[0][1]
    story.at(0.9, mark(AIX, 1_010.0))
    assert view.stress().pools[0][1] is first
    story.at(1.1, mark(AIX, 1_020.0))
    assert view.stress().pools[0][1] is not first


def test_what_changes_while_the_desk_is_gone_through_is_told_as_it_was_or_not_at_all() -> None:
    story = Story(on=replace(desk(BASKET, accounts=("main", "spare")), scenarios=SCENARIOS))
    story.at(0.0, market(AIX), tiered(AIX, TIERS), mark(AIX, 1_000.0))
    for account in ("main", "spare"):
        story.at(0.0, read(held(AIX, -200.0), wallet=100_000.0, account=account))
    view = _view(story)
    parts = iter(view.stress_in_parts())
    found = [next(parts), next(parts)]
    story.reload(on=replace(story.desk, accounts=story.desk.accounts[:1]))
    found += parts
    names = [pool.account.name for part in found for pool, _ in part.pools]
    assert names == ["main"]
    story.at(1.0, mark(AIX, 1_000.0))
    assert [pool.account.name for pool, _ in view.stress().pools] == ["main"]


def test_five_thousand_series_of_stress_hold_the_loop_for_milliseconds() -> None:
    """Thirty pools of ten positions, fifty scenarios; the limit leaves room for a slow machine."""
    story = told(30, 0)
    scenarios = tuple(Scenario(name=f"s{n}", common=n / 100.0) for n in range(-25, 26) if n)
    moves = moves_of(replace(story.engine.book.desk, scenarios=scenarios))
    series = StressSeries()
    text = b""
    taken = []
    for _ in range(3):
        before = process_time()
        text = series.render(table_of(story.engine.book.pools(), [], moves))
        taken.append(process_time() - before)
    assert text.count(b"\nhedgewatch_stressed") >= 4_499
    assert min(taken) < 0.15
