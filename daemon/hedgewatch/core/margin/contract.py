"""The arithmetic of one contract: notional and bankruptcy.

Linear contracts count coins and pay in the quote currency; inverse ones count the quote currency
and pay in coins. Formulas and signs: `daemon/NUMBERS.md`, Venues.
"""


def notional(quantity: float, price: float, *, linear: bool = True) -> float:
    """What the position is worth, never negative: |q|·P, or |Q| ÷ P in coins."""
    return abs(quantity) * price if linear else abs(quantity) / price


def bankruptcy_price(
    quantity: float, entry: float, leverage: float, *, linear: bool = True
) -> float | None:
    """Where the initial margin is lost: E·(1 − s ÷ L), or E·L ÷ (L + s) of an inverse one.

    0 for a linear long without leverage; None for an inverse short without: it is never lost.
    """
    side = 1.0 if quantity > 0.0 else -1.0
    if linear:
        price = entry * (1.0 - side / leverage)
        return price if price >= 0.0 else None
    return entry * leverage / (leverage + side) if leverage + side > 0.0 else None
