"""The page of numbers names every measure, and its worked figures are what the code computes."""

import re
from collections.abc import Iterator
from math import isinf
from pathlib import Path

import pytest

from hedgewatch.core.expression import Unit
from hedgewatch.core.margin import Leg, Line
from hedgewatch.core.measures import CATALOGUE, STRESS_MEASURES
from hedgewatch.core.model import Scope, Tier
from tests.support.builders import AIX, ALT, BASKET, desk, held, mark, market, read, tiered, tiers
from tests.support.stories import Story, known

PAGE = (Path(__file__).parents[2] / "daemon" / "NUMBERS.md").read_text(encoding="utf-8")
DEMO_TIERS = tiers((0.0, 0.02), (50_000.0, 0.05), (250_000.0, 0.10))
FORMATS = {
    Unit.RATIO: "{:.2%}",
    Unit.PRICE: "{:,.2f}",
    Unit.MONEY: "{:,.0f}",
    Unit.CONTRACTS: "{:g}",
    Unit.NUMBER: "{:,.2f}",
}


def _sections() -> dict[str, str]:
    """The text under the heading of each measure."""
    parts = re.split(r"^### (.+)$", PAGE, flags=re.MULTILINE)[1:]
    texts = zip(parts[::2], (text.partition("\n## ")[0] for text in parts[1::2]), strict=True)
    return {name: text for names, text in texts for name in re.findall(r"`(\w+)`", names)}


def _rows(heading: str) -> Iterator[list[str]]:
    """The cells of the first table under a heading."""
    table = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    for line in re.findall(r"^\|(.+)\|$", table, flags=re.MULTILINE):
        yield [cell.strip() for cell in line.split("|")]


def test_every_measure_of_the_catalogue_has_its_section_with_its_metric() -> None:
    sections = _sections()
    assert sections.keys() == {measure.name for measure in (*CATALOGUE, *STRESS_MEASURES)}
    for measure in (*CATALOGUE, *STRESS_MEASURES):
        assert f"`{measure.metric}`" in sections[measure.name] or not measure.metric


def _moment(column: int, given: dict[str, list[str]]) -> Story:
    """The book as one column of the table has it, entered at 1,000."""
    alt, aix, contracts, wallet = (
        float(given[name][column].replace(",", ""))
        for name in ("ALT", "AIX", "contracts", "wallet")
    )
    story = Story(on=desk(BASKET, costs={"ALT": 0.40}))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX, DEMO_TIERS), tiered(ALT))
    story.at(0.0, read(held(AIX, contracts), wallet=wallet), mark(AIX, aix), mark(ALT, alt))
    return story


def _shown(story: Story, name: str) -> str:
    rows = {
        Scope.POOL: story.pool(),
        Scope.POSITION: story.position(),
        Scope.HEDGE: story.hedge(),
    }
    measure = next(each for each in CATALOGUE if each.name == name and each.scope in rows)
    value = known(getattr(rows[measure.scope], name))
    return "none" if isinf(value) else FORMATS[measure.unit].format(value)


def test_each_figure_of_the_worked_example_is_what_the_engine_computes() -> None:
    rows = {cells[0].strip("`"): cells[1:] for cells in _rows("Worked example")}
    moments = [_moment(column, rows) for column in range(len(rows["ALT"]))]
    measures = [name for name in rows if name in _sections() and name != "contracts"]
    assert len(measures) > 15
    for name in measures:
        assert rows[name] == [_shown(story, name) for story in moments], name


def test_the_textbook_contract_of_100_needs_2_and_binances_of_1_needs_200() -> None:
    assert "200,000 ÷ (100 × 1,000) = **2** contracts" in PAGE
    assert "200,000 ÷ 1,000 = **200**" in PAGE
    for size, contracts in ((100.0, 2.0), (1.0, 200.0)):
        story = Story(on=desk(BASKET))
        story.at(0.0, market(AIX, contract_size=size), market(ALT), tiered(AIX), tiered(ALT))
        story.at(0.0, read(held(AIX, -contracts)), mark(AIX, 1_000.0), mark(ALT, 0.40))
        assert story.hedge().required_contracts == contracts


def test_binances_published_liquidation_price_comes_out_of_the_solver() -> None:
    bitcoin = Leg(109.488, 32_481.98, [Tier(0.0, 0.025, 16_300.0)])
    ether = Leg(3_683.979, 1_456.84, [Tier(0.0, 0.10, 135_365.0)])
    mark_of_bitcoin = 31_967.27
    profit = bitcoin.quantity * (mark_of_bitcoin - 32_481.98)
    required = bitcoin.maintenance(mark_of_bitcoin, 0)
    low, _ = Line(ether).interval(1_535_443.01 + profit - required)
    assert f"**{low:,.2f}**" in PAGE
    assert low == pytest.approx(1_153.26, abs=0.005)
    assert f"**{required:,.2f}**" in PAGE
