"""What venues do to the exact liquidation price before they show it: no part of the mathematics,
but of the comparison with theirs.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from hedgewatch.core.margin.regime import Display


def shifted(price: float | None, shift: float) -> float | None:
    """The exact price and what the venue adds to it; none stays none."""
    return None if price is None else price + shift


def shown(price: float | None, quantity: float, tick: Decimal, display: Display) -> float | None:
    """As the venue shows the exact price of a position: rounded so that the trader has less room,
    upwards for a long, downwards for a short; or one tick up for longs (OKX isolated).
    """
    if price is None or display is Display.EXACT:
        return price
    if display is Display.LONG_ONE_TICK_UP:
        return price + float(tick) if quantity > 0.0 else price
    steps = Decimal(repr(price)) / tick
    rounding = ROUND_CEILING if quantity > 0.0 else ROUND_FLOOR
    return float(steps.to_integral_value(rounding) * tick)
