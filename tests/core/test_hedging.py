"""How well a hedge fits: the numbers of the worked example, by hand, and those around it."""

from dataclasses import replace
from decimal import Decimal
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.hedging import contracts_between
from hedgewatch.core.model import AccountPlan, Desk, HedgePlan, LegPlan, PricePlan, Scope
from hedgewatch.core.statistics.basket import hedge_ratio
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    IN_COLD,
    PEPE,
    SHORT_AIX,
    VENUE,
    balance,
    desk,
    hedge,
    held,
    mark,
    market,
    quote,
    read,
    rule,
    tiered,
)
from tests.support.stories import Story, known, reason

SHORT_ALT = LegPlan(account="main", symbol=ALT)
SHORT_PEPE = LegPlan(account="main", symbol=PEPE)


def _example(
    contracts: float = -200.0,
    size: float = 1.0,
    plan: HedgePlan = BASKET,
    on: Desk | None = None,
    step: str = "1",
) -> Story:
    """500,000 ALT at 0.40 in a wallet, covered by an index future at 1000."""
    story = Story(on=on or desk(plan, costs={"ALT": 0.40}))
    story.at(0.0, market(AIX, contract_size=size, step=step), market(ALT), tiered(AIX))
    story.at(0.0, tiered(ALT), read(held(AIX, contracts)), mark(AIX, 1_000.0), mark(ALT, 0.40))
    return story


@pytest.mark.parametrize(("size", "required"), [(100.0, 2.0), (1.0, 200.0)])
def test_the_worked_example_requires_two_contracts_of_100_or_200_of_1(
    size: float, required: float
) -> None:
    hedge = _example(contracts=-required, size=size).hedge()
    assert hedge.required_contracts == required
    assert hedge.exposure_value == 200_000.0
    assert hedge.cover_value == -200_000.0
    assert hedge.hedge_ratio == 1.0
    assert hedge.hedge_drift == 0.0
    assert hedge.contracts_to_target == 0.0
    assert hedge.residual_delta == 0.0


def test_a_fall_of_20_percent_costs_40_000_and_earns_40_000_without_drift() -> None:
    story = _example()
    story.at(1.0, mark(AIX, 800.0), mark(ALT, 0.32))
    hedge = story.hedge()
    assert hedge.exposure_pnl == pytest.approx(-40_000.0)
    assert hedge.cover_pnl == pytest.approx(40_000.0)
    assert hedge.hedge_drift == pytest.approx(0.0, abs=1e-12)
    assert hedge.required_contracts == pytest.approx(200.0)
    assert hedge.contracts_to_target == 0.0


def test_without_a_cost_the_profit_of_a_wallet_counts_from_the_first_price_seen() -> None:
    story = _example(on=desk(BASKET))
    story.at(1.0, mark(ALT, 0.50))
    assert story.hedge().exposure_pnl == pytest.approx(50_000.0)


def test_a_coin_up_25_percent_against_a_flat_future_asks_for_50_more_short() -> None:
    story = _example()
    story.at(1.0, mark(ALT, 0.50))
    hedge = story.hedge()
    assert hedge.required_contracts == pytest.approx(250.0)
    assert hedge.hedge_ratio == pytest.approx(0.8)
    assert hedge.hedge_drift == pytest.approx(-0.20)
    assert hedge.contracts_to_target == -50.0
    assert hedge.residual_delta == pytest.approx(50_000.0)
    assert hedge.residual_delta_coins == pytest.approx(100_000.0)


def test_a_target_of_one_half_wants_half_of_the_cover() -> None:
    hedge_row = _example(plan=hedge(IN_COLD, SHORT_AIX, target=0.5)).hedge()
    assert hedge_row.hedge_ratio == 1.0
    assert hedge_row.hedge_drift == 1.0
    assert hedge_row.contracts_to_target == 100.0
    assert hedge_row.required_contracts == 200.0


def test_a_cover_that_adds_to_the_exposure_has_a_negative_ratio() -> None:
    hedge = _example(contracts=200.0).hedge()
    assert hedge.hedge_ratio == -1.0
    assert hedge.hedge_drift == -2.0
    assert hedge.contracts_to_target == -400.0


def test_no_cover_at_all_is_a_ratio_of_zero_and_a_known_number() -> None:
    story = Story(on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), read())
    story.at(0.0, mark(AIX, 1_000.0), mark(ALT, 0.40))
    hedge = story.hedge()
    assert hedge.hedge_ratio == 0.0
    assert hedge.hedge_drift == -1.0
    assert hedge.contracts_to_target == -200.0


def test_exposure_zero_is_ratio_zero_without_cover_and_infinite_with_it() -> None:
    assert hedge_ratio(0.0, 0.0) == 0.0
    assert hedge_ratio(0.0, -5.0) == inf
    assert _example(on=desk(BASKET, holdings={"ALT": 0.0})).hedge().hedge_ratio == inf


