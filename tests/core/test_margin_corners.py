"""The corners in which a liquidation price is easily wrong, worked by hand (margin.md §2.6)."""

from math import inf, isclose

import pytest

from hedgewatch.core.margin import (
    EMPTY,
    Account,
    Collateral,
    Discount,
    Edges,
    HeldLeg,
    Leg,
    Line,
    at_any_price,
    at_rate,
    marginal,
)
from hedgewatch.core.model import CollateralSlice

ONE_PERCENT = at_any_price(0.01)


def _alone(leg: Leg, wallet: float) -> tuple[float, float]:
    """Between which prices a wallet in the settle currency carries one leg."""
    if leg.inverse:
        return Edges([leg]).interval(0.0, (1.0,), wallet)
    return Edges([leg]).interval(wallet, (1.0,))


def _near(got: tuple[float, float], *wanted: float) -> bool:
    return all(isclose(a, b, rel_tol=1e-12) for a, b in zip(got, wanted, strict=True))


def test_a_long_whose_wallet_covers_its_notional_has_no_line() -> None:
    assert _alone(Leg(20.0, 3_000.0, ONE_PERCENT), 70_000.0) == (-inf, inf)


def test_a_short_has_an_upper_line_however_large_the_wallet() -> None:
    low, high = _alone(Leg(-1.0, 100.0, ONE_PERCENT), 1e9)
    assert _near((low, high), -inf, (1e9 + 100.0) / 1.01)


def test_a_fully_collateralised_inverse_short_is_a_dollar_and_has_no_line() -> None:
    short = Leg(-60_000.0, 60_000.0, at_any_price(0.005), inverse=True)
    assert _alone(short, 1.0) == (-inf, inf)
    assert _alone(short, 1.2) == (-inf, inf)
    assert _near(_alone(short, 0.5), -inf, 119_400.0)


def test_a_fully_collateralised_inverse_short_has_no_shock_either() -> None:
    short = HeldLeg(
        leg=Leg(-60_000.0, 60_000.0, at_any_price(0.005), inverse=True),
        market="BTCUSD", price=60_000.0, settle="BTC",
    )  # fmt: skip
    account = Account([short], [Collateral(coin="BTC", amount=1.0, price=60_000.0, beta=1.0)])
    assert account.shock() == (-inf, inf)
    assert account.price_interval("BTCUSD") == (-inf, inf)
    assert account.price_interval("BTCUSD", {"BTC"}) == (-inf, inf)


def test_equal_legs_of_a_hedge_are_liquidated_upward_by_the_growth_of_both_requirements() -> None:
    legs = [Leg(100.0, 1_000.0, ONE_PERCENT), Leg(-100.0, 1_000.0, ONE_PERCENT)]
    assert Edges(legs).interval(6_000.0, (1.0, 1.0)) == (-inf, 3_000.0)


def test_a_net_long_inside_a_large_gross_has_only_an_upper_line() -> None:
    legs = [Leg(101.0, 1_000.0, ONE_PERCENT), Leg(-100.0, 1_000.0, ONE_PERCENT)]
    low, high = Edges(legs).interval(6_000.0, (1.0, 1.0))
    assert _near((low, high), -inf, 5_000.0 / 1.01)


def test_a_hedge_with_steep_tiers_is_liquidated_on_both_sides() -> None:
    steep = marginal([(0.0, 0.1), (60_000.0, 0.5)])
    legs = [Leg(60.0, 1_000.0, steep), Leg(-40.0, 1_000.0, steep)]
    low, high = Edges(legs).interval(12_000.0, (1.0, 1.0))
    assert _near((low, high), 800.0, 8_000.0 / 7.0)


def test_a_position_that_is_liquidatable_already_lies_outside_its_interval() -> None:
    low, high = _alone(Leg(1.0, 40.0, at_any_price(0.2)), 0.4)
    assert _near((low, high), 49.5, inf)
    assert _alone(Leg(-1.0, 40.0, at_any_price(0.2)), -50.0) == EMPTY


def test_a_position_of_nothing_has_no_line_and_divides_nothing() -> None:
    for inverse in (False, True):
        flat = Leg(0.0, 0.0, ONE_PERCENT, inverse=inverse)
        assert flat.value(100.0, flat.piece_at(100.0)) == (0.0, 0.0)
        assert _alone(flat, 5.0) == (-inf, inf)
    assert Edges([Leg(0.0, 0.0, ONE_PERCENT)]).interval(-5.0, (1.0,)) == EMPTY
    assert Edges([]).interval(5.0, ()) == (-inf, inf)


