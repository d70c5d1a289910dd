"""Bybit's margins: a fee to close is part of both, at the bankruptcy price of the entry.

Until 2025-09-02 the value was taken at the entry; since then at the mark, in cross for both
margins, isolated for the maintenance margin alone (help centre, "New Margin Calculation").
"""

from dataclasses import dataclass

from hedgewatch.core.margin.contract import bankruptcy_price, notional


@dataclass(frozen=True, slots=True, kw_only=True)
class Leveraged:
    """A position at a leverage. `rate`, `deduction`: of its tier; `taker`: the fee rate."""

    quantity: float
    entry: float
    leverage: float
    rate: float
    deduction: float = 0.0
    taker: float = 0.0
    linear: bool = True

    @property
    def bankruptcy_price(self) -> float | None:
        """Where the initial margin is lost; None for an inverse short without leverage."""
        return bankruptcy_price(self.quantity, self.entry, self.leverage, linear=self.linear)

    @property
    def fee_to_close(self) -> float:
        """Taker fee on the value at the bankruptcy price: q·E·(1 − s ÷ L)·f; 0 where none is."""
        price = self.bankruptcy_price
        if price is None or not self.quantity:
            return 0.0
        return self.taker * notional(self.quantity, price, linear=self.linear)

    @property
    def maintenance_margin(self) -> float:
        """Value at the entry × rate − deduction, without the fee."""
        return notional(self.quantity, self.entry, linear=self.linear) * self.rate - self.deduction
