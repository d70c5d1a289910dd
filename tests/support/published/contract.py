"""The arithmetic of one contract that venues document, for the vectors that others publish
(tests/vectors): the daemon takes entry and profit as the venue tells them, or by `Leg`.
"""

from collections.abc import Iterable
from typing import Literal

from hedgewatch.core.margin.contract import notional

Side = Literal["long", "short"]


def signed_quantity(side: Side, contracts: float = 1.0, contract_size: float = 1.0) -> float:
    """Contracts × contract size, short negative: coins of a linear market, face of an inverse."""
    size = abs(contracts) * contract_size
    return size if side == "long" else -size


def average_entry(fills: Iterable[tuple[float, float]], *, linear: bool = True) -> float | None:
    """The entry of (signed quantity, price) fills in their order; None while flat.

    Weighted by quantity, of inverse contracts harmonically. What reduces a position leaves its
    entry; what turns it over begins anew.
    """
    held = entry = 0.0
    for quantity, price in fills:
        after = held + quantity
        if held * quantity >= 0.0:
            if after:
                entry = _merged(held, entry, quantity, price, linear=linear)
        elif after * held < 0.0:
            entry = price
        held = after
    return entry if held else None


def _merged(held: float, entry: float, added: float, price: float, *, linear: bool) -> float:
    if not held:
        return price
    if linear:
        return (held * entry + added * price) / (held + added)
    return (held + added) / (held / entry + added / price)


def isolated_wallet(
    quantity: float, entry: float, leverage: float, *, linear: bool = True
) -> float:
    """What is set aside for an isolated position that was opened at a leverage, fees apart."""
    return margin_requirement(quantity, entry, leverage=leverage, linear=linear)


def liquidation_requirement(
    maintenance: float | None, *, notional: float = 0.0, rate: float = 0.0, fee: float = 0.0
) -> float:
    """Maintenance + fee rate · notional; a maintenance that is not published is rate · notional."""
    return (rate * notional if maintenance is None else maintenance) + fee * notional


def unrealized_pnl(quantity: float, entry: float, price: float, *, linear: bool = True) -> float:
    """q·(P − E) in the quote currency, or Q·(1 ÷ E − 1 ÷ P) in coins; a loss is negative."""
    if linear:
        return quantity * (price - entry)
    return quantity * (price - entry) / (entry * price)


def margin_requirement(
    quantity: float,
    price: float,
    *,
    rate: float = 1.0,
    leverage: float = 1.0,
    linear: bool = True,
) -> float:
    """Notional × rate ÷ leverage, in the settle currency.

    Initial margin is `leverage` alone or `rate` alone. No venue divides a maintenance rate by the
    leverage: give it alone (a model that does both exists, and is why both are arguments).
    """
    return notional(quantity, price, linear=linear) * rate / leverage
