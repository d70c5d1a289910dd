"""Rules on stressed measures: judged from live marks, never stale near a threshold."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.book.rows import PoolRow
from hedgewatch.core.events import CollateralPriced, CollateralReading
from hedgewatch.core.expression import cell, parse_condition
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import CollateralSlice, Known, Scope, Tier, Unknown
from hedgewatch.core.rules import Rule
from hedgewatch.core.scenarios import Funding, Scenario
from hedgewatch.core.stress import TOLERANCE, backed_of, moves_of, scenarios_read, stress_pool
from hedgewatch.core.templates import parse_template
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    balance,
    desk,
    held,
    mark,
    market,
    read,
    tiered,
    tiers,
)
from tests.support.stories import Story, known

TIERS = tiers((0.0, 0.02), (50_000.0, 0.05), (250_000.0, 0.10))
SCENARIOS = (
    Scenario(name="all-20", common=-0.2),
    Scenario(name="all+20", common=0.2),
    Scenario(name="alts-40", prices={"ALT": -0.4, "*": -0.15}, funding=Funding(0.001, 3)),
    Scenario(name="wide", basis={"*": 0.1}, depeg={"USDT": -0.05}),
    Scenario(name="cut", common=-0.1, haircuts={"*": 0.2}, funding=Funding(0.01, 2, "everyone")),
)
NAMES = tuple(scenario.name for scenario in SCENARIOS)


def _rule(name: str, expr: str, scope: Scope = Scope.POOL, clear: str = "") -> Rule:
    known_here = symbols(scope, NAMES)
    summary = (
        '{stressed_margin_ratio("all+20"):.0%}'
        if scope is Scope.POOL
        else "{stressed_loss('wide'):,.0f}"
    )
    return Rule(
        name=name,
        scope=scope,
        expr=parse_condition(expr, known_here),
        clear=parse_condition(clear, known_here) if clear else None,
        where={},
        labels={},
        annotations={"summary": parse_template(summary, known_here)},
    )


HOT = _rule(
    "Hot", 'stressed_margin_ratio("all+20") > 90%', clear='stressed_margin_ratio("all+20") < 80%'
)
FALLEN = _rule("Fallen", 'stressed_liquidated("all+20")')
COSTLY = _rule("Costly", 'stressed_loss("wide") > 30000', Scope.HEDGE)


def _story(*rules: Rule, wallet: float = 100_000.0) -> Story:
    """200 AIX short at 1,000: a rise of 20 % liquidates from 1,189 on."""
    story = Story(*rules, on=replace(desk(BASKET), scenarios=SCENARIOS))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX, TIERS), tiered(ALT, TIERS))
    story.at(0.0, read(held(AIX, -200.0), wallet=wallet), mark(ALT, 0.40), mark(AIX, 1_000.0))
    return story


def _judged(row: PoolRow, measure: str, scenario: str) -> float:
    return known(_cell(row, measure, scenario))


def _cell(row: PoolRow, measure: str, scenario: str) -> Known | bool:
    return row.stressed[cell(measure, scenario)]


def test_what_a_scenario_would_do_fires_long_before_it_is_done() -> None:
    story = _story(HOT, FALLEN)
    assert not story.firing()
    story.at(1.0, mark(AIX, 1_185.0))
    assert story.firing() == {"Hot"}
    assert known(story.pool().margin_ratio) < 0.2
    assert story.record("Hot").annotations["summary"] == "93%"
    assert story.record("Hot").values[cell("stressed_margin_ratio", "all+20")] == pytest.approx(
        0.9256, abs=1e-4
    )
    story.at(2.0, mark(AIX, 1_195.0))
    assert story.firing() == {"Hot", "Fallen"}
    story.at(3.0, mark(AIX, 1_000.0))
    story.at(4.0, mark(AIX, 1_000.0))
    assert not story.firing()


def test_a_hedge_is_judged_by_what_it_loses_in_a_scenario() -> None:
    story = _story(COSTLY)
    loss = known(story.hedge().stressed[cell("stressed_loss", "wide")])
    assert loss == pytest.approx(200_000.0 * (1.1 - 0.95))
    story.at(1.0, mark(AIX, 1_010.0))
    assert story.firing() == {"Costly"}
    assert story.record("Costly").annotations["summary"] == "30,300"


def test_nothing_is_computed_where_no_rule_reads_it() -> None:
    story = _story(COSTLY)
    assert story.pool().watch is None
    assert not story.pool().stressed
    assert story.hedge().watch is not None
    assert scenarios_read([HOT, COSTLY]) == {
        Scope.POOL: frozenset({"all+20"}),
        Scope.HEDGE: frozenset({"wide"}),
    }


def test_a_blind_account_makes_its_stress_unknown_and_ends_no_alert() -> None:
    story = _story(HOT)
    story.at(1.0, mark(AIX, 1_185.0))
    story.advance(8.0)
    assert isinstance(story.pool().stressed[cell("stressed_margin_ratio", "all+20")], Unknown)
    assert story.firing() == {"Hot"}
    story.advance(
        9.0, read(held(AIX, -200.0), wallet=100_000.0), mark(AIX, 1_000.0), mark(ALT, 0.4)
    )
    assert not story.firing()


def test_news_of_the_account_is_judged_at_once_even_when_no_price_moves() -> None:
    story = _story(FALLEN)
    story.at(1.0, read(held(AIX, -200.0), wallet=40_000.0))
    assert story.firing() == {"Fallen"}
    story.at(2.0, read(held(AIX, -20.0), wallet=40_000.0))
    story.at(3.0, mark(AIX, 1_000.0))
    story.at(4.0, mark(AIX, 1_000.0))
    assert not story.firing()


def test_a_reload_brings_other_scenarios_and_other_rules_into_force_at_once() -> None:
    story = _story(HOT)
    other = replace(story.desk, scenarios=(Scenario(name="all+20", common=0.45), *SCENARIOS[2:]))
    assert story.reload(HOT, on=other)
    assert story.firing() == {"Hot"}
    story.reload(COSTLY, on=other)
    assert story.pool().watch is None
    assert not story.pool().stressed


def test_a_jump_over_the_threshold_is_seen_on_that_very_tick() -> None:
    story = _story(FALLEN)
    line = (100_000.0 + 200_000.0 + 14_000.0) / (200.0 * 1.1) / 1.2
    for price in (1_000.0, line - 0.01, line - 0.001):
        story.at(story.now - story.start + 0.001, mark(AIX, price))
        assert not story.firing()
    story.at(story.now - story.start + 0.001, mark(AIX, line + 0.001))
    assert story.firing() == {"Fallen"}


def test_a_quiet_market_costs_no_computation() -> None:
    story = _story(HOT)
    watch = story.pool().watch
    computed = story.pool().stressed[cell("stressed_equity", "all+20")]
    story.at(1.0, mark(AIX, 1_000.01))
    assert story.pool().watch is watch
    assert story.pool().stressed[cell("stressed_equity", "all+20")] == computed
    story.at(2.0, mark(AIX, 1_001.0))
    assert story.pool().stressed[cell("stressed_equity", "all+20")] != computed


steps = st.lists(
    st.tuples(st.sampled_from([AIX, ALT]), st.floats(-0.004, 0.004) | st.floats(-0.2, 0.25)),
    min_size=1,
    max_size=30,
)


@given(
    steps,
    st.floats(30_000.0, 120_000.0),
    st.floats(-250.0, 250.0).filter(lambda size: abs(size) > 1e-3),
)
def test_what_is_judged_is_never_further_from_the_truth_than_is_said(
    steps: Sequence[tuple[str, float]], wallet: float, size: float
) -> None:
    story = Story(*_every_cell(), on=replace(desk(BASKET), scenarios=SCENARIOS))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX, TIERS), tiered(ALT, TIERS))
    story.at(0.0, read(held(AIX, size), held(ALT, -90_000.0, 0.5), wallet=wallet))
    prices = {AIX: 1_000.0, ALT: 0.40}
    story.at(0.0, *(mark(symbol, price) for symbol, price in prices.items()))
    for number, (symbol, move) in enumerate(steps):
        prices[symbol] *= 1.0 + move
        story.at(number / 100.0, mark(symbol, prices[symbol]))
        _within_the_bound(story)


BTC_COIN, BTC = "BTC/USD:BTC", "BTC/USDT:USDT"
FLAT = (Tier(0.0, 0.01, 0.0),)
marks = st.lists(st.floats(-0.006, 0.006) | st.floats(-0.2, 0.25), min_size=1, max_size=20)


@given(marks, st.floats(-900.0, 900.0).filter(lambda size: abs(size) > 1.0), st.floats(0.2, 2.0))
def test_the_bound_holds_for_coin_margined_pools_in_their_coin(
    steps: Sequence[float], size: float, wallet: float
) -> None:
    story = Story(*_every_cell(), on=replace(desk(prices={}, holdings={}), scenarios=SCENARIOS))
    story.at(0.0, market(BTC_COIN, contract_size=100.0), tiered(BTC_COIN, FLAT))
    funds = [balance(wallet, "BTC")]
    position = held(BTC_COIN, size, 50_000.0)
    story.at(0.0, read(position, wallet=None, balances=funds, regime="binance-coinm-cross"))
    price = 50_000.0
    story.at(0.0, mark(BTC_COIN, price))
    for number, move in enumerate(steps):
        price *= 1.0 + move
        story.at(number / 100.0, mark(BTC_COIN, price))
        _within_the_bound(story, "BTC")


@given(marks, st.floats(-3.0, 3.0).filter(lambda size: abs(size) > 0.01))
def test_the_bound_holds_for_whole_accounts_of_coins_that_are_cut(
    steps: Sequence[float], size: float
) -> None:
    story = Story(*_every_cell(), on=replace(desk(prices={}, holdings={}), scenarios=SCENARIOS))
    story.at(0.0, market(BTC), tiered(BTC, FLAT))
    funds = [balance(1.0, "BTC"), balance(5_000.0)]
    regime = "binance-usdm-multi-assets"
    story.at(0.0, read(held(BTC, size, 60_000.0), wallet=None, balances=funds, regime=regime))
    coins = (
        CollateralReading(asset="BTC", price=60_000.0, slices=(CollateralSlice(inf, 0.95),)),
        CollateralReading(asset="USDT", price=1.0),
    )
    price = 60_000.0
    story.at(0.0, lambda now: CollateralPriced("main", coins, now), mark(BTC, price))
    for number, move in enumerate(steps):
        price *= 1.0 + move
        story.at(number / 100.0, mark(BTC, price))
        _within_the_bound(story, "account")


def _every_cell() -> list[Rule]:
    exprs = (
        f'stressed_margin_ratio("{name}") > 1 or stressed_liquidated("{name}")' for name in NAMES
    )
    return [_rule(f"R{number}", expr) for number, expr in enumerate(exprs)]


def _within_the_bound(story: Story, pool: str = "USDT") -> None:
    row = story.pool(pool)
    for moves in moves_of(story.engine.book.desk):
        name = moves.scenario.name
        exact = stress_pool(backed_of(row), moves)
        equity, ratio = (
            _judged(row, "stressed_equity", name),
            _judged(row, "stressed_margin_ratio", name),
        )
        assert equity == pytest.approx(exact.equity, rel=1.01 * TOLERANCE, abs=1e-6)
        headroom = equity * (1.0 - ratio) if ratio < 1e9 else exact.headrooms[-1]
        assert headroom == pytest.approx(exact.headrooms[-1], rel=1.01 * TOLERANCE, abs=1e-6)
        assert _cell(row, "stressed_liquidated", name) is exact.liquidated
        assert (ratio >= 1.0) is (exact.margin_ratio >= 1.0)
        if exact.margin_ratio < 1.0:
            assert ratio == pytest.approx(
                exact.margin_ratio, abs=2.1 * TOLERANCE * abs(1.0 - ratio) + 1e-12
            )
