"""Pools of coins, of whole accounts, and of regimes whose requirement is more than a rate."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

import pytest

from hedgewatch.core.events import CollateralPriced, CollateralReading, PositionReading
from hedgewatch.core.expression import parse_condition
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import CollateralSlice, Desk, LegPlan, Scope, Tier
from hedgewatch.core.scenarios import Scenario
from tests.support.builders import balance, desk, hedge, held, mark, market, read, rule, tiered
from tests.support.stories import Story, known, reason

BTC_COIN, BTC, ETH = "BTC/USD:BTC", "BTC/USDT:USDT", "ETH/USDT:USDT"
FLAT = (Tier(0.0, 0.01, 0.0),)
HALF_PERCENT = (Tier(0.0, 0.005, 0.0),)

Held = Callable[[float], PositionReading]


def _coin_pool(position: Held, wallet: float | None, price: float, size: float = 100.0) -> Story:
    """A book of Bitcoin's coin-margined contract of 100 dollars alone."""
    story = Story(on=desk(prices={}, holdings={}))
    funds = [] if wallet is None else [balance(wallet, "BTC")]
    story.at(0.0, market(BTC_COIN, contract_size=size), tiered(BTC_COIN, FLAT))
    story.at(0.0, read(position, wallet=None, balances=funds, regime="binance-coinm-cross"))
    story.at(0.0, mark(BTC_COIN, price))
    return story


def test_a_fully_collateralised_inverse_short_has_no_liquidation_price_anywhere() -> None:
    """500 contracts of 100 dollars sold at 50,000 against the bitcoin that they are worth."""
    story = _coin_pool(held(BTC_COIN, -500.0, 50_000.0), 1.0, 50_000.0)
    position, pool = story.position(BTC_COIN), story.pool("BTC")
    assert position.liquidation_price == position.liquidation_distance == inf
    assert (pool.shock_down, pool.shock_up, pool.shock_nearest) == (-inf, inf, inf)
    assert pool.equity == 1.0
    assert pool.maintenance_margin == pytest.approx(0.01)
    story.at(1.0, mark(BTC_COIN, 500_000.0))
    assert known(pool.margin_ratio) == pytest.approx(0.01)
    assert story.position(BTC_COIN).liquidation_price == inf


def test_an_inverse_short_with_less_than_its_coins_is_liquidated_upward() -> None:
    """W + Q/P - Q/E = m Q/P at P = Q (1 - m) / (Q/E - W): 49,500 / 0.5."""
    story = _coin_pool(held(BTC_COIN, -500.0, 50_000.0), 0.5, 50_000.0)
    position = story.position(BTC_COIN)
    assert position.liquidation_price == pytest.approx(99_000.0)
    assert position.liquidation_price_down == -inf
    assert position.liquidation_distance == pytest.approx(0.98)
    assert story.pool("BTC").shock_up == pytest.approx(0.98)


def test_a_coin_margined_long_loses_twice_and_is_liquidated_below() -> None:
    """W + Q/E - Q/P = m Q/P at P = Q (1 + m) / (W + Q/E): 50,500 / 1.5."""
    story = _coin_pool(held(BTC_COIN, 500.0, 50_000.0), 0.5, 50_000.0)
    assert story.position(BTC_COIN).liquidation_price == pytest.approx(50_500.0 / 1.5)
    assert story.pool("BTC").shock_down == pytest.approx(1.01 / 1.5 - 1.0)
    story.at(1.0, mark(BTC_COIN, 40_000.0))
    assert story.position(BTC_COIN).unrealized_pnl == pytest.approx(-0.25)
    assert story.pool("BTC").equity == pytest.approx(0.25)
    assert story.position(BTC_COIN).notional == pytest.approx(1.25)
    assert story.position(BTC_COIN).leverage == pytest.approx(5.0)


def test_an_isolated_coin_margined_long_is_liquidated_where_binance_said() -> None:
    """ccxt's recorded BTCUSD_PERP: its wallet is printed to 8 decimals, worth half a dollar."""
    alone = held(BTC_COIN, 2.0, 37_643.10000021, isolated=0.00268058)
    story = Story(on=desk(prices={}, holdings={}))
    story.at(0.0, market(BTC_COIN, contract_size=100.0), tiered(BTC_COIN, (Tier(0.0, 0.004, 0.0),)))
    story.at(0.0, read(alone, wallet=None, regime="binance-coinm-cross"), mark(BTC_COIN, 37_000.0))
    assert story.position(BTC_COIN).liquidation_price == pytest.approx(25_119.97445760, abs=0.5)
    assert story.pool(BTC_COIN).currency == "BTC"


