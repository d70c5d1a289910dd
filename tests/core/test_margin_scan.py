"""Rules that jump or bend: exact on their steps, and true to what defines them between."""

from bisect import bisect_right
from fractions import Fraction
from math import inf, isclose, isinf, nextafter, sqrt

from hypothesis import assume, given
from hypothesis import strategies as st

from hedgewatch.core.margin import (
    EMPTY,
    Edges,
    Leg,
    Scan,
    at_any_price,
    curve_of,
    growing,
    marginal,
    reciprocal,
    square_root,
    stepped,
    tier_of,
)
from hedgewatch.core.model import Tier
from tests.support.exact import Position
from tests.support.margin_books import hundredths, inverse, linear, together

JUMPS = (Tier(0.0, 0.01, 0.0), Tier(1_200.0, 0.5, 0.0))
"""Whole-position rates: at a notional of 1,200 the requirement jumps from 12 to 600."""


def _long(wallet: float) -> Scan:
    return Scan(wallet, [stepped(10.0, 100.0, JUMPS)], [1.0])


def test_where_the_rate_of_the_whole_position_steps_up_the_line_is_the_step_itself() -> None:
    low, high = _long(300.0).interval(now=100.0)
    assert isclose(low, 700.0 / 9.9)
    assert high == 120.0


def test_beyond_the_step_another_interval_is_safe_and_the_price_of_now_says_which() -> None:
    scan = _long(300.0)
    assert len(scan.intervals()) == 2
    assert scan.interval(now=150.0) == (140.0, inf)
    assert scan.interval(now=125.0)[1] == 120.0, "unsafe: the nearest safe prices are below"
    assert scan.interval(now=135.0)[0] == 140.0


def test_a_step_that_the_wallet_can_bear_is_no_line() -> None:
    low, high = _long(400.0).interval(now=100.0)
    assert isclose(low, 600.0 / 9.9)
    assert high == inf


def test_no_price_is_safe_when_a_short_owes_more_than_it_can_gain() -> None:
    assert Scan(-2_000.0, [stepped(-10.0, 100.0, JUMPS)], [1.0]).interval(100.0) == EMPTY


def test_an_inverse_position_steps_up_while_its_price_falls() -> None:
    table = (Tier(0.0, 0.01, 0.0), Tier(4.0, 0.9, 0.0))
    scan = Scan(5.0, [stepped(100_000.0, 50_000.0, table, inverse=True)], [1.0])
    low, high = reciprocal(scan.interval(now=1.0 / 50_000.0))
    assert isclose(low, 25_000.0)
    assert high == inf


def test_a_whole_position_has_the_tier_of_its_size_at_any_price() -> None:
    table = (Tier(0.0, 0.004, 0.0), Tier(501.0, 0.01, 0.0), Tier(1_001.0, 0.02, 0.0))
    assert [tier_of(table, size).rate for size in (1.0, 500.0, 501.0, 5_000.0)] == [
        0.004, 0.004, 0.01, 0.02,
    ]  # fmt: skip


@given(linear(together) | inverse, st.integers(-100_000, 400_000))
def test_a_marginal_table_scanned_is_the_marginal_table_solved(
    position: Position, money: int
) -> None:
    leg = position.leg()
    wallet = money / 50_000.0 if position.inverse else float(money)
    now = 1.0 / float(position.price) if position.inverse else float(position.price)
    found = Scan(wallet, [curve_of(leg)], [1.0]).interval(now)
    if position.inverse:
        solved = Edges([leg]).interval(0.0, (1.0,), wallet)
        found = reciprocal(found)
    else:
        solved = Edges([leg]).interval(wallet, (1.0,))
    for ours, theirs in zip(found, solved, strict=True):
        near = ours == theirs or isclose(ours, theirs, rel_tol=1e-9)
        assert near or not 1e-3 < min(abs(ours), abs(theirs)) < 1e9, (found, solved)


tables = st.lists(st.integers(1, 100), min_size=2, max_size=4, unique=True).flatmap(
    lambda floors: st.lists(
        st.integers(1, 60), min_size=len(floors), max_size=len(floors), unique=True
    ).map(
        lambda rates: tuple(
            (Fraction(floor), Fraction(rate, 100))
            for floor, rate in zip([0, *sorted(floors[1:])], sorted(rates), strict=True)
        )
    )
)


