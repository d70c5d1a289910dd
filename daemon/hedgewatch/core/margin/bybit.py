"""Bybit's margins: a fee to close is part of both, at the bankruptcy price of the entry.

Until 2025-09-02 the value was taken at the entry; since then at the mark, in cross for both
margins, isolated for the maintenance margin alone (help centre, "New Margin Calculation").
"""

from dataclasses import dataclass

from hedgewatch.core.margin.contract import bankruptcy_price, margin_requirement, notional
from hedgewatch.core.margin.regime import Basis
from hedgewatch.core.margin.single import Terms, liquidation_price


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
    def initial_margin(self) -> float:
        """Value at the entry ÷ leverage, without the fee."""
        return margin_requirement(
            self.quantity, self.entry, leverage=self.leverage, linear=self.linear
        )

    @property
    def maintenance_margin(self) -> float:
        """Value at the entry × rate − deduction, without the fee."""
        return (
            margin_requirement(self.quantity, self.entry, rate=self.rate, linear=self.linear)
            - self.deduction
        )

    @property
    def position_margin(self) -> float:
        """What the venue sets aside for an isolated position: initial margin and fee to close."""
        return self.initial_margin + self.fee_to_close


@dataclass(frozen=True, slots=True)
class Margins:
    """Initial and maintenance margin, fee to close included, in the settle currency."""

    initial: float
    maintenance: float


def margins(position: Leveraged, mark: float, basis: Basis) -> Margins:
    """V ÷ L + fee and V·m − c + fee, V the value at the mark or at the entry."""
    price = mark if basis is Basis.MARK else position.entry
    linear, fee = position.linear, position.fee_to_close
    return Margins(
        margin_requirement(position.quantity, price, leverage=position.leverage, linear=linear)
        + fee,
        margin_requirement(position.quantity, price, rate=position.rate, linear=linear)
        - position.deduction
        + fee,
    )


def entry_liquidation_price(position: Leveraged, extra_margin: float = 0.0) -> float | None:
    """Where the loss is initial margin − maintenance at the entry + what was added.

    The fee to close is in both margins and cancels. The prices of isolated positions are still
    these after 2025-09-02 ("the formula is updated but the value stays fixed").
    """
    may_lose = position.initial_margin - position.maintenance_margin + extra_margin
    terms = Terms(position.quantity, position.entry, linear=position.linear)
    return liquidation_price(terms, may_lose)


def inverse_cross_liquidation_price(position: Leveraged, available: float) -> float | None:
    """Inverse cross before unified accounts: 1 ÷ P = 1 ÷ E + s·(A − Q·m ÷ E − Q·f ÷ B) ÷ Q.

    `available` is the balance A that may be lost, order margin taken off; the bankruptcy price
    B = (1 + s·f)·Q ÷ (Q ÷ E + s·A). Shown rounded to the tick against the trader.
    """
    bust = inverse_cross_bankruptcy_price(position, available)
    if bust is None:
        return None
    fee = position.taker * notional(position.quantity, bust, linear=False)
    terms = Terms(position.quantity, position.entry, linear=False)
    return liquidation_price(terms, available - position.maintenance_margin - fee)


def inverse_cross_bankruptcy_price(position: Leveraged, available: float) -> float | None:
    """B above; None where the balance cannot be lost."""
    side = 1.0 if position.quantity > 0.0 else -1.0
    terms = Terms(position.quantity, position.entry, linear=False)
    price = liquidation_price(terms, available)
    return None if price is None else (1.0 + side * position.taker) * price


def mark_liquidation_price(position: Leveraged, extra_margin: float = 0.0) -> float | None:
    """Isolated since 2025-09-02, maintenance at the mark: the wallet is initial margin + extra.

    What was added has paid the taker fee: extra ÷ (1 − s·f), of an inverse contract ÷ (1 + s·f).
    """
    side = 1.0 if (position.quantity > 0.0) is position.linear else -1.0
    wallet = position.initial_margin + extra_margin / (1.0 - side * position.taker)
    terms = Terms(
        position.quantity,
        position.entry,
        rate=position.rate,
        deduction=position.deduction,
        linear=position.linear,
    )
    return liquidation_price(terms, wallet)