def _priced(
    *coins: CollateralReading, account: str = "main"
) -> Callable[[float], CollateralPriced]:
    return lambda now: CollateralPriced(account, coins, now)


def _whole(
    *positions: Held, on: Desk | None = None, wallets: dict[str, float], rate: float = 0.95
) -> Story:
    """A multi-assets account: Bitcoin at 60,000 counts at `rate`, Tether at 1."""
    story = Story(on=on or desk(prices={}, holdings={}))
    for symbol, price in ((BTC, 60_000.0), (ETH, 3_000.0)):
        story.at(0.0, market(symbol), tiered(symbol, HALF_PERCENT), mark(symbol, price))
    funds = [balance(amount, coin) for coin, amount in wallets.items()]
    multi = "binance-usdm-multi-assets"
    story.at(0.0, read(*positions, wallet=None, balances=funds, regime=multi))
    bitcoin = CollateralReading(asset="BTC", price=60_000.0, slices=(CollateralSlice(inf, rate),))
    story.at(0.0, _priced(bitcoin, CollateralReading(asset="USDT", price=1.0)))
    story.at(0.0, *(mark(symbol, price) for symbol, price in ((BTC, 60_000.0), (ETH, 3_000.0))))
    return story


def test_a_delta_neutral_book_on_discounted_coins_is_liquidated_by_a_rise_all_the_same() -> None:
    """One bitcoin at 95 % beside its short: a rise gains 0.95 and loses 1 and what is asked.

    57,000 (1 + x) - 60,000 x = 300 (1 + x) at x = 56,700 / 3,300.
    """
    story = _whole(held(BTC, -1.0, 60_000.0), wallets={"BTC": 1.0})
    pool, position = story.pool("account"), story.position(BTC)
    assert pool.currency == "USD"
    assert pool.equity == pytest.approx(57_000.0)
    assert pool.shock_up == pytest.approx(56_700.0 / 3_300.0)
    assert pool.shock_down == -inf
    assert position.liquidation_price == pytest.approx(60_000.0 * (1.0 + 56_700.0 / 3_300.0))


@pytest.mark.parametrize(("in_coins", "counted"), [(True, 165_000.0), (False, 162_000.0)])
def test_slices_of_coins_end_at_the_same_coins_at_every_price(
    *, in_coins: bool, counted: float
) -> None:
    """Three bitcoins, the first at 95 %, the others at 90 %: 2.75 of them whatever they cost.

    165,000 (1 + x) - 140,000 + 6,000 x = 30 (1 + x) at x = -24,970 / 170,970. Were 60,000 dollars
    the end of the first slice, 90 % of all beyond it would go first: 3,000 stay whatever happens.
    """
    story = _whole(held(BTC, 0.1, 60_000.0), wallets={"BTC": 3.0, "USDT": -140_000.0})
    slices = (CollateralSlice(60_000.0, 0.95), CollateralSlice(inf, 0.9))
    bitcoin = CollateralReading(asset="BTC", price=60_000.0, slices=slices, in_coins=in_coins)
    story.at(1.0, _priced(bitcoin, CollateralReading(asset="USDT", price=1.0)))
    pool = story.pool("account")
    assert pool.equity == pytest.approx(25_000.0)
    line = (140_000.0 - 165_000.0 + 30.0) / (counted + 6_000.0 - 30.0)
    assert pool.shock_down == pytest.approx(line)


def test_what_is_owed_counts_in_full_while_what_is_owned_is_discounted() -> None:
    story = _whole(held(BTC, 1.0, 60_000.0), wallets={"BTC": 1.0, "USDT": -10_000.0})
    assert story.pool("account").equity == pytest.approx(0.95 * 60_000.0 - 10_000.0)
    story.at(1.0, mark(BTC, 50_000.0))
    assert story.pool("account").equity == pytest.approx(0.95 * 60_000.0 - 20_000.0)


def test_a_price_of_one_market_leaves_the_coins_of_another_where_they_are() -> None:
    """Short 10 ETH at 3,000 on one bitcoin: 57,000 - 10 (P - 3,000) = 0.05 P."""
    story = _whole(held(ETH, -10.0, 3_000.0), wallets={"BTC": 1.0})
    line = known(story.position(ETH).liquidation_price)
    assert line == pytest.approx(87_000.0 / 10.05)
    assert known(story.pool("account").shock_up) > line / 3_000.0 - 1.0


