"""A leveraged spot position (OKX isolated MARGIN): coins owned against money borrowed for them."""

from math import inf


def borrowed_liquidation_price(
    assets: float, liability: float, rate: float, fee: float
) -> float | None:
    """Where the coins are worth what closing costs: L·(1 + m)·(1 + f) ÷ coins; None without."""
    if assets <= 0.0 or liability <= 0.0:
        return None
    return liability * (1.0 + rate) * (1.0 + fee) / assets


def borrowed_multiple(
    assets: float, liability: float, mark: float, rate: float, fee: float
) -> float:
    """Equity ÷ (maintenance + fee), in coins: (assets − L ÷ P) ÷ (L ÷ P · (m + (1 + m)·f))."""
    owed = liability / mark
    required = owed * (rate + (1.0 + rate) * fee)
    return (assets - owed) / required if required else inf
