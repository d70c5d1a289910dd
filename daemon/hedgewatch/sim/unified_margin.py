"""Binance's published rules of Portfolio Margin: nothing is shared with the monitor.

FAQ 5e33af8e: uniMMR = adjusted equity ÷ maintenance margin, liquidation at 1.05 or less; adjusted
equity = sum over the assets of min(equity · index price · collateral rate, equity · index price).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from hedgewatch.sim.accounts import ZERO

LIQUIDATED_AT = Decimal("1.05")
HALVINGS = 60
FAR = Decimal(1000)

COLLATERAL_RATES: Mapping[str, Decimal] = {
    "USDT": Decimal("0.9999"),
    "USDC": Decimal(1),
    "BTC": Decimal("0.95"),
    "ALT": Decimal("0.80"),
    "AIX": Decimal("0.70"),
}


@dataclass(frozen=True, slots=True)
class Unified:
    """What the account is at some prices: equity by asset (profit included, loans taken off),
    maintenance by the asset that it is asked for in, and the price of each asset in dollars.
    """

    equities: Mapping[str, Decimal]
    needed: Mapping[str, Decimal]
    prices: Mapping[str, Decimal]

    @property
    def adjusted_equity(self) -> Decimal:
        """After the collateral rates: what is owed counts in full."""
        worth = {asset: held * self.prices[asset] for asset, held in self.equities.items()}
        return sum(
            (min(value * COLLATERAL_RATES[asset], value) for asset, value in worth.items()), ZERO
        )

    @property
    def actual_equity(self) -> Decimal:
        """Before them."""
        return sum((held * self.prices[asset] for asset, held in self.equities.items()), ZERO)

    @property
    def maintenance(self) -> Decimal:
        """In dollars."""
        return sum((asked * self.prices[asset] for asset, asked in self.needed.items()), ZERO)

    @property
    def margin_ratio(self) -> Decimal:
        """1 at the uniMMR of liquidation, infinite when nothing is left."""
        equity, needed = self.adjusted_equity, self.maintenance * LIQUIDATED_AT
        if not needed:
            return ZERO
        return needed / equity if equity > 0 else Decimal("Infinity")


def nearest_line(mark: Decimal, at: Callable[[Decimal], Unified]) -> Decimal:
    """The price at which the account is liquidated, by trying; 0 when none is found."""

    def safe(price: Decimal) -> bool:
        return at(price).margin_ratio < 1

    if not safe(mark):
        return ZERO
    ends = [end for end in (mark / FAR, mark * FAR) if not safe(end)]
    prices = [_between(mark, end, safe) for end in ends]
    return min(prices, key=lambda price: abs(price - mark), default=ZERO)


def _between(good: Decimal, bad: Decimal, safe: Callable[[Decimal], bool]) -> Decimal:
    for _ in range(HALVINGS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if safe(middle) else (good, middle)
    return bad
