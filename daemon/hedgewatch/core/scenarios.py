"""What a scenario is: moves of prices, of stablecoins, of basis, funding and haircuts, as data.

Moves are fractions of now: −0.4 is a fall of 40 %. Assets go by their underlying (1000PEPE is
PEPE) and "*" stands for every other. What money is counted in, stablecoins and state currencies,
is moved by `depeg` alone, so that "everything falls by 20 %" leaves it as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

OTHERS = "*"
"""Stands for every asset that is not named."""

MONEY = frozenset({
    "USD", "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USDP", "PYUSD", "RLUSD", "USD1", "USDE",
    "USDG", "USDD", "DAI", "USDS", "GUSD", "BFUSD", "RWUSD", "LDUSDT", "EURI", "EURC", "EUR",
    "GBP", "TRY", "BRL", "JPY",
})  # fmt: skip

_LEAST = 0.001
"""What is left of a price that a beta would take below nothing."""

Payer = Literal["longs", "shorts", "everyone"]


@dataclass(frozen=True, slots=True)
class Funding:
    """So many intervals of funding at `rate` of the notional, paid out of equity."""

    rate: float
    intervals: int
    payer: Payer = "longs"

    def paid(self, signed_notional: float) -> float:
        """What a position pays; negative when it is paid."""
        due = self.rate * self.intervals * signed_notional
        if self.payer == "everyone":
            return abs(due)
        return due if self.payer == "longs" else -due


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One named state of the world, told as moves from the world of now.

    `prices` are moves of single assets, `common` · `betas` those of all others; `basis` is what
    contracts move beyond their underlying; `haircuts` how many points less of a coin's value
    count as collateral. `grid` is the name of the grid that it is a cell of. What is not `scraped`
    is no metric.
    """

    name: str
    title: str = ""
    common: float = 0.0
    betas: Mapping[str, float] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)
    basis: Mapping[str, float] = field(default_factory=dict)
    depeg: Mapping[str, float] = field(default_factory=dict)
    haircuts: Mapping[str, float] = field(default_factory=dict)
    funding: Funding | None = None
    sources: tuple[str, ...] = ()
    grid: str = ""
    scraped: bool = True

    def worth(self, asset: str) -> float:
        """What an asset is worth in dollars, of what it is worth now: 0.8 after a fall of 20 %."""
        if asset in self.depeg:
            return 1.0 + self.depeg[asset]
        if asset in self.prices:
            return 1.0 + self.prices[asset]
        if asset in MONEY:
            return 1.0
        beta = _of(self.betas, asset, 1.0)
        return max(1.0 + self.prices.get(OTHERS, beta * self.common), _LEAST)

    def price(self, base: str, quote: str) -> float:
        """The factor of a spot or index price: a quote that lost its peg makes all else dearer."""
        return self.worth(base) / self.worth(quote)

    def mark(self, base: str, quote: str) -> float:
        """The factor of a contract's mark price: that of its underlying, and basis."""
        return self.price(base, quote) * (1.0 + _of(self.basis, base, 0.0))

    def haircut(self, asset: str) -> float:
        """How much less of a coin's value counts as collateral, in points."""
        return _of(self.haircuts, asset, 0.0)


def grid_name(name: str, move: float) -> str:
    """What a cell of a grid is called: all-20, all+2.5."""
    return f"{name}{move * 100.0:+.10g}"


def _of(table: Mapping[str, float], asset: str, otherwise: float) -> float:
    return table.get(asset, table.get(OTHERS, otherwise))