def test_a_cover_left_over_when_the_exposure_is_sold_is_beyond_its_floor() -> None:
    """The drift of a position that hedges nothing is the greatest of all: it must alert."""
    hedge = _example(on=desk(BASKET, holdings={"ALT": 0.0})).hedge()
    assert hedge.hedge_drift == inf
    assert hedge.contracts_to_target == 200.0
    drift, floor = known(hedge.hedge_drift), known(hedge.hedge_drift_floor)
    assert abs(drift) > max(0.05, floor)


def test_a_hedge_of_nothing_by_nothing_is_never_beyond_its_floor() -> None:
    hedge = _example(contracts=0.0, on=desk(BASKET, holdings={"ALT": 0.0})).hedge()
    assert not abs(known(hedge.hedge_drift)) > max(0.05, known(hedge.hedge_drift_floor))


def test_the_floor_of_drift_is_half_a_contract_step_of_what_is_wanted() -> None:
    hedge = _example(contracts=-2.0, size=100.0).hedge()
    assert hedge.hedge_drift_floor == pytest.approx(0.25)
    assert _example(step="0.1").hedge().hedge_drift_floor == pytest.approx(0.00025)


def test_a_drift_that_no_order_could_mend_stays_within_its_floor() -> None:
    story = _example(contracts=-2.0, size=100.0)
    story.at(1.0, mark(ALT, 0.48))
    hedge = story.hedge()
    assert hedge.contracts_to_target == 0.0
    assert abs(known(hedge.hedge_drift)) <= known(hedge.hedge_drift_floor)


@given(
    st.integers(-10_000, 10_000),
    st.sampled_from(["1", "0.1", "0.001", "5", "0.0005"]),
    st.floats(0.01, 1_000.0),
)
def test_contracts_to_trade_are_whole_steps_exactly(steps: int, step: str, contract: float) -> None:
    wanted = steps * float(Decimal(step)) * contract
    got = contracts_between(0.0, wanted, contract, Decimal(step))
    assert got == float(steps * Decimal(step))


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.sampled_from(["1", "0.1", "0.001", "5"]),
    st.floats(0.01, 1_000.0),
)
def test_after_trading_them_the_rest_is_at_most_half_a_step(
    held: float, wanted: float, step: str, contract: float
) -> None:
    traded = contracts_between(held, wanted, contract, Decimal(step))
    assert (Decimal(repr(traded)) % Decimal(step)) == 0
    half = 0.5 * float(step) * contract
    assert abs(held + traded * contract - wanted) <= half * (1 + 1e-6) + 1e-6


def _same_asset(contracts: float = -500_000.0) -> Story:
    """500,000 ALT whose spot trades apart from the future that covers it."""
    plan = hedge(IN_COLD, SHORT_ALT)
    story = Story(on=desk(plan, prices={"ALT": AIX}))
    story.at(0.0, market(AIX), market(ALT), tiered(ALT), read(held(ALT, contracts, 0.40)))
    story.at(0.0, mark(AIX, 0.40), mark(ALT, 0.40))
    return story


def test_basis_does_not_pass_for_drift_in_a_hedge_of_one_asset() -> None:
    story = _same_asset()
    story.at(1.0, mark(ALT, 0.44))
    hedge = story.hedge()
    assert hedge.hedge_ratio == 1.0
    assert hedge.hedge_drift == 0.0
    assert hedge.contracts_to_target == 0.0
    assert hedge.basis == pytest.approx(0.10)
    assert hedge.residual_delta == pytest.approx(-20_000.0)


def test_a_hedge_of_two_assets_is_measured_in_value() -> None:
    story = _example()
    story.at(1.0, mark(AIX, 1_100.0))
    assert story.hedge().hedge_ratio == pytest.approx(1.1)


def _pepe(contracts: float) -> Story:
    """Two billion PEPE, priced elsewhere, covered by contracts of a thousand."""
    plan = hedge(LegPlan(wallet="cold", asset="PEPE"), SHORT_PEPE)
    owned = {"PEPE": 2_000_000_000.0}
    story = Story(on=desk(plan, holdings=owned, prices={"PEPE": ALT}))
    story.at(0.0, market(PEPE), market(ALT), tiered(PEPE), read(held(PEPE, contracts, 0.01)))
    story.at(0.0, mark(PEPE, 0.01), mark(ALT, 0.00001))
    return story


def test_1000pepe_covers_a_thousand_pepe_a_contract() -> None:
    hedge = _pepe(-1_500_000.0).hedge()
    assert hedge.hedge_ratio == pytest.approx(0.75)
    assert hedge.contracts_to_target == -500_000.0
    assert hedge.required_contracts == pytest.approx(2_000_000.0)


def test_the_basis_of_1000pepe_is_over_a_thousand_times_the_spot_price() -> None:
    assert _pepe(-2_000_000.0).hedge().basis == pytest.approx(0.0, abs=1e-12)


