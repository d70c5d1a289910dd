"""What a venue may say that breaks a number: then it is unknown, and the daemon stands."""

from collections.abc import Callable
from dataclasses import replace
from math import inf, nan

import pytest

from hedgewatch.core.alert_model import AlertState
from hedgewatch.core.events import (
    AccountRead,
    CollateralPriced,
    CollateralReading,
    MarketDefined,
    PositionReading,
)
from hedgewatch.core.margin.regimes import REGIMES
from hedgewatch.core.model import CollateralSlice, Desk, LegPlan, Scope, Unknown
from hedgewatch.core.rules import Rule
from tests.support.builders import (
    Said,
    balance,
    desk,
    hedge,
    held,
    mark,
    market,
    paid,
    read,
    rule,
    tiered,
    told,
)
from tests.support.stories import Story, known, reason

BTC, ETH, BTC_COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
MULTI = "binance-usdm-multi-assets"
USDT = CollateralReading(asset="USDT", price=1.0)
BITCOIN = CollateralReading(asset="BTC", price=60_000.0, slices=(CollateralSlice(inf, 0.95),))
HOT = rule("Hot", Scope.POOL, "margin_ratio > 5%", summary="{margin_ratio}")


def _priced(*coins: CollateralReading) -> CollateralPriced:
    return CollateralPriced("main", coins, 0.0)


def _story(*rules: Rule, on: Desk | None = None) -> Story:
    story = Story(*rules, on=on or desk(prices={}, holdings={}))
    for symbol in (BTC, ETH, BTC_COIN):
        size = 100.0 if symbol == BTC_COIN else 1.0
        story.at(0.0, market(symbol, contract_size=size, taker_fee=0.0005), tiered(symbol))
    return story


def _whole(*rules: Rule, on: Desk | None = None) -> Story:
    """One bitcoin and 1,000 USDT behind a short of one bitcoin and a long of one ether."""
    story = _story(*rules, on=on)
    story.at(0.0, _whole_reading, _priced(BITCOIN, USDT), mark(BTC, 60_000.0), mark(ETH, 3_000.0))
    return story


LEGS = held(BTC, -1.0, 60_000.0), held(ETH, 1.0, 3_000.0)
FUNDS = balance(1.0, "BTC"), balance(1_000.0)
_whole_reading = read(*LEGS, wallet=None, balances=FUNDS, regime=MULTI)


def test_a_settle_coin_that_its_owner_lets_move_leaves_only_the_shocks_unknown() -> None:
    plain = desk(prices={}, holdings={})
    story = _whole(on=replace(plain, betas={"USDT": 0.05}))
    pool = story.pool("account")
    assert "USDT" in reason(pool.shock_down)
    assert isinstance(pool.shock_up, Unknown)
    assert isinstance(pool.shock_nearest, Unknown)
    assert known(pool.margin_ratio) > 0.0
    assert known(story.position(BTC).liquidation_price) > 60_000.0


def test_a_settle_coin_that_is_no_known_stable_coin_stops_nothing() -> None:
    other = "BTC/XAUT:XAUT"
    story = _story()
    gold = CollateralReading(asset="XAUT", price=1.1)
    story.at(0.0, market(other), tiered(other))
    story.at(0.0, read(held(other, 1.0, 50_000.0), wallet=None, balances=[balance(9e4, "XAUT")],
                       regime="kraken-futures-multi-collateral"))  # fmt: skip
    story.at(0.0, _priced(gold), mark(other, 50_000.0))
    assert isinstance(story.pool("account").shock_down, Unknown)
    assert known(story.pool("account").equity) == pytest.approx(99_000.0)


@pytest.mark.parametrize("price", [0.0, -1.0, nan, inf])
def test_a_collateral_price_that_nothing_can_have_is_none(price: float) -> None:
    story = _whole()
    story.at(1.0, _priced(replace(BITCOIN, price=price), USDT))
    assert reason(story.pool("account").equity) == "no collateral price of BTC yet"
    story.at(2.0, _priced(BITCOIN, USDT))
    assert known(story.pool("account").equity) == pytest.approx(58_000.0)


