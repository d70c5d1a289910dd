"""The book that events changed bit by bit is the one made from what they left: any kind of pool.

Coins and whole accounts, netted and charged, modes switched back and forth, two accounts of one
venue. The rebuilt book is told in another order, of which nothing may depend.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.book.rows import PositionRow
from hedgewatch.core.events import (
    AccountRead,
    BalanceReading,
    CollateralPriced,
    CollateralReading,
    Event,
    MarketDefined,
    PositionChanged,
    PositionReading,
    RulesReplaced,
    TiersChanged,
)
from hedgewatch.core.margin.regimes import REGIMES
from hedgewatch.core.model import HedgePlan, LegPlan, PositionKind, Unknown
from tests.core.test_book import equal, measures
from tests.support.builders import Said, balance, desk, hedge, mark, paid, tiered
from tests.support.chance import examples
from tests.support.desks import (
    BETAS,
    BTC,
    BTC_COIN,
    CROSS,
    ETH,
    ETH_COIN,
    ISOLATED,
    PEPE,
    PRICES,
    SIZES,
    SLOTS,
    WHOLE,
    WORTHS,
    contract,
    entries,
    funds,
    is_inverse,
    moves,
    settle_of,
    slices,
    table,
    worths,
)
from tests.support.stories import Story

ACCOUNTS = ("main", "other")
HEDGES: tuple[HedgePlan, ...] = (
    hedge(LegPlan(wallet="cold", asset="ETH"), LegPlan(account="main", symbol=ETH), name="cold"),
    hedge(
        LegPlan(account="main", asset="BTC"), LegPlan(account="main", symbol=BTC_COIN), name="coin"
    ),
    hedge(
        LegPlan(account="other", asset="ETH", share=0.5),
        (LegPlan(account="other", symbol=ETH_COIN), LegPlan(account="main", symbol=BTC)),
        name="several",
    ),
    hedge(LegPlan(wallet="cold", asset="PEPE"), LegPlan(account="other", symbol=PEPE), name="meme"),
)
PLAIN = desk(
    *HEDGES,
    accounts=ACCOUNTS,
    holdings={"ETH": 10.0, "PEPE": 1e6},
    costs={"ETH": 2_000.0, "PEPE": 2e-5},
    prices={"ETH": ETH, "PEPE": PEPE, "BTC": BTC_COIN},
)


@dataclass(frozen=True)
class Happening:
    """Something that happens to a story, as text that a failing example can show."""

    what: str
    tell: Callable[[Story], Event | Said]

    def __repr__(self) -> str:
        return self.what


accounts = st.sampled_from(ACCOUNTS)
leverages = st.sampled_from([None, 5.0, 20.0])


@st.composite
def _readings(draw: st.DrawFn) -> Callable[[float], PositionReading]:
    symbol, kind, sides = draw(st.sampled_from(SLOTS))
    worth = draw(worths) * draw(st.sampled_from(sides))
    size = SIZES[symbol] * (1.0 if is_inverse(symbol) else PRICES[symbol])
    own = draw(st.sampled_from([None, None, abs(worth) / 4.0]))
    entry, leverage = PRICES[symbol] * draw(entries), draw(leverages)
    return lambda now: PositionReading(
        symbol=symbol, kind=kind, contracts=worth / size, entry_price=entry, venue_time=now,
        isolated_wallet=None if own is None else own / WORTHS[settle_of(symbol)],
        leverage=leverage,
    )  # fmt: skip


@st.composite
def _positions(draw: st.DrawFn) -> Happening:
    """The stream does not tell leverage; a reading of all does."""
    name, said, whole = draw(accounts), draw(_readings()), draw(st.booleans())

    def tell(story: Story) -> Event:
        reading = said(story.now)
        if whole:
            return _read_again(story, name, reading)
        return PositionChanged(name, replace(reading, leverage=None))

    return Happening(f"{name}{' reads' if whole else ''}: {said(0.0)}", tell)


def _read_again(
    story: Story, name: str, *others: PositionReading, regimes: tuple[str, str] | None = None
) -> AccountRead:
    """A whole reading of what is held already, with these positions instead of their likes."""
    account, now = story.account(name), story.now
    changed = {(other.symbol, other.kind): other for other in others}
    held = {
        key: told_again(row, now) for key, row in account.positions.items() if row.contracts
    } | changed
    cross, isolated = (
        (account.cross_regime, account.isolated_regime)
        if regimes is None
        else map(REGIMES.__getitem__, regimes)
    )
    return AccountRead(
        account=name,
        positions=tuple(held.values()),
        balances=tuple(
            BalanceReading(asset=asset, total=row.total, cross_wallet=row.cross_wallet,
                           venue_time=now)
            for asset, row in account.balances.items()
        ),
        cross_regime=cross,
        isolated_regime=isolated,
    )  # fmt: skip


_SIDES: dict[str, PositionKind] = {"net": "net", "long": "long", "short": "short"}


def told_again(row: PositionRow, now: float) -> PositionReading:
    return PositionReading(
        symbol=row.symbol, kind=_SIDES[row.kind], contracts=row.contracts,
        entry_price=row.entry_price, venue_time=now, isolated_wallet=row.isolated_wallet,
        leverage=row.told_leverage,
    )  # fmt: skip


@st.composite
def _regimes(draw: st.DrawFn) -> Happening:
    name = draw(accounts)
    both = draw(st.sampled_from((*CROSS, *WHOLE, "tomorrow's"))), draw(st.sampled_from(ISOLATED))
    return Happening(f"{name} is {both}", lambda story: _read_again(story, name, regimes=both))


@st.composite
def _leverages(draw: st.DrawFn) -> Happening:
    """A setting at the venue changes, and nothing else."""
    name, leverage = draw(accounts), draw(leverages)

    def tell(story: Story) -> Event:
        held = [row for row in story.account(name).positions.values() if row.contracts]
        said = [replace(told_again(row, story.now), leverage=leverage) for row in held]
        return _read_again(story, name, *said)

    return Happening(f"{name} sets leverage {leverage}", tell)


@st.composite
def _marks(draw: st.DrawFn) -> Happening:
    symbol = draw(st.sampled_from(list(PRICES)))
    price = PRICES[symbol] * draw(moves)
    return Happening(f"{symbol} is {price!r}", lambda _: mark(symbol, price))


@st.composite
def _tables(draw: st.DrawFn) -> Happening:
    symbol, which, name = (
        draw(st.sampled_from(list(PRICES))),
        draw(st.integers(0, 2)),
        draw(accounts),
    )
    event = tiered(symbol, table(symbol, which), name)
    return Happening(f"tiers {which} of {symbol} for {name}", lambda _: event)


@st.composite
def _balances(draw: st.DrawFn) -> Happening:
    coin, name = draw(st.sampled_from(list(WORTHS))), draw(accounts)
    amount = draw(funds) / WORTHS[coin]
    said = paid(balance(amount, coin), account=name)
    return Happening(f"{name} has {amount} {coin}", lambda _: said)


@st.composite
def _collateral(draw: st.DrawFn) -> Happening:
    name, rate = draw(accounts), draw(st.sampled_from([0.5, 0.95, 1.0]))
    coins = draw(st.lists(st.sampled_from(list(WORTHS)), min_size=3, unique=True))
    priced = tuple(
        CollateralReading(
            asset=coin, price=WORTHS[coin] * draw(moves),
            slices=slices(1.0 if coin == "USDT" else rate),
        )
        for coin in coins
    )  # fmt: skip
    return Happening(
        f"{name} counts {priced}", lambda story: CollateralPriced(name, priced, story.now)
    )


@st.composite
def _definitions(draw: st.DrawFn) -> Happening:
    symbol = draw(st.sampled_from(list(PRICES)))
    size, fee = draw(st.sampled_from([1.0, 2.0])), draw(st.sampled_from([None, 0.0002, 0.0006]))
    return Happening(
        f"{symbol} is of {size} at {fee}", lambda _: contract(symbol, size=size, taker_fee=fee)
    )


@st.composite
def _reloads(draw: st.DrawFn) -> Happening:
    betas = draw(st.sampled_from(BETAS))
    return Happening(
        f"reload with {betas}", lambda _: RulesReplaced((), replace(PLAIN, betas=betas))
    )


happenings = st.lists(
    st.one_of(
        _marks(), _marks(), _positions(), _positions(), _regimes(), _balances(), _collateral(),
        _tables(), _definitions(), _reloads(), _leverages(),
    ),
    max_size=30,
)  # fmt: skip


_USUAL = tuple(CollateralReading(asset=coin, price=worth) for coin, worth in WORTHS.items())


def _open_desk(regimes: tuple[str, str]) -> Story:
    story = Story(on=PLAIN)
    story.at(0.0, *map(contract, PRICES))
    for name in ACCOUNTS:
        story.at(0.0, *(tiered(symbol, table(symbol, 0), name) for symbol in PRICES))
        story.at(0.0, _read_again(story, name, regimes=regimes))
        story.at(0.0, *(paid(balance(1.0, coin), account=name) for coin in ("USDT", "BTC", "ETH")))
        story.at(0.0, CollateralPriced(name, _USUAL, story.now))
    story.at(0.0, *(mark(symbol, price) for symbol, price in PRICES.items()))
    return story


def _rebuilt(story: Story) -> Story:
    """A new engine, told once what the old one holds, last things first."""
    betas = dict(story.account().betas)
    heir = Story(on=replace(PLAIN, betas=betas), start=story.now)
    for symbol in reversed(PRICES):
        defined = story.market(symbol).market
        assert defined is not None
        heir.at(0.0, MarketDefined(defined))
    for name in reversed(ACCOUNTS):  # a mode that is unknown keeps together what was so before
        known = "binance-usdm-multi-assets" if story.account(name).is_whole else CROSS[0]
        heir.at(0.0, _read_again(heir, name, regimes=(known, ISOLATED[0])))
        heir.at(0.0, *_told_once(story, name))
    heir.at(0.0, *(mark(symbol, story.market(symbol).price) for symbol in PRICES))
    return heir


def _told_once(story: Story, name: str) -> list[Event]:
    account = story.account(name)
    read = _read_again(story, name)
    return [
        CollateralPriced(name, tuple(account.collateral.values()), story.now),
        *(TiersChanged(name, symbol, tiers) for symbol, tiers in account.tiers.items()),
        replace(read, positions=read.positions[::-1], balances=read.balances[::-1]),
    ]


def _of_now(story: Story) -> dict[tuple[str, str], object]:
    """All but what remembers: the worst case of what is in the dark, and the profit of what has
    no cost, which counts from the first price.
    """
    found = measures(story.engine.book.rows())
    dark = {str(p.subject) for p in story.open() if isinstance(p.liquidation_distance, Unknown)}
    forgotten = {(name, "liquidation_distance_worst") for name in dark}
    forgotten |= {("coin", "exposure_pnl"), ("several", "exposure_pnl")}
    forgotten |= {(plan.name, "hedge_drift_worst") for plan in HEDGES}
    return {key: value for key, value in found.items() if key not in forgotten}


@settings(max_examples=examples(30))
@given(st.tuples(st.sampled_from(CROSS + WHOLE), st.sampled_from(ISOLATED)), happenings)
def test_the_book_of_any_kind_equals_one_made_from_scratch(
    regimes: tuple[str, str], told: list[Happening]
) -> None:
    story = _open_desk(regimes)
    for index, happening in enumerate(told):
        story.at(0.01 * (index + 1), happening.tell(story))
    got = _of_now(story)
    wanted = _of_now(_rebuilt(story))
    assert got.keys() == wanted.keys()
    different = {key: (got[key], wanted[key]) for key in got if not equal(got[key], wanted[key])}
    assert different == {}
