"""Books of any kind for hypothesis: linear and inverse, hedged, discounted, netted."""

from fractions import Fraction

from hypothesis import strategies as st

from tests.support.exact import ONE, ZERO, Coin, Pool, Position, Table

BITCOIN = Fraction(50_000)
"""The price of the coin that backs and settles the inverse positions."""


def hundredths(low: int, high: int) -> st.SearchStrategy[Fraction]:
    return st.integers(low, high).map(lambda cents: Fraction(cents, 100))


@st.composite
def tables(draw: st.DrawFn, unit: Fraction = ONE) -> Table:
    """Continuous tier tables of one to four tiers, with floors in `unit`."""
    floors = sorted(draw(st.sets(st.integers(1, 200), max_size=3)))
    rates = sorted(draw(st.sets(st.integers(1, 80), min_size=4, max_size=4)))
    rows = [(ZERO, Fraction(rates[0], 400), ZERO)]
    for floor, rate in zip(floors, rates[1:], strict=False):
        _, before, cum = rows[-1]
        start = floor * unit
        rows.append((start, Fraction(rate, 400), cum + start * (Fraction(rate, 400) - before)))
    return tuple(rows)


fees = st.sampled_from([ZERO, Fraction(1, 2000)])
thetas = st.sampled_from([ONE, Fraction(21, 20)])
together = st.just(ONE)
"""The betas of a market whose prices all move alike."""


def linear(betas: st.SearchStrategy[Fraction]) -> st.SearchStrategy[Position]:
    return st.builds(
        Position,
        quantity=hundredths(-50_000, 50_000).filter(bool),
        entry=hundredths(5_000, 50_000),
        price=hundredths(5_000, 50_000),
        table=tables(Fraction(1_000)),
        beta=betas,
        fee=fees,
        theta=thetas,
        fixed=st.sampled_from([ZERO, ZERO, Fraction(7)]),
    )


inverse = st.builds(
    Position,
    quantity=st.integers(-2_000, 2_000).filter(bool).map(lambda n: Fraction(100 * n)),
    entry=st.integers(20_000, 90_000).map(Fraction),
    price=st.integers(49_000, 52_000).map(Fraction),
    table=tables(Fraction(1, 20)),
    inverse=st.just(True),  # noqa: FBT003 - what is drawn
    fee=fees,
    theta=thetas,
)
betas = st.sampled_from([ONE, Fraction(1, 2), Fraction(3, 2), Fraction(-1, 2), ZERO])
IN_FULL = ((ZERO, ONE),)
_SLICES = (
    IN_FULL,
    ((ZERO, Fraction(19, 20)),),
    ((Fraction(20_000), Fraction(19, 20)), (Fraction(60_000), Fraction(4, 5)), (ZERO, ZERO)),
)


def coins(lowest: int = -20_000) -> st.SearchStrategy[tuple[Coin, Coin]]:
    """Dollars, owned or owed, and bitcoin with its discount."""
    dollars = st.builds(
        Coin,
        name=st.just("USD"),
        amount=st.integers(lowest, 100_000).map(Fraction),
        price=st.just(ONE),
        beta=st.just(ZERO),
        slices=st.just(IN_FULL),
    )
    bitcoin = st.builds(
        Coin,
        name=st.just("BTC"),
        amount=hundredths(-20, 400),
        price=st.just(BITCOIN),
        beta=st.just(ONE),
        slices=st.sampled_from(_SLICES),
    )
    return st.tuples(dollars, bitcoin)


pools = st.builds(
    Pool,
    positions=st.lists(linear(betas) | inverse, min_size=1, max_size=4).map(tuple),
    coins=coins(),
    inside=st.booleans(),
)
