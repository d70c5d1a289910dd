"""Liquidation prices from what a venue says of an account now: equity or its ratio, and marks.

Equity that includes the profit needs no entry price: each position counts as entered at its mark.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hedgewatch.core.model import Tier
from tests.support.published.single import (
    Terms,
    liquidation_price,
    maintenance_margin,
    requirement,
)


def equity_at(terms: Terms, mark: float, multiple: float) -> float:
    """Equity behind a position by the venue's equity ÷ (maintenance + fee) (OKX: mgnRatio)."""
    return multiple * requirement(terms, mark)


def price_of_equity(terms: Terms, mark: float, equity: float) -> float | None:
    """Where a position is liquidated whose pool is worth `equity`, profit included, at `mark`."""
    return liquidation_price(terms.marked(mark), equity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A position as Hyperliquid's clearinghouseState has it.

    `size` is signed coins (szi), `value` its notional at the mark, `raw_usd` of an isolated one
    its margin less what it cost, None in cross. The rate is 1 ÷ (2 · the asset's max leverage),
    whatever leverage the user chose, or that of `tiers` where the asset has some.
    """

    size: float
    value: float
    max_leverage: float
    raw_usd: float | None = None
    tiers: tuple[Tier, ...] = ()

    @property
    def mark(self) -> float:
        """Its mark price; 0 of a position that is gone."""
        return self.value / abs(self.size) if self.size else 0.0

    def terms(self) -> Terms:
        """As if entered at the mark, because the account value includes the profit."""
        rate = 1.0 / (2.0 * self.max_leverage)
        return Terms(self.size, self.mark, rate, tiers=self.tiers)

    @property
    def maintenance_margin(self) -> float:
        """In USDC, at the mark."""
        return maintenance_margin(self.terms(), self.mark)


_BEYOND = 1e15
"""A price above it is printed as null."""


def cross_maintenance(holdings: Sequence[Holding]) -> float:
    """crossMaintenanceMarginUsed: of all positions that are not isolated."""
    return sum(one.maintenance_margin for one in holdings if one.raw_usd is None)


def hyperliquid_price(holding: Holding, account_value: float, used: float) -> float | None:
    """liquidationPx: of an isolated position from its own margin, in cross from the account.

    `account_value` is crossMarginSummary.accountValue, `used` crossMaintenanceMarginUsed, this
    position's included. Not for unified accounts: spot balances back them too.
    """
    if holding.raw_usd is not None:
        # Margin less cost is what is left at a price of 0: the wallet of an entry at 0.
        price = liquidation_price(holding.terms().marked(0.0), holding.raw_usd)
    else:
        rest = used - holding.maintenance_margin
        price = price_of_equity(holding.terms(), holding.mark, account_value - rest)
    return None if price is None or price > _BEYOND else price