def test_a_coin_whose_price_the_venue_has_not_told_makes_the_whole_pool_unknown() -> None:
    story = _whole(held(BTC, -1.0, 60_000.0), wallets={"BTC": 1.0, "SOL": 5.0})
    assert reason(story.pool("account").margin_ratio) == "no collateral price of SOL yet"
    assert story.account().account_blind is True


def test_prices_of_coins_that_are_not_told_again_are_doubted_after_half_a_minute() -> None:
    story = _whole(held(BTC, -1.0, 60_000.0), wallets={"BTC": 1.0})
    again = read(
        held(BTC, -1.0, 60_000.0), wallet=None, balances=[balance(1.0, "BTC")],
        regime="binance-usdm-multi-assets",
    )  # fmt: skip
    story.advance(29.0, mark(BTC, 60_000.0), again)
    assert story.pool("account").equity == pytest.approx(57_000.0)
    story.advance(32.0, mark(BTC, 60_000.0), again)
    assert reason(story.pool("account").equity) == "no collateral prices for 30 s"
    assert story.account().account_blind is True


def test_an_account_that_becomes_whole_has_one_pool_and_ends_the_ones_before() -> None:
    story = Story(on=desk(prices={}, holdings={}))
    story.at(0.0, market(BTC), tiered(BTC, HALF_PERCENT), mark(BTC, 60_000.0))
    story.at(0.0, read(held(BTC, -1.0, 60_000.0)), mark(BTC, 60_000.0))
    assert set(story.account().pools) == {"USDT"}
    story.at(1.0, read(held(BTC, -1.0, 60_000.0), regime="binance-usdm-multi-assets"))
    assert set(story.account().pools) == {"account"}


def test_betas_bend_the_common_shock_and_leave_the_price_lines_alone() -> None:
    """Long 10 ETH at beta 1.5 in a pool of 5,000: 5,000 + 45,000 x = 150 (1 + 1.5 x)."""
    plain = desk(prices={}, holdings={})
    betas = Desk(instance="test", accounts=plain.accounts, betas={"ETH": 1.5})
    lines, shocks = [], []
    for on in (plain, betas):
        story = Story(on=on)
        story.at(0.0, market(ETH), tiered(ETH, HALF_PERCENT), mark(ETH, 3_000.0))
        story.at(0.0, read(held(ETH, 10.0, 3_000.0), wallet=5_000.0), mark(ETH, 3_000.0))
        lines.append(known(story.position(ETH).liquidation_price))
        shocks.append(known(story.pool().shock_down))
    assert lines[0] == pytest.approx(lines[1])
    assert shocks[1] == pytest.approx(-4_850.0 / (45_000.0 - 225.0))
    assert shocks[0] == pytest.approx(1.5 * shocks[1])


def _regime(
    name: str, *positions: Held, wallet: float = 1_000.0, fee: float | None = None
) -> Story:
    story = Story(on=desk(prices={}, holdings={}))
    story.at(0.0, market(ETH, taker_fee=fee), tiered(ETH, FLAT), mark(ETH, 3_000.0))
    story.at(0.0, read(*positions, wallet=wallet, regime=name), mark(ETH, 3_000.0))
    return story


def test_a_taker_fee_is_required_beside_the_maintenance_and_is_no_part_of_it() -> None:
    """OKX: equity is compared with maintenance + fee: 30 + 3,000 · 0.05 %."""
    story = _regime("okx-single-currency-cross", held(ETH, 1.0, 3_000.0), fee=0.0005)
    pool = story.pool()
    assert pool.maintenance_margin == pytest.approx(30.0)
    assert pool.margin_ratio == pytest.approx(31.5 / 1_000.0)
    assert pool.headroom == pytest.approx(968.5)
    assert story.position(ETH).liquidation_price == pytest.approx(2_000.0 / (1.0 - 0.0105))


def test_a_regime_with_a_fee_that_nobody_told_is_unknown_and_not_free() -> None:
    story = _regime("okx-single-currency-cross", held(ETH, 1.0, 3_000.0))
    assert reason(story.pool().margin_ratio) == f"no taker fee of {ETH} told"


def test_the_fee_of_the_account_counts_more_than_that_of_the_market() -> None:
    long = held(ETH, 1.0, 3_000.0)
    story = _regime(
        "okx-single-currency-cross",
        lambda said: replace(long(said), taker_fee=0.001),
        fee=0.0005,
    )
    assert story.pool().margin_ratio == pytest.approx(33.0 / 1_000.0)
    assert story.position(ETH).liquidation_price == pytest.approx(2_000.0 / (1.0 - 0.011))


