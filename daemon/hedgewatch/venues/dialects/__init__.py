"""What each venue calls things, one file a venue, and which file serves which venue."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hedgewatch.venues.dialect import Dialect
from hedgewatch.venues.dialects.binance_spot import BinanceSpot
from hedgewatch.venues.dialects.binancecoinm import BinanceCoinm
from hedgewatch.venues.dialects.binanceusdm import BinanceUsdm
from hedgewatch.venues.dialects.hyperliquid import Hyperliquid
from hedgewatch.venues.settings import AccountSettings

DIALECTS: Mapping[str, Callable[[AccountSettings], Dialect]] = MappingProxyType(
    {
        "binance": lambda settings: BinanceSpot(settings.name),
        "binancecoinm": lambda settings: BinanceCoinm(settings.name),
        "binanceusdm": lambda settings: BinanceUsdm(settings.name),
        "hyperliquid": lambda settings: Hyperliquid(settings.name, settings.address or ""),
    }
)
"""By ccxt's ids."""


def dialect_of(settings: AccountSettings) -> Dialect:
    """The dialect of a venue, for one account."""
    return DIALECTS[settings.venue](settings)
