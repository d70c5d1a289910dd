"""Factors that only a lopsided book shows: reserves, shares of a loss, signs of what is owed."""

from math import inf

import pytest

from hedgewatch.core.events import ClockAdvanced, CollateralPriced, CollateralReading
from hedgewatch.core.model import CollateralSlice, EndReason, HedgePlan, LegPlan, Tier
from hedgewatch.core.scenarios import Scenario
from hedgewatch.core.stress import Moves, backed_of, stress_hedge, stress_pool
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    accepted,
    balance,
    desk,
    held,
    mark,
    market,
    read,
    tiered,
    tiers,
    told,
)
from tests.support.stories import Story, known, short_of_aix

BTC, BTC_COIN = "BTC/USDT:USDT", "BTC/USD:BTC"


def test_a_pool_that_stands_at_both_ends_of_a_scenario_may_fall_on_the_way() -> None:
    """1 BTC at 95 % and 55,500 USDT of debt beside a short of 1.15; -60 % and 30 points of haircut.

    Now 57,000 - 55,500, at the end 24,000 · 65 % + 41,400 - 55,500: 1,500 each. Half way
    42,000 · 80 % + 20,700 - 55,500 = -1,200.
    """
    story = Story(on=desk(prices={}, holdings={}))
    story.at(0.0, market(BTC), tiered(BTC, (Tier(0.0, 0.005, 0.0),)), mark(BTC, 60_000.0))
    funds = [balance(1.0, "BTC"), balance(-55_500.0)]
    short = held(BTC, -1.15, 60_000.0)
    multi = "binance-usdm-multi-assets"
    story.at(0.0, read(short, wallet=None, balances=funds, regime=multi))
    coins = (
        CollateralReading(asset="BTC", price=60_000.0, slices=(CollateralSlice(inf, 0.95),)),
        CollateralReading(asset="USDT", price=1.0),
    )
    story.at(0.0, lambda now: CollateralPriced("main", coins, now), mark(BTC, 60_000.0))
    crash = Scenario(name="crash", common=-0.6, haircuts={"BTC": 0.3})
    found = stress_pool(backed_of(story.pool("account")), Moves(crash))
    assert found.equity == pytest.approx(1_500.0)
    assert found.margin_ratio == pytest.approx(1.15 * 24_000.0 * 0.005 / 1_500.0)
    assert found.liquidated


def test_a_basis_that_names_an_underlying_moves_its_contracts_and_no_others() -> None:
    story = short_of_aix(on=desk(BASKET))
    for name, loss in (("AIX", 10_000.0), ("ALT", 0.0), ("USDT", 0.0)):
        found = stress_hedge(story.hedge(), Moves(Scenario(name="one", basis={name: 0.05})))
        assert found.loss == pytest.approx(loss), name


def test_what_is_left_in_coins_is_what_is_owned_less_what_covers_it() -> None:
    """500,000 ALT at 0.40 beside 150 AIX short at 1,000: 50,000, or 125,000 ALT, are left."""
    story = short_of_aix(on=desk(BASKET))
    story.at(1.0, told(held(AIX, -150.0)))
    assert known(story.hedge().residual_delta) == pytest.approx(50_000.0)
    assert known(story.hedge().residual_delta_coins) == pytest.approx(125_000.0)


def test_a_debt_that_is_smaller_here_than_at_the_venue_is_more_equity_and_not_less() -> None:
    """The venue says -500, we say -400: a fifth of 500 more."""
    story = Story(on=desk(prices={}, holdings={}))
    story.at(0.0, accepted(), market(AIX), tiered(AIX), mark(AIX, 1_000.0))
    owed = [balance(600.0, equity=-500.0, maintenance=10.0)]
    story.at(0.0, read(held(AIX, -10.0, 900.0), wallet=None, balances=owed))
    assert story.pool().equity == -400.0
    assert story.pool().equity_disagreement == pytest.approx(0.2)


def test_what_leaves_a_pool_leaves_twice_its_requirement_behind() -> None:
    """Second has 11,000 and must have 5,000: 1,000 may leave, though 3,833 would make it even."""
    names = ("main", "second")
    story = Story(on=desk(prices={}, holdings={}, accounts=names))
    story.at(0.0, market(AIX), *(tiered(AIX, tiers((0.0, 0.1)), account=name) for name in names))
    story.at(0.0, *(accepted(name) for name in names))
    for name, contracts, wallet in (("main", -100.0, 10_500.0), ("second", -50.0, 11_000.0)):
        story.at(0.0, read(held(AIX, contracts), wallet=wallet, account=name))
    story.at(1.0, mark(AIX, 1_000.0), ClockAdvanced())
    assert story.account("main").pools["USDT"].transfer_to_even == pytest.approx(1_000.0)
    assert story.account("second").pools["USDT"].transfer_to_even == pytest.approx(-1_000.0)


def test_contracts_of_a_coin_weigh_what_they_are_worth_when_a_break_is_blamed() -> None:
    """2 of 500 contracts of 100 dollars went by force, 98 by hand: of 1 BTC, 0.4 % and 19.6 %."""
    plan = HedgePlan(
        name="basket",
        exposure=(LegPlan(wallet="cold", asset="BTC"),),
        cover=(LegPlan(account="main", symbol=BTC_COIN),),
        target=1.0,
    )
    story = Story(on=desk(plan, holdings={"BTC": 1.0}, prices={"BTC": BTC_COIN}))
    story.at(0.0, accepted(), market(BTC_COIN, contract_size=100.0))
    story.at(0.0, tiered(BTC_COIN, (Tier(0.0, 0.01, 0.0),)))
    funds = [balance(0.5, "BTC")]
    whole = held(BTC_COIN, -500.0, 50_000.0)
    story.at(0.0, read(whole, wallet=None, balances=funds, regime="binance-coinm-cross"))
    story.at(0.0, mark(BTC_COIN, 50_000.0))
    story.at(1.0, told(held(BTC_COIN, -402.0, 50_000.0), EndReason.CLOSED))
    story.at(2.0, told(held(BTC_COIN, -400.0, 50_000.0), EndReason.AUTO_DELEVERAGED))
    hedge = story.hedge()
    assert known(hedge.uncovered_coins) == pytest.approx(0.2)
    assert (hedge.hedge_broken, hedge.break_forced, hedge.break_unexplained) == (True, False, False)


def test_a_lost_holding_weighs_as_the_cover_that_its_target_asked_for() -> None:
    """Half covered: 1,500 of 200,000 gone by force is 750 of cover, below 1 % of 100,000."""
    plan = HedgePlan(
        name="basket",
        exposure=(LegPlan(account="main", symbol=ALT),),
        cover=(LegPlan(account="main", symbol=AIX),),
        target=0.5,
    )
    story = Story(on=desk(plan, prices={}, holdings={}))
    story.at(0.0, accepted(), market(AIX), market(ALT), tiered(AIX), tiered(ALT))
    story.at(0.0, read(held(ALT, 500_000.0, 0.4), held(AIX, -100.0), wallet=200_000.0))
    story.at(0.0, mark(AIX, 1_000.0), mark(ALT, 0.4))
    story.at(1.0, told(held(ALT, 492_500.0, 0.4), EndReason.CLOSED))
    story.at(2.0, told(held(ALT, 488_750.0, 0.4), EndReason.LIQUIDATED))
    hedge = story.hedge()
    assert known(hedge.uncovered_value) == pytest.approx(-2_250.0)
    assert (hedge.hedge_broken, hedge.break_forced, hedge.break_unexplained) == (True, False, False)