@pytest.mark.parametrize(
    "slices",
    [
        (CollateralSlice(100.0, 0.5), CollateralSlice(inf, 0.9)),
        (CollateralSlice(inf, 1.2),),
        (CollateralSlice(inf, nan),),
        (CollateralSlice(9.0, 0.9), CollateralSlice(5.0, 0.8)),
    ],
)
def test_slices_that_make_no_sense_leave_the_coin_without_a_price(
    slices: tuple[CollateralSlice, ...],
) -> None:
    story = _whole()
    story.at(1.0, _priced(replace(BITCOIN, slices=slices), USDT))
    assert reason(story.pool("account").equity) == "no collateral price of BTC yet"


def test_a_coin_that_the_venue_no_longer_prices_does_not_keep_its_last_price() -> None:
    story = _whole()
    story.at(1.0, _priced(USDT))
    assert reason(story.pool("account").equity) == "no collateral price of BTC yet"


@pytest.mark.parametrize("price", [0.0, -5.0, nan, inf])
def test_a_mark_that_nothing_can_cost_is_not_taken(price: float) -> None:
    story = _whole()
    before = story.pool("account").headroom
    story.at(1.0, mark(BTC, price))
    assert story.pool("account").headroom == before
    assert story.market(BTC).price == 60_000.0


@pytest.mark.parametrize("entry", [0.0, -1.0, nan, inf])
@pytest.mark.parametrize("symbol", [BTC, BTC_COIN])
def test_a_position_without_a_usable_entry_price_is_unknown(symbol: str, entry: float) -> None:
    story = _story()
    funds = balance(1.0, "BTC"), balance(1_000.0)
    story.at(0.0, mark(symbol, 60_000.0))
    story.at(0.0, read(held(symbol, 1.0, entry), wallet=None, balances=funds))
    story.at(0.0, mark(symbol, 60_000.0))
    pool = story.position(symbol).pool
    assert pool is not None
    assert isinstance(pool.margin_ratio, Unknown)
    assert isinstance(story.position(symbol).liquidation_distance, Unknown)


@pytest.mark.parametrize("amount", [nan, inf, -inf])
def test_an_amount_that_is_no_number_is_not_believed(amount: float) -> None:
    story = _whole()
    for second in range(1, 4):
        story.at(float(second), paid(balance(amount)), told(held(BTC, amount, 60_000.0)))
        story.at(float(second), read(
            held(BTC, amount, 60_000.0), LEGS[1], wallet=None,
            balances=(balance(amount), FUNDS[0]), regime=MULTI,
        ))  # fmt: skip
        assert story.after.confirm == ("main",)
    assert story.account().balances["USDT"].cross_wallet == 1_000.0
    assert story.position(BTC).contracts == -1.0
    assert story.account().read_at == story.start


def test_a_quanto_contract_is_no_inverse_one() -> None:
    quanto = "ETH/USD:BTC"
    story = _story()
    story.at(0.0, market(quanto), tiered(quanto), mark(quanto, 3_000.0))
    story.at(0.0, read(held(quanto, 1.0, 3_000.0), wallet=None, balances=[balance(1.0, "BTC")]))
    story.at(0.0, mark(quanto, 3_000.0))
    assert "settle" in reason(story.pool("BTC").margin_ratio)


def test_coins_behind_contracts_without_tiers_are_worth_nobody_knows_how_much() -> None:
    owned, sold = LegPlan(account="main", asset="BTC"), LegPlan(account="main", symbol=BTC_COIN)
    story = Story(on=desk(hedge(owned, sold), prices={}, holdings={}))
    story.at(0.0, market(BTC_COIN, contract_size=100.0), mark(BTC_COIN, 50_000.0))
    story.at(0.0, read(held(BTC_COIN, -500.0, 40_000.0), wallet=None,
                       balances=[balance(1.0, "BTC")], regime="binance-coinm-cross"))  # fmt: skip
    story.at(0.0, mark(BTC_COIN, 50_000.0))
    assert "tiers" in reason(story.hedge().hedge_ratio)
    story.at(1.0, tiered(BTC_COIN), mark(BTC_COIN, 50_000.0))
    assert known(story.hedge().cover_value) == -50_000.0
    assert known(story.hedge().exposure_value) == pytest.approx(50_000.0 * (1.0 + 1.0 - 1.25))


