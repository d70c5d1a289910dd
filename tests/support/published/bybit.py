"""Bybit's prices of liquidation, as its help centre prints them."""

from dataclasses import dataclass

from hedgewatch.core.margin.bybit import Leveraged
from hedgewatch.core.margin.contract import notional
from hedgewatch.core.margin.regime import Basis
from tests.support.published.contract import margin_requirement
from tests.support.published.single import Terms, liquidation_price


def initial_margin(position: Leveraged) -> float:
    """Value at the entry ÷ leverage, without the fee."""
    return margin_requirement(
        position.quantity, position.entry, leverage=position.leverage, linear=position.linear
    )


def position_margin(position: Leveraged) -> float:
    """What the venue sets aside for an isolated position: initial margin and fee to close."""
    return initial_margin(position) + position.fee_to_close


def entry_liquidation_price(position: Leveraged, extra_margin: float = 0.0) -> float | None:
    """Where the loss is initial margin − maintenance at the entry + what was added.

    The fee to close is in both margins and cancels. The prices of isolated positions are still
    these after 2025-09-02 ("the formula is updated but the value stays fixed").
    """
    may_lose = initial_margin(position) - position.maintenance_margin + extra_margin
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
    wallet = initial_margin(position) + extra_margin / (1.0 - side * position.taker)
    terms = Terms(
        position.quantity,
        position.entry,
        rate=position.rate,
        deduction=position.deduction,
        linear=position.linear,
    )
    return liquidation_price(terms, wallet)


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
