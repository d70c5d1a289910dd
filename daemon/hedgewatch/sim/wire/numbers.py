"""Numbers as Binance prints them: decimal text, never a float."""

from decimal import Decimal

EIGHT_PLACES = Decimal("0.00000001")


def money(value: Decimal) -> str:
    """Eight decimals, as in balances, marks and profits."""
    return f"{value.quantize(EIGHT_PLACES):f}"


def plain(value: Decimal) -> str:
    """The shortest text, as in quantities and entry prices."""
    return f"{value.normalize():f}"


def on_tick(value: Decimal, tick: Decimal) -> Decimal:
    """The nearest price that the market can quote."""
    return (value / tick).quantize(Decimal(1)) * tick
