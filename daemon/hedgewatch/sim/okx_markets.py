"""What OKX lists of the one truth: the same prices, in contracts of its own sizes.

Sources: OKX API, "Get instruments" (ctVal is coins a contract; of an inverse one, dollars), "Get
position tiers" (by contracts, one rate for all of the position) and "Get discount rate and
interest-free quota" (by coins, each slice at its own rate).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from hedgewatch.sim.markets import OPENING_MARKS, Perpetual

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """One position tier: up to so many contracts."""

    least: Decimal
    most: Decimal
    maintenance: Decimal
    leverage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract as OKX sizes it. `symbol` is its name in the world, `priced` that of its mark.

    `value` is its ctVal. Of an inverse one the world counts dollars, not coins. One with an `end`
    (day, milliseconds) is dated, and stands where the perpetual stands.
    """

    symbol: str
    base: str
    value: Decimal
    lot: Decimal
    priced: str
    quote: str = "USDT"
    linear: bool = True
    end: tuple[str, int] | None = None

    @property
    def kind(self) -> str:
        """Its instType."""
        return "SWAP" if self.end is None else "FUTURES"

    @property
    def family(self) -> str:
        """As tiers and fees name it, and as its index is called."""
        return f"{self.base}-{self.quote}"

    @property
    def id(self) -> str:
        """Its instId."""
        return f"{self.family}-SWAP" if self.end is None else f"{self.family}-{self.end[0]}"

    @property
    def settle(self) -> str:
        """The coin of its margin and profit."""
        return self.quote if self.linear else self.base

    def steps(self, market: Perpetual) -> list[Step]:
        """The tiers of the world, which are by notional, as contracts at the opening mark."""
        least, found = NOTHING, list[Step]()
        worth = self.value * OPENING_MARKS[self.priced] if self.linear else self.value
        for tier in market.tiers:
            most = (tier.cap / worth / self.lot).to_integral_value() * self.lot
            found.append(Step(least, most, tier.rate, tier.leverage))
            least = most + self.lot
        return found


CONTRACTS: Mapping[str, Contract] = MappingProxyType(
    {
        contract.symbol: contract
        for contract in (
            Contract(
                symbol="AIXUSDT", base="AIX", value=Decimal(100), lot=Decimal("0.1"),
                priced="AIXUSDT",
            ),
            Contract(
                symbol="ALTUSDT", base="ALT", value=Decimal(1000), lot=Decimal("0.1"),
                priced="ALTUSDT",
            ),
            Contract(
                symbol="BTCUSDT", base="BTC", value=Decimal("0.01"), lot=Decimal("0.01"),
                priced="BTCUSDT",
            ),
            Contract(
                symbol="BTCUSD", base="BTC", quote="USD", value=Decimal(100), lot=Decimal("0.1"),
                priced="BTCUSDT", linear=False,
            ),
            Contract(
                symbol="BTCUSDT_301227", base="BTC", value=Decimal("0.01"), lot=Decimal("0.01"),
                priced="BTCUSDT", end=("301227", 1_924_588_800_000),
            ),
        )
    }
)  # fmt: skip
"""By their names in the world. A contract of AIX is the worked example's: 100 of it."""

TAKER_FEE = Decimal("0.0005")


@dataclass(frozen=True, slots=True)
class Slice:
    """Up to so many coins (None: any number) each counts this much."""

    most: Decimal | None
    rate: Decimal


DISCOUNTS: Mapping[str, tuple[Slice, ...]] = MappingProxyType(
    {
        "USDT": (Slice(None, Decimal(1)),),
        "BTC": (Slice(Decimal(20), Decimal("0.98")), Slice(Decimal(25), Decimal("0.9775"))),
        "ALT": (Slice(Decimal(100_000), Decimal("0.8")), Slice(Decimal(500_000), Decimal("0.5"))),
    }
)
"""What coins count in multi-currency mode; beyond the last slice, nothing."""