def test_the_tier_is_that_of_the_price_of_liquidation_below_and_above_that_of_now() -> None:
    table = marginal([(0.0, 0.01), (1_000.0, 0.05), (2_000.0, 0.1)])
    falling, rising = Leg(10.0, 110.0, table), Leg(-10.0, 110.0, table)
    assert falling.piece_at(110.0) == rising.piece_at(110.0) == 1
    assert _near(_alone(falling, 300.0), 800.0 / 9.9, inf)
    assert _near(_alone(rising, 2_000.0), -inf, (3_100.0 + 140.0) / 11.0)


def test_a_hedge_all_but_even_has_no_line_rather_than_one_beyond_reason() -> None:
    free = at_any_price(0.0)
    legs = [Leg(100.0, 1_000.0, free), Leg(-100.00000001, 1_000.0, free)]
    edges = Edges(legs)
    assert edges.interval(6_000.0, (1.0, 1.0)) == (-inf, inf)
    assert edges.interval(6_000.0, (1.0, 1.0)) == (-inf, inf), "nor the second time it is asked"
    assert edges.interval(-6_000.0, (1.0, 1.0)) == EMPTY


def test_a_short_against_discounted_coins_is_liquidated_upward_though_its_delta_is_zero() -> None:
    short = HeldLeg(
        leg=Leg(-2.0, 50_000.0, ONE_PERCENT), market="BTC", price=50_000.0, settle="USDT"
    )
    coins = [
        Collateral(coin="BTC", amount=2.0, price=50_000.0, beta=1.0, discount=at_rate(0.95)),
        Collateral(coin="USDT", amount=0.0, price=1.0),
    ]
    account = Account([short], coins)
    assert (account.equity, account.requirement, account.headroom) == (95_000.0, 1_000.0, 94_000.0)
    assert _near(account.shock(), -inf, 94.0 / 6.0)
    assert _near(account.price_interval("BTC", {"BTC"}), -inf, 50_000.0 * 100.0 / 6.0)
    assert _near(account.price_interval("BTC"), -inf, (95_000.0 + 100_000.0) / 2.02)


def test_the_requirement_is_that_at_the_line_and_not_frozen_at_the_mark() -> None:
    low, high = _alone(Leg(-10.0, 100.0, at_any_price(0.05)), 200.0)
    assert _near((low, high), -inf, 1_200.0 / 10.5)
    assert high < 115.0, "where a requirement frozen at 50 would put it"


def test_a_portfolio_is_liquidated_while_its_equity_still_exceeds_its_maintenance() -> None:
    leg = Leg(10.0, 100.0, at_any_price(0.1), theta=1.05)
    low, _ = _alone(leg, 300.0)
    assert isclose(low, 700.0 / 8.95, rel_tol=1e-12)
    assert leg.maintenance(100.0, 0) == 100.0
    assert _near(leg.value(100.0, 0), 0.0, 105.0)


def test_fees_of_liquidation_and_of_closing_at_entry_stand_beside_the_maintenance() -> None:
    leg = Leg(-10.0, 100.0, at_any_price(0.01), fee=0.001, fixed=0.5)
    assert isclose(leg.maintenance(120.0, 0), 12.5)
    assert _near(leg.value(120.0, 0), -200.0, 1.2 + 12.5)
    assert _near(_alone(leg, 300.0), -inf, (1_300.0 - 0.5) / 10.11)


def test_an_inverse_long_climbs_the_tiers_as_its_price_falls() -> None:
    leg = Leg(100_000.0, 50_000.0, marginal([(0.0, 0.01), (4.0, 0.5)]), inverse=True)
    assert leg.piece_at(50_000.0) == 1
    assert leg.piece_at(20_000.0) == 0
    assert leg.starts == (0.0, 25_000.0)
    low, high = _alone(leg, 5.0)
    assert _near((low, high), 150_000.0 / (5.0 + 2.0 + 1.96), inf)


def test_coins_count_slice_by_slice_and_what_is_owed_counts_in_full() -> None:
    million = 1e6
    slices = [(5 * million, 1.0), (10 * million, 0.975), (inf, 0.95)]
    discount = Discount([CollateralSlice(*row) for row in slices])
    assert isclose(discount.counted(12 * million), 11.775 * million)
    assert discount.counted(-100.0) == -100.0
    assert isclose(at_rate(0.95, owed=1.05).counted(-100.0), -105.0)
    bounded = Discount([CollateralSlice(100.0, 0.5)])
    assert bounded.counted(300.0) == 50.0, "nothing counts above the last slice"


