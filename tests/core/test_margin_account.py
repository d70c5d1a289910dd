"""Pools of several currencies, against their definitions in rational arithmetic."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import inf, isclose, isinf

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.exact import ONE, ZERO, Coin, Pool, Position, Range, walk
from tests.support.margin_books import coins, inverse, linear, pools, together

_ROUNDING = 10**9


def _edges(exact: Range) -> tuple[float, float]:
    low, high = exact
    return -inf if low is None else float(low), inf if high is None else float(high)


def _same(pool: Pool, got: tuple[float, float], exact: Range) -> bool:
    wanted = _edges(exact)
    return all(_same_edge(pool, *pair) for pair in zip(got, wanted, strict=True))


def _same_edge(pool: Pool, got: float, wanted: float) -> bool:
    """Equal; or so flat, so far or so near to a price of nothing that floats cannot tell."""
    if got == wanted or isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-9):
        return True
    if isinf(got) or isinf(wanted):
        finite = wanted if isinf(got) else got
        ends = [end for end in pool.domain() if end is not None]
        return abs(finite) > 1e6 or any(abs(finite - float(end)) < 1e-9 for end in ends)
    return _is_nothing(pool, got)


def _is_nothing(pool: Pool, edge: float) -> bool:
    at = Fraction(edge)
    return abs(pool.surplus(at)) <= pool.gross() * (1 + abs(at)) / _ROUNDING


def _walked(pool: Pool) -> Range:
    return walk(pool.surplus, pool.changes(), pool.domain())


def _safe(pool: Pool) -> bool:
    return pool.surplus(ZERO) > pool.gross() / _ROUNDING


@given(pools)
def test_equity_and_requirement_are_what_their_definitions_say(pool: Pool) -> None:
    account, gross = pool.account(), float(pool.gross())
    assert abs(account.equity - pool.equity(ZERO)) <= 1e-12 * gross
    assert abs(account.requirement - pool.requirement(ZERO)) <= 1e-12 * gross
    assert account.headroom == account.equity - account.requirement


@given(pools)
def test_the_shocks_are_those_of_an_exact_walk_over_every_change_of_slope(pool: Pool) -> None:
    assume(_safe(pool))
    assert _same(pool, pool.account().shock(), _walked(pool))


@given(pools)
def test_at_the_edge_of_a_shock_the_surplus_is_zero_and_inside_it_is_positive(pool: Pool) -> None:
    assume(_safe(pool))
    low, high = pool.account().shock()
    for edge in (low, high):
        assert isinf(edge) or _is_nothing(pool, edge)
        inside = (Fraction(edge) if not isinf(edge) else ZERO) / 2
        assert pool.surplus(inside) > 0


@given(pools)
def test_now_is_inside_unless_the_pool_of_many_coins_is_liquidatable_already(pool: Pool) -> None:
    surplus = pool.surplus(ZERO)
    assume(abs(surplus) > pool.gross() / _ROUNDING)
    low, high = pool.account().shock()
    assert (low < 0.0 < high) is (surplus > 0)


@given(pools, st.integers(1, 50_000), st.sampled_from(["USD", "BTC"]))
def test_more_of_any_coin_never_brings_a_shock_that_liquidates_nearer(
    pool: Pool, more: int, name: str
) -> None:
    assume(_safe(pool))
    richer = replace(pool, coins=tuple(_more(coin, name, more) for coin in pool.coins))
    low, high = pool.account().shock()
    richer_low, richer_high = richer.account().shock()
    assert richer_low <= low or isclose(richer_low, low, rel_tol=1e-9, abs_tol=1e-9)
    assert richer_high >= high or isclose(richer_high, high, rel_tol=1e-9, abs_tol=1e-9)


def _more(coin: Coin, name: str, value: int) -> Coin:
    added = value / coin.price if coin.name == name else ZERO
    return replace(coin, amount=coin.amount + added)


@given(pools, st.sampled_from([Fraction(1, 8), Fraction(64)]))
def test_scaling_all_money_scales_no_shock(pool: Pool, factor: Fraction) -> None:
    assume(_safe(pool))
    larger = Pool(
        tuple(_scaled(position, factor) for position in pool.positions),
        tuple(_scaled_coin(coin, factor) for coin in pool.coins),
        pool.inside,
    )
    assert larger.account().shock() == pool.account().shock()


def _scaled(position: Position, factor: Fraction) -> Position:
    return replace(
        position,
        quantity=position.quantity * factor,
        fixed=position.fixed * factor,
        table=tuple((floor * factor, rate, cum * factor) for floor, rate, cum in position.table),
    )


def _scaled_coin(coin: Coin, factor: Fraction) -> Coin:
    slices = tuple((top * factor, rate) for top, rate in coin.slices)
    return replace(coin, amount=coin.amount * factor, slices=slices)


def _alone(pool: Pool, index: int) -> Pool:
    """The pool with the price of one market moving, all else as it is."""
    positions = tuple(
        replace(p, beta=ONE if number == index else ZERO, reciprocal=number == index and p.inverse)
        for number, p in enumerate(pool.positions)
    )
    return Pool(positions, tuple(replace(coin, beta=ZERO) for coin in pool.coins), pool.inside)


def _as_prices(position: Position, exact: Range) -> Range:
    low, high = exact
    if position.inverse:
        return _price(position, high), _price(position, low)
    return _price(position, low), _price(position, high)


def _price(position: Position, edge: Fraction | None) -> Fraction | None:
    return None if edge is None else replace(position, beta=ONE).at(edge)


@given(pools, st.integers(0, 3))
def test_the_liquidation_prices_of_one_market_are_those_of_the_exact_walk(
    pool: Pool, index: int
) -> None:
    index %= len(pool.positions)
    moving = _alone(pool, index)
    assume(_safe(moving))
    position = moving.positions[index]
    got = pool.account().price_interval(str(index))
    wanted = _edges(_as_prices(position, _walked(moving)))
    pairs = zip(got, wanted, strict=True)
    assert all(_same_price(moving, position, ours, exact) for ours, exact in pairs)


def _same_price(moving: Pool, position: Position, ours: float, exact: float) -> bool:
    price = float(position.price)
    if ours == exact or isclose(ours, exact, rel_tol=1e-9):
        return True
    if isinf(ours) or isinf(exact):
        return not 1e-6 < (exact if isinf(ours) else ours) / price < 1e6
    return _is_nothing(moving, (price / ours if position.inverse else ours / price) - 1.0)


@given(pools, st.integers(0, 3))
def test_the_coin_may_move_with_the_market_that_is_asked_about(pool: Pool, index: int) -> None:
    index %= len(pool.positions)
    position = pool.positions[index]
    assume(position.inverse)
    positions = tuple(
        replace(p, beta=ONE if number == index else ZERO) for number, p in enumerate(pool.positions)
    )
    moving = replace(pool, positions=positions)
    assume(_safe(moving))
    low, high = pool.account().price_interval(str(index), {"BTC"})
    price = float(position.price)
    assert _same(moving, (low / price - 1.0, high / price - 1.0), _walked(moving))


def _netted(pool: Pool) -> Pool:
    positions = tuple(replace(p, netting="BTC" if p.inverse else "X") for p in pool.positions)
    return replace(pool, positions=positions)


def _choices(pool: Pool) -> list[Pool]:
    """The pool with margin asked of one side only of each netting, in every way."""
    names = sorted({p.netting for p in pool.positions})
    found = []
    for sides in product((True, False), repeat=len(names)):
        longs = dict(zip(names, sides, strict=True))
        positions = tuple(
            replace(p, netting="", asked=(p.quantity > 0) is longs[p.netting])
            for p in pool.positions
        )
        found.append(replace(pool, positions=positions))
    return found


def _tightest(ranges: list[Range]) -> Range:
    lows = [low for low, _ in ranges if low is not None]
    highs = [high for _, high in ranges if high is not None]
    return max(lows, default=None), min(highs, default=None)


netted_pools = st.builds(
    Pool,
    positions=st.lists(linear(together) | inverse, min_size=2, max_size=5).map(tuple),
    coins=coins(),
)


@given(netted_pools)
def test_where_the_larger_side_is_asked_the_safe_shocks_are_those_of_every_choice_of_sides(
    pool: Pool,
) -> None:
    pool = _netted(pool)
    assume(_safe(pool))
    exact = _tightest([_walked(choice) for choice in _choices(pool)])
    account = pool.account()
    assert abs(account.requirement - pool.requirement(ZERO)) <= 1e-12 * float(pool.gross())
    assert _same(pool, account.shock(), exact)


@given(netted_pools, st.integers(0, 4))
def test_where_the_larger_side_is_asked_so_are_the_liquidation_prices_of_one_market(
    pool: Pool, index: int
) -> None:
    index %= len(pool.positions)
    moving = _netted(_alone(pool, index))
    assume(_safe(moving))
    position = moving.positions[index]
    exact = _tightest([_walked(choice) for choice in _choices(moving)])
    pairs = zip(
        moving.account().price_interval(str(index)),
        _edges(_as_prices(position, exact)),
        strict=True,
    )
    assert all(_same_price(moving, position, ours, wanted) for ours, wanted in pairs)


@given(netted_pools, st.integers(0, 4))
def test_a_coin_that_moves_along_changes_what_groups_without_the_market_are_asked(
    pool: Pool, index: int
) -> None:
    index %= len(pool.positions)
    assume(pool.positions[index].inverse)
    positions = tuple(
        replace(p, beta=ONE if number == index else ZERO, netting="AB"[number % 2])
        for number, p in enumerate(pool.positions)
    )
    moving = replace(pool, positions=positions)
    assume(_safe(moving))
    exact = _tightest([_walked(choice) for choice in _choices(moving)])
    low, high = moving.account().price_interval(str(index), {"BTC"})
    price = float(positions[index].price)
    assert _same(moving, (low / price - 1.0, high / price - 1.0), exact)


@given(netted_pools)
def test_asking_the_larger_side_only_is_never_dearer_than_asking_both(pool: Pool) -> None:
    assume(_safe(pool))
    low, high = pool.account().shock()
    netted_low, netted_high = _netted(pool).account().shock()
    assert netted_low <= low or isclose(netted_low, low, rel_tol=1e-9, abs_tol=1e-9)
    assert netted_high >= high or isclose(netted_high, high, rel_tol=1e-9, abs_tol=1e-9)
