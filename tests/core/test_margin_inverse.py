"""Coin-margined markets on the fast way: their formula, their walk and their exact edges agree."""

from dataclasses import replace
from fractions import Fraction
from math import inf, isclose, isinf

from hypothesis import assume, given
from hypothesis import strategies as st

from hedgewatch.core.margin import EMPTY, Account, Collateral, Edges
from tests.support.exact import ONE, ZERO, Coin, Pool, Position, walk
from tests.support.margin_books import IN_FULL, inverse, linear, together

wallets = st.integers(-200, 2_000).map(lambda n: Fraction(n, 100))
one_price = st.tuples(inverse, inverse).map(
    lambda two: (two[0], replace(two[1], price=two[0].price))
)
"""Two positions of one market."""


def _coins(positions: tuple[Position, ...], wallet: Fraction, price: Fraction) -> Fraction:
    """The surplus in coins at a price."""
    return wallet + sum((p.profit(price) - p.requirement(price) for p in positions), ZERO)


def _solved(positions: tuple[Position, ...], wallet: Fraction) -> tuple[float, float]:
    ones = (1.0,) * len(positions)
    return Edges([p.leg() for p in positions]).interval(0.0, ones, float(wallet))


def _formula(position: Position, wallet: Fraction) -> tuple[float, float]:
    """margin.md §1.0 tier by tier: a long is safe above all of its lines, a short below."""
    side = 1 if position.quantity > 0 else -1
    size = abs(position.quantity)
    lines = []
    for _, rate, cum in position.table:
        top = size * (side + position.theta * (rate + position.fee))
        bottom = wallet + position.theta * cum + side * size / position.entry
        lines.append(top / bottom if bottom * side > 0 else None)
    if side > 0:
        return EMPTY if None in lines else (float(max(filter(None, lines))), inf)
    edges = [line for line in lines if line is not None]
    return -inf, float(min(edges)) if edges else inf


@given(inverse, wallets)
def test_a_single_inverse_position_is_liquidated_where_the_formula_of_every_tier_says(
    position: Position, wallet: Fraction
) -> None:
    exact = _formula(position, wallet)
    assume(all(isinf(edge) or 1e-3 < edge < 1e12 for edge in exact))
    got = _solved((position,), wallet)
    assert got == exact or all(map(isclose, got, exact)), (got, exact)


@given(one_price, wallets)
def test_at_the_edge_of_an_inverse_market_the_coins_left_are_zero_and_inside_positive(
    positions: tuple[Position, ...], wallet: Fraction
) -> None:
    price = positions[0].price
    gross = abs(wallet) + sum(p.notional(price) * 3 for p in positions)
    surplus = _coins(positions, wallet, price)
    assume(abs(surplus) > gross / 10**9)
    low, high = _solved(positions, wallet)
    assert (low < price < high) is (surplus > 0)
    for edge in (low, high):
        if surplus > 0 and 0.0 < edge < inf:
            at = Fraction(edge)
            scale = gross * (1 + price / at)
            assert abs(_coins(positions, wallet, at)) <= scale / 10**9
            assert _coins(positions, wallet, (at + price) / 2) > 0


@given(one_price, wallets)
def test_the_fast_way_and_the_general_way_find_the_same_prices(
    positions: tuple[Position, ...], wallet: Fraction
) -> None:
    assume(_coins(positions, wallet, positions[0].price) > Fraction(1, 10**6))
    held = [replace(p.held("one"), market="one") for p in positions]
    account = Account(held, [Collateral(coin="BTC", amount=float(wallet), price=1.0)])
    fast, general = _solved(positions, wallet), account.price_interval("one")
    for ours, theirs in zip(fast, general, strict=True):
        near = isclose(ours, theirs, rel_tol=1e-9) or ours == theirs
        assert near or not 1.0 < min(abs(ours), abs(theirs)) < 1e9, (fast, general)


@given(inverse, wallets, st.integers(1, 1_000))
def test_more_coins_never_bring_the_line_of_an_inverse_position_nearer(
    position: Position, wallet: Fraction, more: int
) -> None:
    low, high = _solved((position,), wallet)
    richer_low, richer_high = _solved((position,), wallet + Fraction(more, 100))
    assert richer_low <= low or isclose(richer_low, low)
    assert richer_high >= high or isclose(richer_high, high)


@given(inverse, st.sampled_from([Fraction(1, 4), Fraction(32)]), wallets)
def test_scaling_an_inverse_position_with_its_coins_moves_no_line(
    position: Position, factor: Fraction, wallet: Fraction
) -> None:
    larger = replace(
        position,
        quantity=position.quantity * factor,
        table=tuple((floor * factor, rate, cum * factor) for floor, rate, cum in position.table),
    )
    assert _solved((larger,), wallet * factor) == _solved((position,), wallet)


@given(linear(together), st.integers(-100_000, 400_000))
def test_a_linear_position_with_fee_theta_and_fixed_part_agrees_with_formula_and_walk(
    position: Position, wallet: int
) -> None:
    low, high = Edges([position.leg()]).interval(float(wallet), (1.0,))
    dollars = Coin("USD", Fraction(wallet), ONE, ZERO, IN_FULL)
    pool = Pool((position,), (dollars,))
    assume(pool.surplus(ZERO) > pool.gross() / 10**9)
    walked = walk(pool.surplus, pool.changes(), pool.domain())
    formula = _linear_formula(position, Fraction(wallet))
    price = float(position.price)
    for got, steps, closed, none in zip((low, high), walked, formula, (-inf, inf), strict=True):
        wanted = none if steps is None else price * float(1 + steps)
        assert got == wanted or isclose(got, wanted, rel_tol=1e-9)
        assert got == closed or isclose(got, closed, rel_tol=1e-9)


def _linear_formula(position: Position, wallet: Fraction) -> tuple[float, float]:
    """margin.md §1.0: (A + c − s·q·E) / (q·(m + f) − s·q) by tier, the innermost of them."""
    lows, highs = list[Fraction](), list[Fraction]()
    for _, rate, cum in position.table:
        level = (
            wallet + position.theta * (cum - position.fixed) - position.quantity * position.entry
        )
        slope = position.quantity - position.theta * (rate + position.fee) * abs(position.quantity)
        if slope:
            (lows if slope > 0 else highs).append(-level / slope)
    low, high = max(lows, default=ZERO), min(highs, default=None)
    return float(low) if low > 0 else -inf, inf if high is None else float(high)