def test_a_wallet_of_pepe_may_be_priced_by_the_contract_of_a_thousand() -> None:
    """There is no PEPE/USDT:USDT at Binance: 1000PEPE is the price source that its owner names."""
    plan = hedge(LegPlan(wallet="cold", asset="PEPE"), SHORT_PEPE)
    story = Story(on=desk(plan, holdings={"PEPE": 2_000_000_000.0}, prices={"PEPE": PEPE}))
    story.at(0.0, market(PEPE), tiered(PEPE), read(held(PEPE, -2_000_000.0, 0.01)))
    story.at(0.0, mark(PEPE, 0.01))
    assert story.hedge().hedge_ratio == 1.0
    assert story.hedge().exposure_value == pytest.approx(20_000.0)
    assert story.hedge().required_contracts == pytest.approx(2_000_000.0)


def test_two_hedges_share_one_position_without_counting_it_twice() -> None:
    half = LegPlan(account="main", symbol=AIX, share=0.25)
    story = _example(on=desk(hedge(IN_COLD, half)))
    hedge_row = story.hedge()
    assert hedge_row.hedge_ratio == pytest.approx(0.25)
    assert hedge_row.cover_value == pytest.approx(-50_000.0)
    story.at(1.0, mark(AIX, 900.0))
    assert story.hedge().cover_pnl == pytest.approx(5_000.0)


def test_an_index_that_moves_twice_as_much_covers_twice_its_value() -> None:
    beta = LegPlan(account="main", symbol=AIX, beta=2.0)
    hedge_row = _example(contracts=-100.0, on=desk(hedge(IN_COLD, beta))).hedge()
    assert hedge_row.hedge_ratio == 1.0
    assert hedge_row.contracts_to_target == 0.0
    assert hedge_row.cover_value == -100_000.0


def test_the_basis_of_an_index_future_is_over_its_index() -> None:
    story = _example()
    assert reason(story.hedge().basis) == "no index price"
    story.at(1.0, mark(AIX, 1_010.0, index=1_000.0))
    assert story.hedge().basis == pytest.approx(0.01)


def test_a_balance_of_an_account_is_an_exposure_and_follows_what_it_says() -> None:
    owned = LegPlan(account="main", asset="ALT")
    story = Story(on=desk(hedge(owned, SHORT_AIX)))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX))
    alts = balance(500_000.0, "ALT", cross=0.0)
    story.at(0.0, read(held(AIX, -200.0), balances=[alts]), mark(AIX, 1_000.0), mark(ALT, 0.40))
    assert story.hedge().hedge_ratio == 1.0
    more = balance(1_000_000.0, "ALT", cross=0.0)
    story.at(1.0, read(held(AIX, -200.0), balances=[more]))
    assert story.hedge().hedge_ratio == pytest.approx(0.5)


def test_a_spot_pair_is_priced_at_the_middle_of_its_quote() -> None:
    owned = LegPlan(account="spot", asset="ALT")
    two = replace(
        desk(hedge(owned, SHORT_AIX)),
        accounts=(AccountPlan(name="main", venue=VENUE), AccountPlan(name="spot", venue="binance")),
        prices={"ALT": PricePlan(account="spot", symbol="ALT/USDT")},
    )
    story = Story(on=two)
    story.at(0.0, market(AIX), market("ALT/USDT"), tiered(AIX), read(held(AIX, -200.0)))
    coins = balance(500_000.0, "ALT", cross=0.0)
    story.at(0.0, read(wallet=None, balances=[coins], account="spot"), mark(AIX, 1_000.0))
    story.at(0.0, quote("ALT/USDT", 0.39, 0.41))
    assert story.hedge().exposure_value == pytest.approx(200_000.0)
    assert story.hedge().hedge_ratio == pytest.approx(1.0)


def test_a_hedge_is_unknown_until_each_of_its_legs_is() -> None:
    story = Story(on=desk(BASKET))
    assert reason(story.hedge().hedge_ratio)
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), mark(AIX, 1_000.0), mark(ALT, 0.40))
    assert reason(story.hedge().hedge_ratio) == "not read yet"
    story.at(1.0, read(held(AIX, -200.0)), mark(AIX, 1_000.0), mark(ALT, 0.40))
    assert story.hedge().hedge_ratio == 1.0


def test_drift_alerts_beyond_five_percent_and_ends_when_the_cover_is_mended() -> None:
    drifted = rule("HedgeDrift", Scope.HEDGE, "abs(hedge_drift) > max(5%, hedge_drift_floor)")
    story = Story(drifted, on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), read(held(AIX, -200.0)))
    assert story.at(0.0, mark(AIX, 1_000.0), mark(ALT, 0.40)) == []
    assert story.at(1.0, mark(ALT, 0.50)) == ["HedgeDrift firing"]
    assert story.at(2.0, read(held(AIX, -250.0))) == []
    assert story.at(3.0, mark(AIX, 1_000.0), mark(ALT, 0.50)) == []
    assert story.at(4.0, mark(AIX, 1_000.0), mark(ALT, 0.50)) == ["HedgeDrift resolved"]
