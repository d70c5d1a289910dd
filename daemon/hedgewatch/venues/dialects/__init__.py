"""What each venue calls things, one file a venue, and which file serves which venue."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hedgewatch.venues.dialect import Dialect
from hedgewatch.venues.dialects.binance_portfolio import BinancePortfolio
from hedgewatch.venues.dialects.binance_spot import BinanceSpot
from hedgewatch.venues.dialects.binancecoinm import BinanceCoinm
from hedgewatch.venues.dialects.binanceusdm import BinanceUsdm
from hedgewatch.venues.dialects.bybit import Bybit
from hedgewatch.venues.dialects.bybit_common import SITES as BYBIT_SITES
from hedgewatch.venues.dialects.generic import Generic
from hedgewatch.venues.dialects.hyperliquid import Hyperliquid
from hedgewatch.venues.dialects.okx import SITES as OKX_SITES
from hedgewatch.venues.dialects.okx import Okx
from hedgewatch.venues.settings import AccountSettings


def _binance(settings: AccountSettings) -> Dialect:
    """A spot account, or all of a Portfolio Margin one."""
    if settings.portfolio_margin:
        return BinancePortfolio(settings.name)
    return BinanceSpot(settings.name)


DIALECTS: Mapping[str, Callable[[AccountSettings], Dialect]] = MappingProxyType(
    {
        "binance": _binance,
        "binancecoinm": lambda settings: BinanceCoinm(settings.name),
        "binanceusdm": lambda settings: BinanceUsdm(settings.name),
        "hyperliquid": lambda settings: Hyperliquid(settings.name, settings.address or ""),
        **dict.fromkeys(BYBIT_SITES, lambda settings: Bybit(settings.name, settings.venue)),
        **dict.fromkeys(OKX_SITES, lambda settings: Okx(settings.name, settings.venue)),
    }
)
"""By ccxt's ids."""


def dialect_of(settings: AccountSettings) -> Dialect:
    """The dialect of a venue, for one account: its own, or what ccxt knows of it."""
    return DIALECTS.get(settings.venue, Generic)(settings)
