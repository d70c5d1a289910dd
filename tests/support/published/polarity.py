"""What venues call their ratios, and our ratio as a venue would print it."""

from collections.abc import Mapping
from math import inf, isfinite
from types import MappingProxyType

from hedgewatch.core.margin.polarity import VENUE_RATIOS, VenueRatio, margin_ratio

OTHER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "mm_over_equity": "ccxt",
        "canonical": "ccxt",
        "marginratio": "ccxt",
        "equity_over_mm": "kraken",
        "eq_over_mm": "kraken",
        "margin_level": "kraken",
        "kraken_futures": "kraken",
        "binance_um": "binance",
        "binance_usdm": "binance",
        "binance_cm": "binance",
        "binance_coinm": "binance",
        "binance_pm": "unimmr",
        "uni_mmr": "unimmr",
        "bybit_uta": "bybit",
        "accountmmrate": "bybit",
        "account_mm_rate": "bybit",
        "okx_linear": "okx",
        "okx_multi": "okx",
        "okx_rate": "okx",
        "bitget_uta": "bitget",
        "mm/equity": "ccxt",
        "mm/collateral": "ccxt",
        "mm/marginbalance": "binance",
        "mm/margin_balance": "deribit",
        "equity/mm": "kraken",
        "equity/(mm+fee)": "okx",
        "adjequity/mm": "unimmr",
    }
)
"""Other words for the same. `mgnRatio` is none of them: it means opposite things."""


def venue_ratio(word: str) -> VenueRatio:
    """The ratio of a venue, or of a definition, by any of its words; KeyError when unheard of."""
    key = word.casefold()
    return VENUE_RATIOS[OTHER_WORDS.get(key, key)]


def to_venue(ratio: VenueRatio, ours: float, theta: float | None = None) -> float | None:
    """The number that the venue would print for our ratio: `from_venue` the other way.

    +inf, the equity that is gone, has no number at a venue: None.
    """
    if not isfinite(ours):
        return None
    threshold = ratio.liquidated_at if theta is None else theta
    if not ratio.high_is_safe:
        return ours * threshold
    if ours == 0.0:
        return ratio.nothing_due
    return threshold / ours


def published_ratio(ratio: VenueRatio, equity: float, requirement: float) -> float:
    """What the venue's definition makes of equity and requirement (with its fee, if it has one).

    +inf where it divides by nothing: nothing due where high is safe, no equity where low is.
    """
    if ratio.high_is_safe:
        return equity / requirement if requirement else inf
    return margin_ratio(requirement, equity)
