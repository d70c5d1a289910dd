"""Binance's published formulas of COIN-M, from its own page: nothing is shared with the monitor.

FAQ ceccfcfb4e3a45e3b48b0b1bb1a8ae46, "How to Calculate Liquidation Price of COIN-M Futures
Contracts": maintenance margin = contracts · face ÷ mark · rate − cum, in the coin, and

    price = (B·rate + L·rate + S·rate + side·B + L − S)
          ÷ ((wallet − maintenance and + profit of the others + cums) ÷ face
             + side·B ÷ entry + L ÷ entry − S ÷ entry)

with the bracket taken at that price.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from hedgewatch.sim.accounts import ZERO, CoinPosition
from hedgewatch.sim.coin_contracts import CoinContract
from hedgewatch.sim.markets import Tier


@dataclass(frozen=True, slots=True)
class CoinPool:
    """Cross positions of one coin and their wallet, or one isolated position and its own."""

    wallet: Decimal
    positions: tuple[CoinPosition, ...]
    contracts: Mapping[str, CoinContract]
    marks: Mapping[str, Decimal]

    def notional(self, position: CoinPosition) -> Decimal:
        """In coins at the mark, never negative."""
        face = self.contracts[position.symbol].face
        return abs(position.contracts) * face / self.marks[position.symbol]

    def maintenance(self, position: CoinPosition) -> Decimal:
        """Of one position, in coins."""
        notional = self.notional(position)
        tier = self.contracts[position.symbol].tier_of(notional)
        return notional * tier.rate - tier.deduction

    def profit(self, position: CoinPosition) -> Decimal:
        """Unrealised, in coins: a loss is negative."""
        value = position.contracts * self.contracts[position.symbol].face
        return value / position.entry - value / self.marks[position.symbol]

    @property
    def maintenance_margin(self) -> Decimal:
        """Of all positions."""
        return sum((self.maintenance(position) for position in self.positions), ZERO)

    @property
    def margin_balance(self) -> Decimal:
        """The wallet with what the positions have won or lost."""
        return self.wallet + sum((self.profit(position) for position in self.positions), ZERO)

    @property
    def margin_ratio(self) -> Decimal:
        """Maintenance over margin balance: 1 is liquidation, infinite when nothing is left."""
        needed, balance = self.maintenance_margin, self.margin_balance
        if not needed:
            return ZERO
        return needed / balance if balance > 0 else Decimal("Infinity")

    def liquidation_price(self, symbol: str) -> Decimal:
        """Of the market, others frozen at their marks; 0 when no price liquidates."""
        legs = [position for position in self.positions if position.symbol == symbol]
        others = [position for position in self.positions if position.symbol != symbol]
        kept = sum((self.profit(other) - self.maintenance(other) for other in others), ZERO)
        contract, mark = self.contracts[symbol], self.marks[symbol]
        choices = product(contract.tiers, repeat=len(legs))
        prices = [
            price
            for tiers in choices
            for price in _consistent(legs, tiers, self.wallet + kept, contract)
        ]
        return min(prices, key=lambda price: abs(price - mark), default=ZERO)


def _consistent(
    legs: list[CoinPosition], tiers: tuple[Tier, ...], backing: Decimal, contract: CoinContract
) -> Iterable[Decimal]:
    """The published formula for one choice of brackets, if its result lies in those brackets."""
    pairs = list(zip(legs, tiers, strict=True))
    above = sum((abs(leg.contracts) * tier.rate + leg.contracts for leg, tier in pairs), ZERO)
    below = (backing + sum((tier.deduction for tier in tiers), ZERO)) / contract.face
    below += sum((leg.contracts / leg.entry for leg in legs), ZERO)
    price = above / below if below else ZERO
    if price <= 0:
        return []
    fits = all(
        contract.tier_of(abs(leg.contracts) * contract.face / price) == tier for leg, tier in pairs
    )
    return [price] if fits else []
