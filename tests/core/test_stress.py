"""What if: pools and hedges under scenarios, told as stories."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.events import (
    CollateralPriced,
    CollateralReading,
    MarketDefined,
    PositionReading,
)
from hedgewatch.core.model import CollateralSlice, Desk, LegPlan, Tier, Unknown
from hedgewatch.core.scenarios import Funding, Payer, Scenario
from hedgewatch.core.stress import (
    HedgeStress,
    Moves,
    PoolStress,
    backed_of,
    curve_of,
    moves_of,
    stress_hedge,
    stress_pool,
    table_of,
)
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    PEPE,
    balance,
    desk,
    hedge,
    held,
    mark,
    market,
    read,
    tiered,
    tiers,
    told,
)
from tests.support.stories import START, Story, known

BTC_COIN, BTC = "BTC/USD:BTC", "BTC/USDT:USDT"
FLAT = (Tier(0.0, 0.01, 0.0),)
Held = Callable[[float], PositionReading]
TIERS = tiers((0.0, 0.02), (50_000.0, 0.05), (250_000.0, 0.10))
FALL = Scenario(name="all-20", common=-0.2)
RISE = Scenario(name="all+50", common=0.5)


def _book(*positions: Held, wallet: float = 100_000.0, on: Desk | None = None) -> Story:
    """The book of the demonstration, or another: AIX at 1,000 and ALT at 0.40."""
    story = Story(on=on or desk(BASKET))
    story.at(0.0, *(market(symbol) for symbol in (AIX, ALT, PEPE)))
    story.at(0.0, *(tiered(symbol, TIERS) for symbol in (AIX, ALT, PEPE)))
    story.at(0.0, read(*(positions or (held(AIX, -200.0),)), wallet=wallet))
    story.at(0.0, mark(AIX, 1_000.0), mark(ALT, 0.40), mark(PEPE, 0.01))
    return story


def _pool(story: Story, scenario: Scenario, pool: str = "USDT") -> PoolStress:
    return stress_pool(backed_of(story.pool(pool)), Moves(scenario))


def _hedge(story: Story, scenario: Scenario) -> HedgeStress:
    return stress_hedge(story.hedge(), Moves(scenario))


def test_a_fall_fills_the_short_and_a_rise_empties_it() -> None:
    story = _book()
    fall, rise = _pool(story, FALL), _pool(story, RISE)
    assert fall.equity == pytest.approx(140_000.0)
    assert fall.margin_ratio == pytest.approx(6_500.0 / 140_000.0)
    assert not fall.liquidated
    assert rise.equity == pytest.approx(0.0)
    assert rise.margin_ratio == inf
    assert rise.liquidated


def test_the_tier_is_that_of_the_stressed_notional() -> None:
    twenty = _pool(_book(), Scenario(name="x", common=0.3))
    required = 260_000.0 * 0.10 - 14_000.0
    assert twenty.margin_ratio == pytest.approx(required / 40_000.0)


def test_the_scenario_that_is_no_move_at_all_is_the_pool_of_now() -> None:
    story = _book(held(AIX, -150.0), held(ALT, 200_000.0, 0.35))
    still = _pool(story, Scenario(name="still"))
    assert still.equity == pytest.approx(known(story.pool().equity))
    assert still.margin_ratio == pytest.approx(known(story.pool().margin_ratio))


def test_the_edges_of_the_shock_are_where_the_stress_begins_to_liquidate() -> None:
    story = _book(held(AIX, -230.0), held(ALT, 300_000.0, 0.45))
    up = known(story.pool().shock_up)
    assert _pool(story, Scenario(name="x", common=up + 1e-6)).liquidated
    assert not _pool(story, Scenario(name="x", common=up - 1e-6)).liquidated
    assert _pool(story, Scenario(name="x", common=up)).margin_ratio == pytest.approx(1.0)


def test_a_correlation_break_moves_the_others_and_spares_what_is_named() -> None:
    story = _book(held(AIX, 100.0), held(ALT, -200_000.0, 0.40))
    broken = Scenario(name="x", prices={"AIX": -0.15, "*": -0.40})
    assert _pool(story, broken).equity == pytest.approx(100_000.0 - 15_000.0 + 32_000.0)
    assert _hedge(story, broken).exposure_pnl == pytest.approx(-80_000.0)


def test_betas_scale_the_common_move_and_the_desks_own_hold_where_none_are_told() -> None:
    story = _book(held(AIX, 100.0), held(ALT, 100_000.0, 0.40))
    own = Scenario(name="x", common=-0.1, betas={"AIX": 0.5, "*": 2.0})
    assert _pool(story, own).equity == pytest.approx(100_000.0 - 5_000.0 - 8_000.0)
    plain = Scenario(name="y", common=-0.1)
    first, second = moves_of(replace(desk(), betas={"ALT": 3.0}, scenarios=(own, plain)))
    assert [first.worth("ALT"), second.worth("ALT")] == pytest.approx([0.8, 0.7])


def test_1000pepe_is_pepe_and_small_letters_are_large_ones() -> None:
    story = _book(held(PEPE, 1_000_000.0, 0.01))
    moved = _pool(story, Scenario(name="x", prices={"PEPE": -0.5}))
    assert moved.equity == pytest.approx(95_000.0)


def test_basis_moves_the_contract_and_not_what_it_covers() -> None:
    wider = Scenario(name="x", basis={"*": 0.05})
    story = _book()
    assert _pool(story, wider).equity == pytest.approx(90_000.0)
    found = _hedge(story, wider)
    assert [found.exposure_pnl, found.cover_pnl] == pytest.approx([0.0, -10_000.0])
    assert found.loss == pytest.approx(10_000.0)


@pytest.mark.parametrize(
    ("payer", "paid"), [("longs", -6_000.0), ("shorts", 6_000.0), ("everyone", 6_000.0)]
)
def test_funding_is_paid_out_of_equity_by_whom_the_scenario_names(
    payer: Payer, paid: float
) -> None:
    costly = Scenario(name="x", funding=Funding(rate=0.01, intervals=3, payer=payer))
    story = _book()
    assert _pool(story, costly).equity == pytest.approx(100_000.0 - paid)
    assert _hedge(story, costly).loss == pytest.approx(paid)


def test_dated_contracts_pay_no_funding() -> None:
    costly = Scenario(name="x", funding=Funding(0.01, 3, "everyone"))
    ends = replace(market(AIX).market, expiry=START + 1e6)
    story = _book()
    story.at(1.0, MarketDefined(ends))
    assert _pool(story, costly).equity < 100_000.0  # a perpetual that is delisted pays on
    assert Moves(costly).funding(replace(ends, symbol=f"{AIX}-260327"), 1_000.0) == 0.0


def test_when_the_quote_loses_its_peg_contracts_in_it_rise_and_shorts_lose() -> None:
    depeg = Scenario(name="x", depeg={"USDT": -0.2})
    story = _book()
    assert _pool(story, depeg).equity == pytest.approx(100_000.0 - 200_000.0 * 0.25)
    found = _hedge(story, depeg)
    assert found.exposure_pnl == 0.0
    assert found.cover_pnl == pytest.approx(-50_000.0 * 0.8)


def test_everything_falls_but_the_money_it_is_counted_in() -> None:
    scenario = Scenario(name="x", common=-0.3, betas={"*": 2.0})
    assert scenario.worth("USDT") == scenario.worth("USD") == 1.0
    assert scenario.worth("BTC") == pytest.approx(0.4)
    assert scenario.price("ETH", "BTC") == 1.0


def test_a_pool_without_positions_is_never_liquidated() -> None:
    story = _book(wallet=100_000.0)
    story.at(1.0, told(held(AIX, 0.0)))
    found = _pool(story, RISE)
    assert (found.equity, found.margin_ratio, found.liquidated) == (100_000.0, 0.0, False)


def test_a_pool_that_is_liquidatable_now_is_liquidated_in_every_scenario() -> None:
    story = _book(wallet=8_000.0)
    assert known(story.pool().headroom) < 0.0
    fall = _pool(story, FALL)
    assert fall.margin_ratio < 0.2
    assert fall.liquidated


def test_only_the_rise_liquidates_a_desk_of_three_pools_that_is_hedged_in_sum() -> None:
    """Long coins in a wallet and a long in one account, short in two others: neutral in sum."""
    plan = hedge(
        (LegPlan(wallet="cold", asset="ALT"), LegPlan(account="third", symbol=ALT)),
        (LegPlan(account="main", symbol=AIX), LegPlan(account="second", symbol=AIX)),
    )
    story = Story(on=desk(plan, accounts=("main", "second", "third")))
    story.at(0.0, market(AIX), market(ALT))
    accounts = {
        "main": held(AIX, -150.0),
        "second": held(AIX, -100.0),
        "third": held(ALT, 125e3, 0.4),
    }
    for name, position in accounts.items():
        story.at(0.0, tiered(AIX, TIERS, name), tiered(ALT, TIERS, name))
        story.at(0.0, read(position, wallet=55_000.0, account=name))
    story.at(0.0, mark(AIX, 1_000.0), mark(ALT, 0.40))
    grid = [Moves(Scenario(name=f"{x:+d}", common=x / 100.0)) for x in range(-50, 60, 10)]
    table = table_of(story.engine.book.pools(), story.engine.book.hedges.values(), grid)
    fallen = {
        pool.account.name: [name for name, cell in cells.items() if cell.liquidated]
        for pool, cells in table.pools
        if not isinstance(cells, Unknown)
    }
    assert fallen == {"main": ["+40", "+50"], "second": ["+50"], "third": []}
    ((_, cells),) = table.hedges
    assert not isinstance(cells, Unknown)
    assert all(cell.loss == pytest.approx(0.0, abs=1e-6) for cell in cells.values())


def _coins(contracts: float, wallet: float) -> Story:
    """Coin-margined contracts of 100 dollars of Bitcoin at 50,000, on a wallet of bitcoin."""
    cover = LegPlan(account="main", symbol=BTC_COIN)
    plan = hedge(LegPlan(wallet="cold", asset="BTC"), cover)
    story = Story(on=desk(plan, holdings={"BTC": 1.0}, prices={"BTC": BTC_COIN}))
    story.at(0.0, market(BTC_COIN, contract_size=100.0), tiered(BTC_COIN, FLAT))
    position, funds = held(BTC_COIN, contracts, 50_000.0), [balance(wallet, "BTC")]
    story.at(0.0, read(position, wallet=None, balances=funds, regime="binance-coinm-cross"))
    story.at(0.0, mark(BTC_COIN, 50_000.0))
    return story


def test_a_synthetic_dollar_stands_in_every_fall_and_every_rise() -> None:
    story = _coins(-500.0, 1.0)
    for move in (-0.9, -0.5, 0.5, 4.0):
        found = _pool(story, Scenario(name="x", common=move), "BTC")
        assert found.equity * (1.0 + move) == pytest.approx(1.0)
        assert not found.liquidated


def test_a_coin_margined_long_is_told_in_its_coin_and_liquidated_below() -> None:
    story = _coins(500.0, 0.5)
    line = 1.0 - 1.01 / 1.5
    assert _pool(story, Scenario(name="x", common=-line - 1e-6), "BTC").liquidated
    before = _pool(story, Scenario(name="x", common=-line + 1e-6), "BTC")
    assert not before.liquidated
    assert before.margin_ratio == pytest.approx(1.0, abs=1e-3)
    assert before.equity == pytest.approx(0.5 + 1.0 - 1.5 / 1.01, abs=1e-5)


def test_the_coins_that_a_coin_margined_long_gains_are_worth_more_by_then() -> None:
    scenario = Scenario(name="x", common=0.25)
    assert _hedge(_coins(-500.0, 1.0), scenario).loss == pytest.approx(0.0, abs=1e-9)
    with_basis = _hedge(_coins(-500.0, 1.0), replace(scenario, basis={"*": 0.25}))
    assert with_basis.cover_pnl == pytest.approx(-50_000.0 * (1.0 - 1.0 / 1.5625) * 1.25)


def _whole(rate: float = 0.95) -> Story:
    """A multi-assets account: one bitcoin at 60,000, some dollars, and a short of it in Tether."""
    story = Story(on=desk(prices={}, holdings={}))
    story.at(0.0, market(BTC), tiered(BTC, FLAT), mark(BTC, 60_000.0))
    funds = [balance(1.0, "BTC"), balance(5_000.0), balance(2_000.0, "USDC")]
    regime = "binance-usdm-multi-assets"
    position = held(BTC, -1.0, 60_000.0)
    story.at(0.0, read(position, wallet=None, balances=funds, regime=regime))
    coins = (
        CollateralReading(asset="BTC", price=60_000.0, slices=(CollateralSlice(inf, rate),)),
        CollateralReading(asset="USDT", price=1.0),
        CollateralReading(asset="USDC", price=1.0),
    )
    story.at(0.0, lambda now: CollateralPriced("main", coins, now), mark(BTC, 60_000.0))
    return story


def test_a_haircut_takes_its_points_of_the_coins_and_of_money_only_where_it_is_named() -> None:
    story = _whole()
    now = 57_000.0 + 7_000.0
    cut = _pool(story, Scenario(name="x", haircuts={"*": 0.2}), "account")
    assert cut.equity == pytest.approx(now - 12_000.0)
    named = Scenario(name="x", haircuts={"BTC": 0.1, "USDC": 0.5})
    assert _pool(story, named, "account").equity == pytest.approx(now - 6_000.0 - 1_000.0)
    gone = Scenario(name="x", haircuts={"BTC": 2.0})
    assert _pool(story, gone, "account").equity == pytest.approx(7_000.0)


def test_coins_behind_an_account_fall_with_their_prices_and_depegs_hit_cash_and_contracts() -> None:
    story = _whole()
    fall = _pool(story, Scenario(name="x", common=-0.5), "account")
    assert fall.equity == pytest.approx(28_500.0 + 35_000.0 + 2_000.0)
    usdc = _pool(story, Scenario(name="x", depeg={"USDC": -0.12}), "account")
    assert usdc.equity == pytest.approx(64_000.0 - 240.0)
    usdt = _pool(story, Scenario(name="x", depeg={"USDT": -0.10}), "account")
    assert usdt.equity == pytest.approx(57_000.0 + 2_000.0 + (5_000.0 - 60_000.0 / 9.0) * 0.9)


def test_what_cannot_be_vouched_for_is_unknown_in_the_table_and_has_no_curve() -> None:
    story = _book()
    story.advance(7.0)
    table = table_of([story.pool()], [story.hedge()], [Moves(FALL)])
    assert all(isinstance(cells, Unknown) for _, cells in (*table.pools, *table.hedges))
    assert curve_of(story.pool()) == []


def test_the_curve_crosses_1_where_the_shock_liquidates() -> None:
    story = _book()
    up = known(story.pool().shock_up)
    for shock, ratio in curve_of(story.pool()):
        assert (ratio >= 1.0) is (shock >= up), shock


def test_the_curve_and_the_edges_know_the_same_betas() -> None:
    story = _book(held(AIX, 200.0), on=replace(desk(BASKET), betas={"AIX": 2.5}))
    down = known(story.pool().shock_down)
    assert -0.3 < down < -0.1
    for shock, ratio in curve_of(story.pool()):
        assert (ratio >= 1.0) is (shock <= down), shock


def test_no_beta_takes_a_price_below_nothing() -> None:
    assert Scenario(name="x", common=-0.5, betas={"AIX": 2.5}).worth("AIX") == 0.001


sizes = st.floats(-300.0, 300.0).filter(lambda size: abs(size) > 1.0)
moves = st.floats(-0.6, 0.8)


@given(sizes, sizes, moves, moves, st.floats(-0.05, 0.05), st.floats(0.0, 0.01))
def test_the_short_way_of_plain_pools_is_the_way_of_all_others(
    aix: float, alt: float, first: float, second: float, basis: float, rate: float
) -> None:
    story = _book(held(AIX, aix), held(ALT, alt * 1_000.0, 0.38))
    scenario = Scenario(
        name="x", prices={"AIX": first, "ALT": second}, basis={"*": basis},
        funding=Funding(rate, 2), depeg={"USDT": -0.03},
    )  # fmt: skip
    backed = backed_of(story.pool())
    assert backed.plain
    short = stress_pool(backed, Moves(scenario))
    general = stress_pool(replace(backed, plain=False), Moves(scenario))
    assert short.equity == pytest.approx(general.equity, rel=1e-9, abs=1e-6)
    assert short.margin_ratio == pytest.approx(general.margin_ratio, rel=1e-9)
    assert short.liquidated is general.liquidated


@given(sizes, sizes, moves, moves)
def test_a_pool_that_stands_at_both_ends_stands_all_the_way(
    aix: float, alt: float, first: float, second: float
) -> None:
    story = _book(held(AIX, aix), held(ALT, alt * 1_000.0, 0.38), wallet=20_000.0)
    backed = backed_of(story.pool())
    if stress_pool(
        backed, Moves(Scenario(name="x", prices={"AIX": first, "ALT": second}))
    ).liquidated:
        return
    for part in (0.1, 0.3, 0.5, 0.7, 0.9):
        there = Scenario(name="x", prices={"AIX": first * part, "ALT": second * part})
        assert not stress_pool(backed, Moves(there)).liquidated