def test_the_profit_of_an_inverse_cover_needs_no_tiers() -> None:
    """50,000 dollars sold at 40,000 are 1.25 bitcoin, bought back at 50,000 for 1."""
    owned, sold = LegPlan(wallet="cold", asset="BTC"), LegPlan(account="main", symbol=BTC_COIN)
    story = Story(on=desk(hedge(owned, sold), prices={"BTC": BTC_COIN}, holdings={"BTC": 1.0}))
    story.at(0.0, market(BTC_COIN, contract_size=100.0), mark(BTC_COIN, 50_000.0))
    story.at(0.0, read(held(BTC_COIN, -500.0, 40_000.0), wallet=None,
                       balances=[balance(1.0, "BTC")], regime="binance-coinm-cross"))  # fmt: skip
    story.at(0.0, mark(BTC_COIN, 50_000.0))
    assert known(story.hedge().cover_pnl) == pytest.approx(-0.25 * 50_000.0)


def test_a_leverage_that_alone_changes_moves_the_lines_that_depend_on_it() -> None:
    """Bybit's fee to close: a hundred times leveraged it is at 0.99 of the entry, else at 0."""
    lines = []
    for first, then in ((1.0, 100.0), (100.0, 100.0)):
        story = _story()
        story.at(0.0, _isolated(first), mark(BTC, 60_000.0))
        story.at(1.0, _isolated(then), mark(BTC, 60_000.0))
        lines.append(known(story.position(BTC).liquidation_price))
    assert lines[0] == lines[1]


def _isolated(leverage: float) -> Said:
    def said(now: float) -> AccountRead:
        return AccountRead(
            account="main",
            positions=(
                PositionReading(
                    symbol=BTC, kind="net", contracts=1.0, entry_price=60_000.0, venue_time=now,
                    isolated_wallet=10_000.0, leverage=leverage,
                ),
            ),
            balances=(balance(1_000.0)(now),),
            cross_regime=REGIMES["binance-usdm-cross"],
            isolated_regime=REGIMES["bybit-linear-isolated"],
        )  # fmt: skip

    return said


def test_a_market_redefined_from_linear_to_inverse_is_valued_as_what_it_is_now() -> None:
    story = _story()
    story.at(0.0, read(held(BTC, 1.0, 60_000.0), wallet=100_000.0), mark(BTC, 60_000.0))
    linear = story.market(BTC).market
    assert linear is not None
    turned = replace(linear, linear=False, settle="BTC", quote="USD", contract_size=100.0)
    story.at(1.0, MarketDefined(turned), mark(BTC, 60_000.0))
    assert story.position(BTC).pool is story.pool("BTC")
    assert reason(story.pool("BTC").margin_ratio) == f"the size of {BTC} changed"
    story.at(1.2, read(held(BTC, 1.0, 60_000.0), wallet=100_000.0), mark(BTC, 60_000.0))
    assert reason(story.pool("BTC").margin_ratio) == "no balance of BTC yet"
    story.at(1.5, paid(balance(1.0, "BTC")), mark(BTC, 30_000.0))
    assert story.position(BTC).unrealized_pnl == pytest.approx(-100.0 / 60_000.0)
    assert not story.pool("USDT").positions


def test_a_coin_that_left_a_whole_account_is_believed_gone_at_the_second_reading() -> None:
    """Positions stand on the rest: that it is listed no more is no reason to be blind."""
    story = _whole()
    rest = read(*LEGS, wallet=None, balances=[balance(90_000.0)], regime=MULTI)
    story.at(1.0, rest)
    assert known(story.pool("account").equity) == pytest.approx(57_000.0 + 90_000.0)
    story.at(2.0, rest)
    assert known(story.pool("account").equity) == pytest.approx(90_000.0)
    assert story.account().read_at == story.now


def test_a_whole_account_that_lists_no_coin_at_all_is_not_believed() -> None:
    story = _whole()
    for second in range(1, 4):
        story.at(float(second), read(*LEGS, wallet=None, regime=MULTI))
    assert known(story.pool("account").equity) == pytest.approx(58_000.0)
    assert story.account().read_at == story.start