def test_a_discount_that_favours_more_of_a_coin_is_refused() -> None:
    for slices in ([(10.0, 0.9), (inf, 0.95)], [(inf, 1.1)], [(20.0, 0.9), (10.0, 0.8)]):
        with pytest.raises(ValueError, match="more of a coin"):
            Discount([CollateralSlice(*row) for row in slices])


@pytest.mark.parametrize(("inside", "equity"), [(True, 49_500.0), (False, 50_000.0)])
def test_profit_is_discounted_with_its_coin_or_counts_in_full_beside_it(
    *, inside: bool, equity: float
) -> None:
    long = HeldLeg(
        leg=Leg(50_000.0, 500_000.0 / 11.0, ONE_PERCENT, inverse=True),
        market="BTCUSD", price=50_000.0, settle="BTC",
    )  # fmt: skip
    coin = Collateral(coin="BTC", amount=1.0, price=50_000.0, beta=1.0, discount=at_rate(0.9))
    account = Account([long], [coin], profit_inside=inside)
    assert isclose(account.equity, equity)


def test_a_loan_of_a_coin_asks_margin_of_its_own_that_moves_with_the_coin() -> None:
    coins = [
        Collateral(coin="BTC", amount=-1.0, price=50_000.0, beta=1.0, charge=0.1),
        Collateral(coin="USDT", amount=80_000.0, price=1.0),
    ]
    account = Account([], coins, theta=1.05)
    assert account.equity == 30_000.0
    assert account.maintenance == 5_000.0
    assert isclose(account.requirement, 5_250.0)
    assert _near(account.shock(), -inf, 80_000.0 / 55_250.0 - 1.0)


def test_a_shock_that_would_take_a_price_below_nothing_is_none() -> None:
    double = HeldLeg(
        leg=Leg(10.0, 100.0, ONE_PERCENT), market="X", price=100.0, settle="USDT", beta=2.0
    )
    low_at = {900.0: (100.0 / 990.0 - 1.0) / 2.0, 1_100.0: -inf}
    for wallet, low in low_at.items():
        account = Account([double], [Collateral(coin="USDT", amount=wallet, price=1.0)])
        assert _near(account.shock(), low, inf)


def test_what_moves_against_the_market_is_hurt_on_the_other_side_of_the_shock() -> None:
    against = HeldLeg(
        leg=Leg(10.0, 100.0, ONE_PERCENT), market="X", price=100.0, settle="USDT", beta=-1.0
    )
    account = Account([against], [Collateral(coin="USDT", amount=505.0, price=1.0)])
    assert _near(account.shock(), -inf, 0.5)


def test_markets_that_no_straight_line_can_describe_are_refused_by_name() -> None:
    leg = Leg(1.0, 100.0, ONE_PERCENT)
    linear = HeldLeg(leg=leg, market="ETH/BTC", price=100.0, settle="BTC")
    inverse = HeldLeg(
        leg=Leg(100.0, 100.0, ONE_PERCENT, inverse=True),
        market="BTCUSD", price=100.0, settle="BTC", beta=0.5,
    )  # fmt: skip
    coin = Collateral(coin="BTC", amount=1.0, price=100.0, beta=1.0)
    with pytest.raises(ValueError, match="ETH/BTC is linear"):
        Account([linear], [coin]).shock()
    with pytest.raises(ValueError, match="BTCUSD is inverse"):
        Account([inverse], [coin]).shock()
    with pytest.raises(ValueError, match="BTCUSD is inverse"):
        Account([inverse], [coin]).price_interval("BTCUSD", {"ETH"})


def test_only_the_larger_side_of_an_underlying_is_asked_where_the_venue_nets() -> None:
    def held(market: str, quantity: float) -> HeldLeg:
        leg = Leg(quantity, 100.0, at_any_price(0.1))
        return HeldLeg(leg=leg, market=market, price=100.0, settle="USD", netting="X")

    coins = [Collateral(coin="USD", amount=300.0, price=1.0)]
    account = Account([held("X1", 10.0), held("X2", -8.0)], coins)
    assert isclose(account.requirement, 100.0)
    low, high = account.shock()
    assert _near((low, high), -inf, inf), "300 + 200·x − 100·(1+x), positive above −1"
    low, high = account.price_interval("X2")
    assert _near((low, high), -inf, (300.0 + 800.0) / 8.8), "where the short has become the larger"


def test_a_line_remembers_its_tier_and_still_answers_as_if_it_did_not() -> None:
    line = Line(Leg(10.0, 110.0, marginal([(0.0, 0.01), (1_000.0, 0.05)])))
    for wallet in (300.0, 50.0, 300.0, 1_200.0, 5.0):
        assert line.interval(wallet) == Line(line.leg).interval(wallet)
