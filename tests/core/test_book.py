"""The book that events changed bit by bit is the book that would be made from what they left."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isinf

from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.book.rows import AccountRow, PositionRow, Row
from hedgewatch.core.events import AccountRead, Event, PositionReading, TiersChanged
from hedgewatch.core.measures import CATALOGUE
from hedgewatch.core.measures.hedge import BREAK_MEASURES
from hedgewatch.core.measures.rulebook import RULEBOOK_MEASURES
from hedgewatch.core.measures.venue import VENUE_MEASURES
from hedgewatch.core.model import LegPlan, PositionKind, Scope, Unknown
from tests.support.builders import (
    AIX,
    ALT,
    IN_COLD,
    PEPE,
    SHORT_AIX,
    Said,
    accepted,
    balance,
    desk,
    hedge,
    held,
    mark,
    market,
    paid,
    read,
    tiered,
    tiers,
    told,
)
from tests.support.stories import Story, short_of_aix

TABLES = (
    tiers((0.0, 0.01), (100_000.0, 0.02), (1_000_000.0, 0.05)),
    tiers((0.0, 0.02), (50_000.0, 0.05), (200_000.0, 0.1), (800_000.0, 0.25)),
    tiers((0.0, 0.03)),
)
BASE = {AIX: 1_000.0, ALT: 0.40, PEPE: 0.01}
DESK = desk(
    hedge(IN_COLD, SHORT_AIX),
    hedge(
        LegPlan(wallet="cold", asset="PEPE"), LegPlan(account="main", symbol=PEPE), name="same-coin"
    ),
    hedge(
        LegPlan(account="main", asset="USDT"),
        (LegPlan(account="main", symbol=ALT), LegPlan(account="main", symbol=AIX, share=0.5)),
        name="two-covers",
    ),
    holdings={"ALT": 500_000.0, "PEPE": 2_000_000.0},
    costs={"ALT": 0.3, "PEPE": 1e-5},
    prices={"ALT": ALT, "PEPE": PEPE, "USDT": AIX},
)

# One-way in AIX and PEPE, hedge mode in ALT; PEPE may be isolated.
SLOTS: tuple[tuple[str, PositionKind, tuple[int, ...]], ...] = (
    (AIX, "net", (-1, 1)),
    (ALT, "long", (1,)),
    (ALT, "short", (-1,)),
    (PEPE, "net", (-1, 1)),
)


@dataclass(frozen=True)
class Happening:
    """Something to tell a story, as text that a failing example can show."""

    what: str
    said: Said

    def __repr__(self) -> str:
        return self.what


@st.composite
def _positions(draw: st.DrawFn) -> Happening:
    symbol, kind, sides = draw(st.sampled_from(SLOTS))
    worth = draw(st.sampled_from([0.0, 0.0, 500.0, 40_000.0, 300_000.0, 2_000_000.0]))
    contracts = float(draw(st.sampled_from(sides)) * round(worth / BASE[symbol]))
    entry = BASE[symbol] * draw(st.sampled_from([0.8, 1.0, 1.3]))
    isolated = draw(st.sampled_from([None, worth / 5.0])) if symbol == PEPE else None
    reading = held(symbol, contracts, entry, kind=kind, isolated=isolated)
    return Happening(f"{kind} {contracts} {symbol} at {entry} ({isolated})", told(reading))


@st.composite
def _marks(draw: st.DrawFn) -> Happening:
    symbol = draw(st.sampled_from(list(BASE)))
    price = BASE[symbol] * draw(st.floats(0.3, 3.0))
    index = draw(st.sampled_from([None, BASE[symbol]]))
    return Happening(f"{symbol} is {price!r}", mark(symbol, price, index=index))


@st.composite
def _tables(draw: st.DrawFn) -> Happening:
    symbol, which = draw(st.sampled_from(list(BASE))), draw(st.integers(0, 2))
    event = tiered(symbol, TABLES[which])
    return Happening(f"tiers {which} of {symbol}", lambda _: event)


wallets = st.sampled_from([-5_000.0, 0.0, 1_000.0, 50_000.0, 900_000.0]).map(
    lambda amount: Happening(f"wallet {amount}", paid(balance(amount)))
)
happenings = st.lists(st.one_of(_marks(), _marks(), _positions(), _tables(), wallets), max_size=40)


def _open_desk() -> Story:
    story = Story(on=DESK)
    story.at(0.0, accepted(), *(market(symbol) for symbol in BASE))
    story.at(0.0, *(tiered(symbol, TABLES[0]) for symbol in BASE))
    story.at(0.0, *(mark(symbol, price) for symbol, price in BASE.items()))
    story.at(0.0, read())
    return story


def _rebuilt(story: Story) -> Story:
    """A new engine, told once what the old one holds."""
    heir = Story(on=DESK, start=story.now)
    account = story.account()
    heir.at(0.0, accepted(), *(market(symbol) for symbol in BASE), _reading_of(account, story.now))
    heir.at(0.0, *(TiersChanged("main", symbol, table) for symbol, table in account.tiers.items()))
    for symbol in BASE:
        row = story.market(symbol)
        heir.at(0.0, mark(symbol, row.price, index=row.index_price))
    return heir


def _reading_of(account: AccountRow, now: float) -> Event:
    wallet = account.balances["USDT"].cross_wallet
    return AccountRead(
        account="main",
        positions=tuple(_told(row, now) for row in account.positions.values() if row.contracts),
        balances=(balance(wallet)(now),),
        cross_regime=account.cross_regime,
        isolated_regime=account.isolated_regime,
    )


def _told(row: PositionRow, now: float) -> PositionReading:
    return held(
        row.symbol, row.contracts, row.entry_price, kind=_side(row), isolated=row.isolated_wallet
    )(now)


def _side(row: PositionRow) -> PositionKind:
    return next(kind for _, kind, _ in SLOTS if kind == row.kind)


def measures(rows: Iterable[Row]) -> dict[tuple[str, str], object]:
    """All that follows from what is held: not what the venue said of it, and when."""
    scopes = {Scope.POSITION, Scope.POOL, Scope.HEDGE}
    told = {*VENUE_MEASURES, *BREAK_MEASURES, *RULEBOOK_MEASURES}
    return {
        (str(row.subject), measure.name): getattr(row, measure.name)
        for row in rows
        for measure in set(CATALOGUE) - told
        if measure.scope in scopes and measure.scope is row.subject.scope
    }


def equal(got: object, wanted: object) -> bool:
    if isinstance(got, Unknown) or isinstance(wanted, Unknown):
        return isinstance(got, Unknown) and isinstance(wanted, Unknown)
    assert isinstance(got, float | bool)
    assert isinstance(wanted, float | bool)
    if isinf(got) or isinf(wanted):
        return got == wanted
    return abs(got - wanted) <= 1e-7 * max(1.0, abs(wanted))


@given(happenings)
def test_the_book_changed_bit_by_bit_equals_one_made_from_scratch(told: list[Happening]) -> None:
    story = _open_desk()
    for index, happening in enumerate(told):
        story.at(0.01 * (index + 1), happening.said)
    got = measures(story.engine.book.rows())
    del got["two-covers", "exposure_pnl"]  # counts from the first price that was ever seen
    wanted = measures(_rebuilt(story).engine.book.rows())
    del wanted["two-covers", "exposure_pnl"]
    assert got.keys() == wanted.keys()
    different = {key: (got[key], wanted[key]) for key in got if not equal(got[key], wanted[key])}
    assert different == {}


@given(happenings)
def test_no_measure_is_ever_nan_and_the_ratios_agree_with_the_distances(
    told: list[Happening],
) -> None:
    story = _open_desk()
    for index, happening in enumerate(told):
        story.at(0.01 * (index + 1), happening.said)
        for key, value in measures(story.engine.book.rows()).items():
            assert value == value, f"{key} is not a number"  # noqa: PLR0124 (NaN)
    for position in story.open():
        pool = position.pool
        assert pool is not None
        if isinstance(pool.headroom, Unknown):
            continue
        assert isinstance(position.liquidation_distance, float)
        assert isinstance(pool.margin_ratio, float)
        if abs(pool.headroom) > 1e-3:
            assert (position.liquidation_distance > 0.0) is (pool.headroom > 0.0)
            assert (pool.margin_ratio < 1.0) is (pool.headroom > 0.0)


def test_a_price_touches_its_own_pools_and_hedges_and_nothing_else() -> None:
    story = _open_desk()
    alone = held(PEPE, -1_000.0, 0.01, isolated=5.0)
    story.at(0.1, read(held(AIX, -200.0), held(ALT, 1_000.0, 0.40, kind="long"), alone))
    touched = {str(row.subject) for row in story.market(PEPE).touched}
    assert touched == {f"main/{PEPE}/net", f"main/{PEPE}", "same-coin"}
    touched = {str(row.subject) for row in story.market(AIX).touched}
    assert touched == {
        f"main/{AIX}/net", f"main/{ALT}/long", "main/USDT", "basket", "two-covers"
    }  # fmt: skip


def test_every_market_of_a_cross_pool_moves_the_lines_of_every_other() -> None:
    story = short_of_aix()
    story.at(0.1, read(held(AIX, -200.0), held(ALT, -10_000.0, 0.40)), mark(ALT, 0.40))
    before = story.position().liquidation_price
    story.at(0.2, mark(ALT, 0.80))
    after = story.position().liquidation_price
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after < before