def _whole_of(*positions: Callable[[float], PositionReading], maintenance: float) -> Said:
    reading = read(*positions, wallet=None, balances=FUNDS, margin=3_000.0, regime=MULTI)

    def said(now: float) -> AccountRead:
        event = reading(now)
        assert isinstance(event, AccountRead)
        return replace(event, maintenance_margin=maintenance)

    return said


def test_a_position_that_left_a_whole_account_with_its_margin_is_gone() -> None:
    """600 for the bitcoin, 30 for the ether; the venue's total follows the ether away."""
    story = _whole()
    story.at(1.0, _whole_of(*LEGS, maintenance=630.0))
    story.at(2.0, _whole_of(LEGS[0], maintenance=600.0))
    story.at(3.0, _whole_of(LEGS[0], maintenance=600.0))
    assert story.position(ETH).contracts == 0.0
    assert story.position(ETH).position_vanished is False
    assert story.account().read_at == story.now


def test_a_position_that_left_a_whole_account_without_its_margin_vanished() -> None:
    story = _whole()
    for second, legs in enumerate((LEGS, LEGS[:1], LEGS[:1])):
        story.at(1.0 + second, _whole_of(*legs, maintenance=630.0))
    assert story.position(ETH).contracts == 1.0
    assert story.position(ETH).position_vanished is True


def test_an_empty_whole_account_is_not_vouched_for_by_old_prices_of_its_coins() -> None:
    story = _story()
    asked = read(wallet=None, balances=FUNDS, regime=MULTI)
    story.at(0.0, asked, _priced(BITCOIN, USDT))
    assert known(story.pool("account").equity) == pytest.approx(58_000.0)
    story.advance(29.0)
    story.at(29.5, asked)
    story.advance(32.0)
    assert reason(story.pool("account").equity) == "no collateral prices for 30 s"
    story.at(33.0, _priced(BITCOIN, USDT))
    assert known(story.pool("account").equity) == pytest.approx(58_000.0)


def test_a_whole_account_that_loses_its_last_position_is_worth_its_coins() -> None:
    story = _whole()
    story.at(1.0, told(held(BTC, 0.0)), told(held(ETH, 0.0)))
    pool = story.pool("account")
    assert (pool.margin_ratio, pool.shock_down, pool.shock_up) == (0.0, -inf, inf)
    assert pool.equity == pytest.approx(58_000.0)


def test_an_isolated_position_beside_a_whole_account_stands_on_its_own_wallet() -> None:
    story = _whole()
    before = story.pool("account").equity
    story.at(1.0, told(held("BTC/USDC:USDC", 1.0, 60_000.0, isolated=6_000.0)))
    alone = "BTC/USDC:USDC"
    story.at(1.0, market(alone), tiered(alone), mark(alone, 60_000.0))
    assert story.pool(alone).equity == pytest.approx(6_000.0)
    assert story.pool(alone).currency == "USDC"
    assert story.position(alone).liquidation_price == pytest.approx(54_000.0 / 0.99)
    assert story.pool("account").equity == before


def test_a_thousand_at_a_time_moves_with_the_coin_that_backs_it() -> None:
    """Short 1000PEPE on PEPE that counts 0.5: 0.5 · 40,000 y - 10,000 (y - 1) never runs out."""
    pepe = "1000PEPE/USDT:USDT"
    story = _story()
    coins = CollateralReading(asset="PEPE", price=1e-5, slices=(CollateralSlice(inf, 0.5),))
    story.at(0.0, market(pepe), tiered(pepe), mark(pepe, 0.01))
    story.at(0.0, read(held(pepe, -1e6, 0.01), wallet=None, balances=[balance(4e9, "PEPE")],
                       regime=MULTI))  # fmt: skip
    story.at(0.0, _priced(coins, USDT), mark(pepe, 0.01))
    assert story.pool("account").equity == pytest.approx(20_000.0)
    assert story.position(pepe).liquidation_price == inf


