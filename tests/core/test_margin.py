"""The solver, against what must hold for any pool and against exact rational arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import inf, isinf

from hypothesis import assume, given
from hypothesis import strategies as st

from hedgewatch.core.margin import EMPTY, Edges, Leg, Line, are_marginal, deductions, marginal
from hedgewatch.core.model import Tier
from tests.support.builders import tiers

STEEP = tiers((0.0, 0.01), (50_000.0, 0.025), (250_000.0, 0.1), (1_000_000.0, 0.25))
FLAT_RATE = tiers((0.0, 0.02))


@dataclass(frozen=True)
class Position:
    """A leg in exact numbers, at a price."""

    quantity: Fraction
    entry: Fraction
    price: Fraction
    table: tuple[tuple[Fraction, Fraction, Fraction], ...]

    def leg(self) -> Leg:
        table = [Tier(*map(float, row)) for row in self.table]
        return Leg(float(self.quantity), float(self.entry), table)

    def lines(self) -> list[tuple[Fraction, Fraction]]:
        """Every (level, slope) whose least is what the leg adds to the surplus at price · y."""
        size = abs(self.quantity)
        return [
            (cum - self.quantity * self.entry, (self.quantity - rate * size) * self.price)
            for _, rate, cum in self.table
        ]


def _hundredths(low: int, high: int) -> st.SearchStrategy[Fraction]:
    return st.integers(low, high).map(lambda cents: Fraction(cents, 100))


@st.composite
def _tables(draw: st.DrawFn) -> tuple[tuple[Fraction, Fraction, Fraction], ...]:
    floors = sorted(draw(st.sets(st.integers(1, 200).map(lambda k: 1_000 * k), max_size=3)))
    rates = sorted(draw(st.sets(st.integers(1, 40), min_size=4, max_size=4)))
    rows = [(Fraction(0), Fraction(rates[0], 200), Fraction(0))]
    for floor, percent in zip(floors, rates[1:], strict=False):
        _, before, cum = rows[-1]
        rate = Fraction(percent, 200)
        rows.append((Fraction(floor), rate, cum + floor * (rate - before)))
    return tuple(rows)


positions = st.builds(
    Position,
    quantity=_hundredths(-50_000, 50_000).filter(bool),
    entry=_hundredths(5_000, 50_000),
    price=_hundredths(5_000, 50_000),
    table=_tables(),
)
pools = st.lists(positions, min_size=1, max_size=3)
wallets = st.integers(-100_000, 400_000)


def _exact(pool: Sequence[Position], wallet: int) -> tuple[float, float]:
    """The prices y > 0 where every combination of lines is at least 0 (margin.md §2.2)."""
    lows, highs = [Fraction(0)], list[Fraction]()
    for lines in product(*(position.lines() for position in pool)):
        level = sum((level for level, _ in lines), Fraction(wallet))
        slope = sum((slope for _, slope in lines), Fraction(0))
        if slope > 0:
            lows.append(-level / slope)
        elif slope < 0:
            highs.append(-level / slope)
        elif level < 0:
            return EMPTY
    low = max(lows)
    if highs and (low > min(highs) or min(highs) <= 0):
        return EMPTY
    return float(low) or -inf, float(min(highs)) if highs else inf


def _surplus(pool: Sequence[Position], wallet: int, y: float) -> Fraction:
    at = Fraction(y)
    return wallet + sum(
        (min(level + slope * at for level, slope in position.lines()) for position in pool),
        Fraction(0),
    )


def _solved(pool: Sequence[Position], wallet: float) -> tuple[float, float]:
    scales = [float(position.price) for position in pool]
    return Edges([position.leg() for position in pool]).interval(float(wallet), scales)


def _size(pool: Sequence[Position], wallet: float) -> float:
    return abs(wallet) + float(sum(abs(p.quantity) * (p.entry + p.price) for p in pool))


def _near(got: float, wanted: float) -> bool:
    if wanted == -inf:
        return got < 1e-9  # the rounding of a root at a price of nothing
    if isinf(wanted) or isinf(got):
        return got == wanted
    return abs(got - wanted) <= 1e-9 * max(1.0, wanted)


def _hair_thin(pool: Sequence[Position], wallet: int) -> bool:
    """So nearly empty, or so nearly ending at a price of 0, that floats may differ on it."""
    slopes = [sum(slope for _, slope in lines) for lines in product(*(p.lines() for p in pool))]
    gross = sum((abs(p.quantity) * p.price for p in pool), Fraction(0))
    if any(0.0 < abs(float(slope)) < float(gross) / 1e7 for slope in slopes):
        return True
    low, high = _exact(pool, wallet)
    return low != -inf and high != inf and (high - low) < 1e-7 * max(1.0, high)


@given(pools, wallets)
def test_the_safe_interval_is_the_one_that_rational_arithmetic_finds(
    pool: list[Position], wallet: int
) -> None:
    assume(not _hair_thin(pool, wallet))
    exact = _exact(pool, wallet)
    solved = _solved(pool, wallet)
    if exact == EMPTY:
        low, high = solved
        assert solved == EMPTY or high - low < 1e-7
        return
    assert all(map(_near, solved, exact)), (solved, exact)


@given(pools, wallets)
def test_at_a_reported_edge_the_surplus_is_zero_and_inside_it_is_positive(
    pool: list[Position], wallet: int
) -> None:
    low, high = _solved(pool, wallet)
    assume(low < high)
    allowed = 1e-9 * _size(pool, wallet)
    for edge in (low, high):
        if not isinf(edge):
            assert abs(_surplus(pool, wallet, edge)) <= allowed * max(1.0, edge)
    inside = (max(low, 0.0) + min(high, max(low, 0.0) + 2.0)) / 2.0
    assert _surplus(pool, wallet, inside) >= -allowed * max(1.0, inside)


@given(pools, wallets)
def test_the_price_of_now_is_inside_unless_the_pool_is_liquidatable_already(
    pool: list[Position], wallet: int
) -> None:
    low, high = _solved(pool, wallet)
    surplus = _surplus(pool, wallet, 1.0)
    assume(abs(surplus) > 1e-6)
    assert (low < 1.0 < high) is (surplus > 0)


@given(pools, wallets, st.integers(1, 100_000))
def test_more_collateral_never_brings_liquidation_nearer(
    pool: list[Position], wallet: int, more: int
) -> None:
    low, high = _solved(pool, wallet)
    richer_low, richer_high = _solved(pool, wallet + more)
    assert richer_low <= low or _near(richer_low, low)
    assert richer_high >= high or _near(richer_high, high)


@given(
    st.floats(0.01, 1_000.0),
    st.floats(1.0, 10_000.0),
    st.floats(0.001, 0.2),
    st.floats(0.05, 0.95),
)
def test_a_short_mirrors_a_long_in_the_one_formula_of_both(
    size: float, entry: float, rate: float, share: float
) -> None:
    wallet = share * size * entry
    for side in (1.0, -1.0):
        edges = Edges([Leg(side * size, entry, tiers((0.0, rate)))])
        low, high = edges.interval(wallet, (1.0,))
        formula = (wallet - side * size * entry) / (size * rate - side * size)
        got, other = (low, high) if side > 0 else (high, low)
        assert _near(got, formula)
        assert other == side * inf


@given(st.floats(1.0, 300.0), st.floats(1_000.0, 60_000.0))
def test_equal_legs_of_a_hedge_are_liquidated_upward_only(size: float, wallet: float) -> None:
    legs = [Leg(size, 1_000.0, STEEP), Leg(-size, 1_000.0, STEEP)]
    low, high = Edges(legs).interval(wallet, (1.0, 1.0))
    assert low == -inf
    assert 0.0 < high < inf


def test_equal_legs_are_liquidated_where_their_two_requirements_eat_the_wallet() -> None:
    legs = [Leg(100.0, 1_000.0, FLAT_RATE), Leg(-100.0, 1_000.0, FLAT_RATE)]
    low, high = Edges(legs).interval(6_000.0, (1.0, 1.0))
    assert (low, high) == (-inf, 1_500.0)


def test_a_net_long_inside_a_large_gross_may_be_liquidated_upward_only() -> None:
    legs = [Leg(101.0, 1_000.0, FLAT_RATE), Leg(-100.0, 1_000.0, FLAT_RATE)]
    low, high = Edges(legs).interval(6_000.0, (1.0, 1.0))
    assert low == -inf
    assert high > 1_000.0


def test_a_long_that_is_fully_paid_for_has_no_liquidation_price() -> None:
    edges = Edges([Leg(10.0, 100.0, FLAT_RATE)])
    assert edges.interval(1_000.0, (1.0,)) == (-inf, inf)


def test_a_short_always_has_a_liquidation_price_however_rich_the_wallet() -> None:
    low, high = Edges([Leg(-1.0, 100.0, FLAT_RATE)]).interval(1e9, (1.0,))
    assert low == -inf
    assert 1e8 < high < inf


def test_a_pool_that_no_price_can_save_has_an_empty_interval() -> None:
    edges = Edges([Leg(10.0, 100.0, FLAT_RATE), Leg(-10.0, 100.0, FLAT_RATE)])
    assert edges.interval(-5.0, (1.0, 1.0)) == EMPTY


@given(
    st.lists(positions, min_size=2, max_size=3),
    st.lists(st.tuples(wallets, st.floats(0.2, 5.0), st.floats(0.2, 5.0)), max_size=8),
)
def test_remembered_tiers_give_the_answer_of_a_solver_that_remembers_nothing(
    pool: list[Position], walk: list[tuple[int, float, float]]
) -> None:
    legs = [position.leg() for position in pool]
    wise = Edges(legs)
    for wallet, first, others in walk:
        scales = [first * 100.0, *(others * 100.0 for _ in legs[1:])]
        fresh = Edges(legs).interval(wallet, scales)
        got = wise.interval(wallet, scales)
        assert fresh == EMPTY or all(map(_near, got, fresh)), (got, fresh)


@given(positions, st.lists(wallets, min_size=1, max_size=8))
def test_the_line_of_one_leg_alone_is_what_the_solver_of_many_finds(
    position: Position, walk: list[int]
) -> None:
    line = Line(position.leg())
    for wallet in walk:
        fresh = Edges([position.leg()]).interval(wallet, (1.0,))
        assert fresh == EMPTY or all(map(_near, line.interval(wallet), fresh))


@given(st.lists(st.floats(1.0, 5e6), min_size=1, max_size=12))
def test_the_tier_walked_from_the_last_one_is_the_tier_looked_up_afresh(
    notionals: list[float],
) -> None:
    leg, tier = Leg(1.0, 1.0, STEEP), 0
    for notional in notionals:
        tier = leg.piece_at(notional, tier)
        assert STEEP[tier].floor <= notional < leg.ends[tier]
        largest = max(row.rate * notional - row.deduction for row in STEEP)
        assert abs(leg.maintenance(notional, tier) - largest) <= 1e-9 * notional


def test_tiers_that_jump_or_fall_are_refused_since_the_solver_stands_on_them() -> None:
    assert are_marginal(STEEP)
    assert not are_marginal(())
    assert not are_marginal((Tier(1.0, 0.01, 0.0),))
    assert not are_marginal((Tier(0.0, 0.01, 0.0), Tier(1_000.0, 0.02, 0.0)))
    assert not are_marginal((Tier(0.0, 0.02, 0.0), Tier(1_000.0, 0.01, -10.0)))
    assert not are_marginal((Tier(0.0, 0.01, 0.0), Tier(0.0, 0.02, 0.0)))


def test_deductions_meet_a_published_table_to_its_last_digit() -> None:
    rows = [
        ("0", "0.01"), ("5000", "0.015"), ("10000", "0.02"), ("50000", "0.025"),
        ("100000", "0.0333"), ("175000", "0.05"), ("250000", "0.1"), ("750000", "0.125"),
        ("1500000", "0.1667"), ("4500000", "0.25"), ("7500000", "0.5"),
    ]  # fmt: skip
    exact = [Fraction(0)]
    for (_, before), (floor, rate) in pairwise(rows):
        exact.append(exact[-1] + Fraction(floor) * (Fraction(rate) - Fraction(before)))
    brackets = [(float(floor), float(rate)) for floor, rate in rows]
    assert list(deductions(brackets)) == [float(cum) for cum in exact]
    assert are_marginal(marginal(brackets))
