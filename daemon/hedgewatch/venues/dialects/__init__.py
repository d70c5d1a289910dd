"""What each venue calls things, one file a venue, and which file serves which venue."""

from hedgewatch.venues.dialect import Dialect
from hedgewatch.venues.dialects.binance_spot import BinanceSpot
from hedgewatch.venues.dialects.binanceusdm import BinanceUsdm


def dialect_of(venue: str, account: str) -> Dialect:
    """The dialect of a venue, for one account."""
    return BinanceSpot(account) if venue == "binance" else BinanceUsdm(account)
