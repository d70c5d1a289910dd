"""The page of numbers on stress: its figures are the engine's."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import shipped_scenarios
from hedgewatch.core.stress import Moves, backed_of, moves_of, stress_hedge, stress_pool
from tests.support.builders import AIX, ALT, BASKET, desk, held, mark, market, read, tiered, tiers
from tests.support.stories import Story

PAGE = (Path(__file__).parents[2] / "daemon" / "NUMBERS.md").read_text(encoding="utf-8")
DEMO_TIERS = tiers((0.0, 0.02), (50_000.0, 0.05), (250_000.0, 0.10))


def _rows() -> list[list[str]]:
    table = PAGE.partition("\n## Worked example: stress\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\|(.+)\|$", table, flags=re.MULTILINE)
    return [[cell.strip().strip("`") for cell in line.split("|")] for line in lines]


def _money(amount: float) -> str:
    return f"{round(amount) + 0:,}"


def test_each_figure_of_the_stressed_book_is_what_the_engine_computes() -> None:
    scenarios = load_scenarios(shipped_scenarios())
    story = Story(on=replace(desk(BASKET), scenarios=scenarios))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX, DEMO_TIERS), tiered(ALT))
    story.at(0.0, read(held(AIX, -200.0), wallet=100_000.0), mark(AIX, 1_000.0), mark(ALT, 0.40))
    moves = {each.scenario.name: each for each in moves_of(story.engine.book.desk)}
    (_, *names), _, *rows = _rows()
    assert names[1:] == [
        "stressed_equity", "stressed_margin_ratio", "stressed_liquidated",
        "stressed_exposure_pnl", "stressed_cover_pnl", "stressed_loss",
    ]  # fmt: skip
    assert len(rows) >= 9
    aix = story.market(AIX).market
    assert aix is not None
    for name, *shown in rows:
        pool = stress_pool(backed_of(story.pool()), moves[name])
        hedge = stress_hedge(story.hedge(), moves[name])
        ratio = pool.margin_ratio
        assert shown == [
            f"{1_000.0 * moves[name].mark(aix):,.2f}",
            _money(pool.equity),
            "inf" if ratio > 1e9 else f"{ratio:.2%}",
            "yes" if pool.liquidated else "no",
            *map(_money, (hedge.exposure_pnl, hedge.cover_pnl, hedge.loss)),
        ], name


@pytest.mark.parametrize(
    ("name", "coin", "move"),
    [("btc-20", "BTC", -0.20), ("btc+20", "BTC", 0.20), ("eth-25", "ETH", -0.25)],
)
def test_a_shipped_scenario_of_one_coin_alone_moves_no_other(
    name: str, coin: str, move: float
) -> None:
    scenario = next(each for each in load_scenarios(shipped_scenarios()) if each.name == name)
    moves = Moves(scenario)
    for base in ("BTC", "ETH", "ALT"):
        contract = market(f"{base}/USDT:USDT").market
        assert moves.mark(contract) == pytest.approx(1.0 + move if base == coin else 1.0)