def test_two_sides_that_are_netted_ask_for_the_larger_one_only() -> None:
    long, short = held(ETH, 2.0, 3_000.0, kind="long"), held(ETH, -1.0, 3_000.0, kind="short")
    netted = _regime("gate-cross", long, short, fee=0.0)
    plain = _regime("binance-usdm-cross", long, short)
    assert netted.pool().maintenance_margin == pytest.approx(60.0)
    assert plain.pool().maintenance_margin == pytest.approx(90.0)


def test_a_venue_that_nobody_studied_gets_no_number_of_ours() -> None:
    story = _regime("a venue of tomorrow", held(ETH, 1.0, 3_000.0))
    assert "not known" in reason(story.pool().margin_ratio)
    assert "not known" in reason(story.position(ETH).liquidation_distance)


def test_the_rate_of_a_position_by_its_size_is_that_of_its_contracts() -> None:
    """OKX's tiers go by contracts, whole: 1 % below 100 of them, 2 % from there."""
    by_size = (Tier(0.0, 0.01, 0.0), Tier(100.0, 0.02, 0.0))
    story = _regime("okx-single-currency-cross", held(ETH, 99.0, 3_000.0), wallet=90_000.0, fee=0.0)
    story.at(1.0, tiered(ETH, by_size), mark(ETH, 3_000.0))
    assert story.pool().maintenance_margin == pytest.approx(0.01 * 99 * 3_000.0)
    story.at(
        2.0, read(held(ETH, 100.0, 3_000.0), wallet=90_000.0, regime="okx-single-currency-cross")
    )
    assert story.pool().maintenance_margin == pytest.approx(0.02 * 100 * 3_000.0)


def _synthetic_dollar(contracts: float, price: float) -> Story:
    """One bitcoin in the account, its own contracts of 100 dollars sold against it at 50,000."""
    owned = LegPlan(account="main", asset="BTC")
    sold = LegPlan(account="main", symbol=BTC_COIN)
    story = Story(on=desk(hedge(owned, sold), prices={}, holdings={}))
    story.at(0.0, market(BTC_COIN, contract_size=100.0), tiered(BTC_COIN, FLAT))
    short = held(BTC_COIN, contracts, 50_000.0)
    funds = [balance(1.0, "BTC")]
    story.at(0.0, mark(BTC_COIN, 50_000.0))
    story.at(0.0, read(short, wallet=None, balances=funds, regime="binance-coinm-cross"))
    story.at(0.0, mark(BTC_COIN, price))
    return story


@pytest.mark.parametrize("price", [20_000.0, 50_000.0, 125_000.0])
def test_coins_and_the_inverse_short_that_they_back_stay_a_dollar_at_any_price(
    price: float,
) -> None:
    """Q/P of cover beside W + Q/P - Q/E of coins: covered at any price once it is at one."""
    story = _synthetic_dollar(-500.0, price)
    row = story.hedge()
    assert row.hedge_ratio == pytest.approx(1.0)
    assert row.residual_delta == pytest.approx(0.0, abs=1e-6)
    assert row.exposure_value == pytest.approx(50_000.0)
    assert row.cover_value == pytest.approx(-50_000.0)
    assert known(row.exposure_pnl) + known(row.cover_pnl) == pytest.approx(0.0, abs=1e-6)


def test_an_inverse_cover_that_is_too_small_says_how_many_contracts_are_missing() -> None:
    row = _synthetic_dollar(-300.0, 50_000.0).hedge()
    assert row.hedge_ratio == pytest.approx(0.6)
    assert row.required_contracts == pytest.approx(500.0)
    assert row.contracts_to_target == -200.0
    assert row.cover_pnl == 0.0


def _by_size(symbol: str, table: Tier, position: Held, wallet: float, price: float) -> Story:
    coin = symbol.rpartition(":")[2]
    story = Story(on=desk(prices={}, holdings={}))
    size = 10.0 if coin == "BTC" else 1.0
    story.at(0.0, market(symbol, contract_size=size), tiered(symbol, (table,)))
    kind = "deribit-inverse" if coin == "BTC" else "deribit-linear"
    story.at(0.0, read(position, wallet=None, balances=[balance(wallet, coin)], regime=kind))
    story.at(0.0, mark(symbol, price))
    return story


