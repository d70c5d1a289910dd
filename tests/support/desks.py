"""Accounts of every kind for hypothesis: coin pools, whole accounts, netted and charged regimes.

An account is drawn as what its venue would say of it, so that a test can say it again with one
thing changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from hypothesis import strategies as st

from hedgewatch.core.events import (
    AccountRead,
    BalanceReading,
    CollateralPriced,
    CollateralReading,
    Event,
    MarketDefined,
    PositionReading,
    TiersChanged,
)
from hedgewatch.core.margin.regimes import REGIMES
from hedgewatch.core.model import CollateralSlice, PositionKind, Tier
from tests.support.builders import Said, desk, mark, market, tiers
from tests.support.stories import Story

BTC, ETH, PEPE = "BTC/USDT:USDT", "ETH/USDT:USDT", "1000PEPE/USDT:USDT"
BTC_COIN, BTC_DATED, ETH_COIN = "BTC/USD:BTC", "BTC/USD:BTC-270326", "ETH/USD:ETH"
PRICES = {
    BTC: 60_000.0, ETH: 3_000.0, PEPE: 0.01,
    BTC_COIN: 60_000.0, BTC_DATED: 63_000.0, ETH_COIN: 3_000.0,
}  # fmt: skip
SIZES = {BTC: 1.0, ETH: 1.0, PEPE: 1.0, BTC_COIN: 100.0, BTC_DATED: 100.0, ETH_COIN: 10.0}
WORTHS = {"USDT": 1.0, "BTC": 60_000.0, "ETH": 3_000.0, "PEPE": 1e-5}
TAKER = 0.0005

CROSS = (
    "binance-usdm-cross", "binance-coinm-cross", "okx-single-currency-cross", "gate-cross",
)  # fmt: skip
WHOLE = (
    "binance-usdm-multi-assets", "binance-portfolio-margin", "okx-multi-currency-cross",
    "bybit-uta-cross", "kraken-futures-multi-collateral",
)  # fmt: skip
ISOLATED = (
    "binance-usdm-isolated", "okx-isolated", "bybit-linear-isolated",
    "bybit-linear-isolated-before-2025-09-02",
)  # fmt: skip
BETAS: tuple[Mapping[str, float], ...] = ({}, {"ETH": 1.5}, {"ETH": 0.5, "PEPE": 2.0, "BTC": 0.9})

# One-way in most; hedge mode in ETH and in Bitcoin's perpetual.
SLOTS: tuple[tuple[str, PositionKind, tuple[int, ...]], ...] = (
    (BTC, "net", (-1, 1)),
    (ETH, "long", (1,)),
    (ETH, "short", (-1,)),
    (PEPE, "net", (-1, 1)),
    (BTC_COIN, "long", (1,)),
    (BTC_COIN, "short", (-1,)),
    (BTC_DATED, "net", (-1, 1)),
    (ETH_COIN, "net", (-1, 1)),
)


def is_inverse(symbol: str) -> bool:
    return "/USD:" in symbol


def settle_of(symbol: str) -> str:
    return symbol.partition(":")[2].partition("-")[0]


def table(symbol: str, which: int, scale: float = 1.0) -> tuple[Tier, ...]:
    """Marginal tiers in the settle currency of a market."""
    unit = scale / WORTHS[settle_of(symbol)]
    steep = tiers((0.0, 0.004), (50_000.0 * unit, 0.01), (400_000.0 * unit, 0.05))
    steeper = tiers((0.0, 0.02), (30_000.0 * unit, 0.1), (90_000.0 * unit, 0.25))
    return (steep, steeper, tiers((0.0, 0.01)))[which]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A position by its worth at the usual price of its market, in dollars."""

    slot: tuple[str, PositionKind]
    worth: float
    entry: float
    isolated: float | None = None
    leverage: float | None = 10.0

    def reading(self, now: float, scale: float = 1.0) -> PositionReading:
        symbol, kind = self.slot
        price = PRICES[symbol]
        size = SIZES[symbol] * (1.0 if is_inverse(symbol) else price)
        wallet = self.isolated
        if wallet is not None:
            wallet *= scale / WORTHS[settle_of(symbol)]
        return PositionReading(
            symbol=symbol,
            kind=kind,
            contracts=scale * self.worth / size,
            entry_price=self.entry * price,
            venue_time=now,
            isolated_wallet=wallet,
            leverage=self.leverage,
        )