def test_two_accounts_of_one_venue_keep_their_own_regimes() -> None:
    story = _story(on=desk(prices={}, holdings={}, accounts=("main", "other")))
    story.at(0.0, *(tiered(symbol, account="other") for symbol in (BTC, ETH)))
    story.at(0.0, _whole_reading, _priced(BITCOIN, USDT))
    single = read(*LEGS, wallet=5_000.0, account="other")
    story.at(0.0, single, mark(BTC, 60_000.0), mark(ETH, 3_000.0))
    story.at(1.0, mark(BTC, 61_000.0))
    assert story.pool("account").equity == pytest.approx(57_000.0)
    assert story.account("other").pools["USDT"].equity == pytest.approx(4_000.0)


def test_a_reload_that_changes_betas_alone_bends_the_shocks_at_once() -> None:
    plain = desk(prices={}, holdings={})
    story = _story(on=plain)
    story.at(0.0, read(held(ETH, 10.0, 3_000.0), wallet=5_000.0), mark(ETH, 3_000.0))
    before = known(story.pool().shock_down)
    story.reload(on=replace(plain, betas={"ETH": 1.5}))
    assert known(story.pool().shock_down) == pytest.approx(before / 1.5)
    story.reload(on=plain)
    assert known(story.pool().shock_down) == pytest.approx(before)


def _hot_account(*, whole: bool = True) -> Story:
    """Long one bitcoin: asked 600 of 3,000."""
    story = _story(HOT)
    story.at(0.0, _long(whole=whole), _priced(BITCOIN, USDT), mark(BTC, 60_000.0))
    assert story.firing() == {"Hot"}
    return story


def _long(*, whole: bool, regime: str = "") -> Said:
    name = regime or (MULTI if whole else "binance-usdm-cross")
    return read(held(BTC, 1.0, 60_000.0), wallet=3_000.0, regime=name)


def test_a_mode_that_turns_unknown_and_back_holds_the_alert_of_the_whole_account() -> None:
    story = _hot_account()
    episode = story.record("Hot").episode
    for second in range(1, 4):
        story.at(float(second), _long(whole=True, regime="who knows"), mark(BTC, 60_000.0))
    assert story.firing() == {"Hot"}
    assert isinstance(story.pool("account").margin_ratio, Unknown)
    assert story.account().account_blind is True
    story.at(4.0, _long(whole=True), mark(BTC, 60_000.0))
    assert story.record("Hot").episode == episode
    assert [told.state for told in story.told] == [AlertState.FIRING]


def test_a_restart_into_an_unknown_mode_gives_no_alert_of_a_pool_up() -> None:
    story = _hot_account()
    heir = story.restarted(5.0)
    heir.at(0.0, market(BTC), tiered(BTC))
    for second in range(4):
        heir.at(float(second), _long(whole=True, regime="who knows"), mark(BTC, 60_000.0))
        heir.advance(second + 0.5)
    assert heir.firing() == {"Hot"}
    heir.at(5.0, _long(whole=True), _priced(USDT, BITCOIN), mark(BTC, 60_000.0))
    assert heir.record("Hot").episode == story.record("Hot").episode
    assert not heir.told


def test_a_switch_to_one_pool_ends_the_alert_of_the_old_and_fires_on_the_new_at_once() -> None:
    story = _hot_account(whole=False)
    said = story.at(1.0, _long(whole=True), mark(BTC, 60_000.0))
    assert said == ["Hot ended(regrouped)", "Hot firing"]
    assert str(story.record("Hot").subject) == "main/account"
    assert story.at(2.0, _long(whole=False), mark(BTC, 60_000.0)) == [
        "Hot ended(regrouped)", "Hot firing"
    ]  # fmt: skip
    assert str(story.record("Hot").subject) == "main/USDT"


def test_a_restart_into_another_mode_says_that_nobody_knows_what_became_of_the_old_pool() -> None:
    story = _hot_account(whole=False)
    heir = story.restarted(5.0)
    heir.at(0.0, market(BTC), tiered(BTC), _priced(BITCOIN, USDT))
    said: list[str] = []
    for second in range(3):
        said += heir.at(float(second), _long(whole=True), mark(BTC, 60_000.0))
        said += heir.advance(second + 0.5)
    assert sorted(said) == ["Hot ended(unknown)", "Hot firing"]