def test_deribits_rate_of_a_linear_position_grows_with_its_coins() -> None:
    """25 BTC at 100,000: 1 % + 25 · 0.005 %, published as 28,125 (support 25944738177565)."""
    table = Tier(0.0, 0.01, 0.0, growth=0.00005)
    story = _by_size(BTC, table, held(BTC, 25.0, 100_000.0), 500_000.0, 100_000.0)
    assert story.pool().maintenance_margin == pytest.approx(28_125.0)
    line = known(story.position(BTC).liquidation_price)
    assert line == pytest.approx((100_000.0 - 20_000.0) / (1.0 - 0.01125))


def test_deribits_inverse_requirement_is_quadratic_in_the_coins_and_its_line_the_root() -> None:
    """Long 1,000,000 dollars on 5 BTC: W + Q/E - Q u = m Q u + g (Q u)², u = 1/price."""
    table = Tier(0.0, 0.01, 0.0, growth=0.0001)
    story = _by_size(BTC_COIN, table, held(BTC_COIN, 100_000.0, 50_000.0), 5.0, 50_000.0)
    pool, position = story.pool("BTC"), story.position(BTC_COIN)
    assert pool.maintenance_margin == pytest.approx(20.0 * (0.01 + 0.0001 * 20.0))
    coins = 1_000_000.0 / known(position.liquidation_price)
    assert 5.0 + 20.0 - coins == pytest.approx(0.01 * coins + 0.0001 * coins**2)
    assert pool.shock_down == pytest.approx(known(position.liquidation_price) / 50_000.0 - 1.0)
    assert position.liquidation_price_up == inf
    story.at(1.0, mark(BTC_COIN, known(position.liquidation_price)))
    assert pool.headroom == pytest.approx(0.0, abs=1e-9)


def test_a_bent_requirement_beside_betas_is_unknown_and_not_guessed() -> None:
    plain = desk(prices={}, holdings={})
    story = Story(on=Desk(instance="test", accounts=plain.accounts, betas={"BTC": 2.0}))
    story.at(0.0, market(BTC_COIN, contract_size=10.0))
    story.at(0.0, tiered(BTC_COIN, (Tier(0.0, 0.01, 0.0, growth=0.0001),)))
    short = held(BTC_COIN, -1_000.0, 50_000.0)
    funds = [balance(1.0, "BTC")]
    story.at(0.0, read(short, wallet=None, balances=funds, regime="deribit-inverse"))
    story.at(0.0, mark(BTC_COIN, 50_000.0))
    assert reason(story.pool("BTC").margin_ratio).startswith("requirements that jump or bend")


def test_a_line_a_thousand_times_away_is_none_and_one_that_is_near_is_told() -> None:
    story = Story(on=desk(prices={}, holdings={}))
    story.at(0.0, market(ETH), tiered(ETH, FLAT), mark(ETH, 3_000.0))
    for wallet, line in ((2_000_000.0, 2_003_000.0 / 1.01), (9_000_000.0, inf)):
        story.at(0.0, read(held(ETH, -1.0, 3_000.0), wallet=wallet), mark(ETH, 3_000.0))
        assert story.position(ETH).liquidation_price == pytest.approx(line)
        story.at(0.0, read(held(ETH, 0.0), wallet=wallet))


def test_stress_of_a_bent_requirement_is_exact_after_every_small_move() -> None:
    table = Tier(0.0, 0.01, 0.0, growth=0.0001)
    deep = Scenario(name="down", title="a fall", common=-0.2)
    on = desk(prices={}, holdings={})
    names = symbols(Scope.POOL, ("down",))
    watched = replace(
        rule("Deep", Scope.POOL, "margin_ratio > 5"),
        expr=parse_condition('stressed_equity("down") < -100', names),
    )
    story = Story(watched, on=replace(on, scenarios=(deep,)))
    story.at(0.0, market(BTC_COIN, contract_size=10.0), tiered(BTC_COIN, (table,)))
    long, funds = held(BTC_COIN, 100_000.0, 50_000.0), [balance(15.0, "BTC")]
    story.at(0.0, read(long, wallet=None, balances=funds, regime="deribit-inverse"))
    for price in (50_000.0, 50_001.0, 50_003.0):
        story.at(1.0, mark(BTC_COIN, price))
        coins = 1_000_000.0 / (0.8 * price)
        ratio = (0.01 + 0.0001 * coins) * coins / (15.0 + 20.0 - coins)
        assert story.pool("BTC").stressed['stressed_margin_ratio("down")'] == pytest.approx(ratio)