@given(
    st.lists(st.tuples(hundredths(-50, 50).filter(bool), tables), min_size=1, max_size=3),
    st.integers(-20, 100),
)
def test_between_the_edges_of_a_scan_the_surplus_is_positive_and_beyond_them_it_is_not(
    book: list[tuple[Fraction, tuple[tuple[Fraction, Fraction], ...]]], wallet: int
) -> None:
    """Positions entered at 10, priced from 0 to 1,000: each edge is a root, or a step."""

    def surplus(price: Fraction) -> Fraction:
        total = Fraction(wallet)
        for quantity, table in book:
            notional = abs(quantity) * price
            tier = bisect_right([floor for floor, _ in table], notional) - 1
            total += quantity * (price - 10) - table[tier][1] * notional
        return total

    curves = [
        stepped(float(q), 10.0, [Tier(float(floor), float(rate), 0.0) for floor, rate in table])
        for q, table in book
    ]
    scan = Scan(float(wallet), curves, [1.0] * len(curves))
    safe = scan.intervals()
    steps = {floor / abs(q) for q, table in book for floor, _ in table}
    inside = [Fraction(n, 16) for n in range(1, 2_000, 7)]
    for price in inside:
        edge = any(abs(float(price) - end) < 1e-6 for part in safe for end in part)
        expected = any(low < price < high for low, high in safe)
        assert edge or (surplus(price) > 0) is expected or abs(surplus(price)) < Fraction(1, 10**9)
    for end in (end for part in safe for end in part if 0.0 < end < inf):
        root = abs(surplus(Fraction(end))) < Fraction(1, 10**6) * (1 + Fraction(end))
        assert root or any(abs(float(step) - end) <= 1e-9 * end for step in steps)


@given(st.sampled_from([-1.0, 1.0]), st.floats(0.01, 100.0), st.floats(0.02, 0.5))
def test_a_square_root_rate_is_solved_to_adjacent_floats(
    side: float, size: float, share: float
) -> None:
    curve = square_root(side * size, 100.0, 0.02, 0.001)
    scan = Scan(share * size * 100.0, [curve], [1.0])
    assume(scan.at(100.0) > 0.0)
    low, high = scan.interval(100.0)
    assert low < 100.0 < high < inf
    for edge in (low, high):
        if not isinf(edge):
            notional = size * edge
            asked = max(0.02, 0.001 * sqrt(notional)) * notional
            left = share * size * 100.0 + side * size * (edge - 100.0) - asked
            assert abs(left) <= 1e-12 * (notional + size * 100.0)
    bends = (0.02 / 0.001) ** 2 / size
    if high > bends:
        assert scan.at(high) >= 0.0 > scan.at(nextafter(high, inf))


def test_a_square_root_rate_without_a_factor_is_the_base_rate() -> None:
    scan = Scan(300.0, [square_root(10.0, 100.0, 0.02, 0.0)], [1.0])
    assert scan.interval(100.0) == Edges([Leg(10.0, 100.0, at_any_price(0.02))]).interval(
        300.0, (1.0,)
    )


@given(st.sampled_from([-1, 1]), st.integers(1_000, 500_000), st.integers(1, 300))
def test_a_rate_that_grows_with_coins_is_liquidated_at_the_root_of_its_quadratic(
    side: int, face: int, hundredths_of_coins: int
) -> None:
    wallet = hundredths_of_coins / 100.0
    scan = Scan(wallet, [growing(side * float(face), 50_000.0, 0.01, 0.00005)], [1.0])
    now = 1.0 / 50_000.0
    assume(scan.at(now) > 1e-9)
    low, high = scan.interval(now)
    assert low < now < high < inf
    for u in (low, high):
        if not isinf(u):
            coins = face * u
            left = wallet + side * face * (now - u) - (0.01 + 0.00005 * coins) * coins
            assert abs(left) <= 1e-12 * (wallet + coins)


def test_several_markets_are_scanned_together_under_one_shock() -> None:
    legs = [Leg(10.0, 100.0, at_any_price(0.01)), Leg(-3.0, 50.0, marginal([(0.0, 0.02)]))]
    prices = [110.0, 45.0]
    scan = Scan(300.0, [curve_of(leg) for leg in legs], prices)
    low, high = scan.interval(1.0)
    wanted = Edges(legs).interval(300.0, prices)
    assert isclose(low, wanted[0])
    assert high == wanted[1] == inf


def test_the_value_of_a_curve_is_its_profit_and_what_it_is_asked() -> None:
    curve = stepped(10.0, 100.0, JUMPS)
    assert curve.value(110.0) == (100.0, 11.0)
    assert curve.value(120.0) == (200.0, 600.0)
    profit, asked = growing(100_000.0, 50_000.0, 0.01, 0.001).value(1.0 / 40_000.0)
    assert isclose(profit, -0.5)
    assert isclose(asked, 2.5 * (0.01 + 0.0025))