@dataclass(frozen=True, kw_only=True)
class Held:
    """All that a venue says of one account; `coins` are dollars' worth of each coin."""

    regime: str
    isolated_regime: str
    holdings: tuple[Holding, ...]
    coins: Mapping[str, float]
    marks: Mapping[str, float]
    tables: Mapping[str, int]
    rates: Mapping[str, float]
    betas: Mapping[str, float] = field(default_factory=dict)
    scale: float = 1.0

    def told(self) -> Iterator[Event | Said]:
        """Everything but the definitions of the markets, prices last."""
        for symbol, which in self.tables.items():
            yield TiersChanged("main", symbol, table(symbol, which, self.scale))
        yield self.read
        yield self.priced
        yield from (mark(symbol, price) for symbol, price in self.marks.items())

    def read(self, now: float) -> AccountRead:
        return AccountRead(
            account="main",
            positions=tuple(one.reading(now, self.scale) for one in self.holdings),
            balances=tuple(
                BalanceReading(asset=coin, total=amount, cross_wallet=amount, venue_time=now)
                for coin, worth in self.coins.items()
                for amount in (self.scale * worth / WORTHS[coin],)
            ),
            cross_regime=REGIMES[self.regime],
            isolated_regime=REGIMES[self.isolated_regime],
        )

    def priced(self, now: float, moved: Mapping[str, float] | None = None) -> CollateralPriced:
        """The coins as collateral, at so many times their usual worth."""
        return CollateralPriced(
            "main",
            tuple(
                CollateralReading(
                    asset=coin,
                    price=worth * (moved or {}).get(coin, 1.0),
                    slices=slices(self.rates.get(coin, 1.0), self.scale),
                )
                for coin, worth in WORTHS.items()
            ),
            now,
        )


def slices(rate: float, scale: float = 1.0) -> tuple[CollateralSlice, ...]:
    """All of it at a rate; what has one also counts less above 200,000."""
    if rate == 1.0:
        return (CollateralSlice(inf, 1.0),)
    return CollateralSlice(200_000.0 * scale, rate), CollateralSlice(inf, rate / 2.0)


worths = st.sampled_from([0.0, 500.0, 6_000.0, 40_000.0, 300_000.0])
entries = st.sampled_from([0.8, 1.0, 1.25])
funds = st.sampled_from([-2_000.0, 1_000.0, 20_000.0, 90_000.0, 700_000.0])
moves = st.floats(0.6, 1.6)


@st.composite
def _holdings(draw: st.DrawFn) -> tuple[Holding, ...]:
    found = []
    for symbol, kind, sides in draw(
        st.lists(st.sampled_from(SLOTS), unique_by=lambda slot: slot[:2], max_size=5)
    ):
        worth = draw(worths) * draw(st.sampled_from(sides))
        wallet = draw(st.sampled_from([None, None, abs(worth) / 5.0, abs(worth) / 2.0]))
        entry = draw(entries)
        if worth:
            found.append(Holding(slot=(symbol, kind), worth=worth, entry=entry, isolated=wallet))
    return tuple(found)


def accounts(regimes: tuple[str, ...] = CROSS + WHOLE) -> st.SearchStrategy[Held]:
    """Accounts of any of these regimes."""
    symbols = list(PRICES)
    return st.builds(
        Held,
        regime=st.sampled_from(regimes),
        isolated_regime=st.sampled_from(ISOLATED),
        holdings=_holdings(),
        coins=st.fixed_dictionaries(
            {"USDT": funds, "BTC": funds, "ETH": funds}, optional={"PEPE": funds}
        ),
        marks=st.fixed_dictionaries(
            {symbol: moves.map(PRICES[symbol].__mul__) for symbol in symbols}
        ),
        tables=st.fixed_dictionaries({symbol: st.integers(0, 2) for symbol in symbols}),
        rates=st.fixed_dictionaries(
            {"BTC": st.sampled_from([0.95, 1.0]), "ETH": st.sampled_from([0.7, 1.0])},
            optional={"PEPE": st.just(0.5)},
        ),
        betas=st.sampled_from(BETAS),
    )


def contract(symbol: str, *, size: float = 1.0, taker_fee: float | None = TAKER) -> MarketDefined:
    """A market of the usual size times `size`."""
    said = market(symbol, contract_size=SIZES[symbol] * size, taker_fee=taker_fee)
    return MarketDefined(replace(said.market, settle=settle_of(symbol)))


def story_of(held: Held) -> Story:
    """The account as told to a new engine."""
    plain = desk(prices={}, holdings={})
    story = Story(on=replace(plain, betas=held.betas))
    story.at(0.0, *map(contract, PRICES))
    story.at(0.0, *held.told())
    return story
