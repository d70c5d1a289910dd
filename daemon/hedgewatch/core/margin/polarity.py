"""The one place where a venue's margin ratio becomes ours, whichever way round the venue counts.

Ours is θ·(maintenance + liquidation fee) ÷ equity: 0 without positions, 1 at liquidation, +inf
when equity is 0 or less. Two venues may give opposite meanings to one field name (`mgnRatio` of
OKX and of Bitget), so a number of a venue goes nowhere without its `VenueRatio`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueRatio:
    """How a venue publishes its ratio: `daemon/NUMBERS.md` shows these as a table.

    `liquidated_at` is the venue's number at which liquidation begins; `nothing_due` the number
    that it prints while no position asks for margin, None when it has none of its own.
    """

    venue: str
    field: str
    definition: str
    liquidated_at: float
    high_is_safe: bool
    nothing_due: float | None = None


_LOW = "maintenance ÷ equity"
_HIGH = "equity ÷ maintenance"
_HIGH_WITH_FEE = "equity ÷ (maintenance + liquidation fee)"


def _low(venue: str, field: str) -> VenueRatio:
    return VenueRatio(
        venue=venue, field=field, definition=_LOW, liquidated_at=1.0, high_is_safe=False
    )


def _high(venue: str, field: str, definition: str = _HIGH) -> VenueRatio:
    return VenueRatio(
        venue=venue, field=field, definition=definition, liquidated_at=1.0, high_is_safe=True
    )


VENUE_RATIOS: Mapping[str, VenueRatio] = MappingProxyType(
    {
        "binance": _low("Binance USDⓈ-M, COIN-M", "margin ratio"),
        "unimmr": VenueRatio(
            venue="Binance Portfolio Margin",
            field="uniMMR",
            definition="adjusted equity ÷ maintenance",
            liquidated_at=1.05,
            high_is_safe=True,
            nothing_due=99999999.0,
        ),
        "bybit": _low("Bybit", "accountMMRate"),
        "okx": _high("OKX", "mgnRatio", _HIGH_WITH_FEE),
        "blofin": _high("BloFin", "marginRatio", _HIGH_WITH_FEE),
        "bitget": _low("Bitget", "mgnRatio"),
        "poloniex": _low("Poloniex", "mgnRatio"),
        "hyperliquid": _low("Hyperliquid", "crossMaintenanceMarginUsed ÷ accountValue"),
        "deribit": _low("Deribit", "maintenance_margin ÷ margin_balance"),
        "kraken": _high("Kraken Futures", "margin level"),
        "phemex": _high("Phemex", "margin level"),
        "ccxt": _low("any venue, unified by ccxt", "marginRatio"),
    }
)
"""By the word that a dialect or a rule of a venue is known by. Sources: margin §1.11."""


def margin_ratio(requirement: float, equity: float) -> float:
    """Requirement over equity: 0 without positions, 1 at liquidation, +inf when equity ≤ 0."""
    if requirement == 0.0:
        return 0.0
    return requirement / equity if equity > 0.0 else inf


def from_venue(ratio: VenueRatio, value: object, theta: float | None = None) -> float | None:
    """Our ratio from the number that a venue sent; None when it sent none.

    `theta` is where this account is liquidated, when that is configured (uniMMR). An empty field,
    a text that is no number, and 0 where high is safe (equity gone or nothing due: no telling)
    are none. The number for "nothing is due" is 0; equity that is gone is +inf.
    """
    number = _number(value)
    if number is None:
        return None
    if ratio.nothing_due is not None and number >= ratio.nothing_due:
        return 0.0
    if number < 0.0:
        return inf
    threshold = ratio.liquidated_at if theta is None else theta
    if not ratio.high_is_safe:
        return number / threshold
    return threshold / number if number else None


_NO_PRICES = frozenset({0.01, 1_000_000.0, 99_999_999.0})
"""Prices that some venue prints for "none"; each is also a price, of some coin."""

_ABSURD = 10.0


def price_from_venue(value: object, mark: float) -> float | None:
    """The liquidation price that a venue sent; None when it means that there is none.

    "", "0" and negative prices always do (Binance, Bybit, HTX); 0.01, 1000000 and 99999999
    (Gate) do when the mark is more than ten times away, because some coin trades there.
    """
    price = _number(value)
    if price is None or price <= 0.0:
        return None
    far = not mark / _ABSURD <= price <= mark * _ABSURD
    return None if price in _NO_PRICES and far else price


_WRITTEN = re.compile(r"[-+.0-9eE]+")
"""Digits as venues write them: "1_0", " 1" and other scripts' digits are numbers to Python only."""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None
