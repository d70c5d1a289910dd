"""Assets under their names and multipliers: 1000PEPE and PEPE are one underlying, XBT is BTC."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from hedgewatch.core.scenarios import MONEY

Alias = tuple[str, float]
"""The underlying of an asset, and how many of it one unit of the asset is."""

_MULTIPLIER = re.compile(r"(10{3,9}|1M|k)(?=[A-Z])")
"""10000SATS, 1MBABYDOGE, and Hyperliquid's kPEPE; not 1INCH."""

_THOUSANDS = ("PEPE", "SHIB", "BONK", "FLOKI", "LUNC", "DOGS", "NEIRO")
_IN_SIMPLE_EARN = (
    "BTC", "ETH", "BNB", "SOL", "XRP", "ADA", "DOGE", "DOT", "LTC", "LINK", "AVAX", "TRX",
    "USDT", "USDC", "FDUSD",
)  # fmt: skip

KNOWN: Mapping[str, Alias] = MappingProxyType(
    {
        "XBT": ("BTC", 1.0),
        "XDG": ("DOGE", 1.0),
        "SHIB1000": ("SHIB", 1_000.0),
        # Hyperliquid's kPEPE as ccxt writes it: in capitals, like KAVA or KSM.
        **{f"K{coin}": (coin, 1_000.0) for coin in _THOUSANDS},
        # Binance's flexible Simple Earn stands in the spot account, as LDBTC. LDO is a coin.
        **{f"LD{coin}": (coin, 1.0) for coin in _IN_SIMPLE_EARN},
    }
)
"""Names that no pattern tells. A wrapped or bridged coin is another asset until its owner says."""


class Assets:
    """Which assets of a desk are one: by its owner's word first, then by name."""

    __slots__ = ("_found", "_own")

    def __init__(self, own: Mapping[str, Alias] = MappingProxyType({})) -> None:
        self._own = dict(own)
        self._found: dict[str, Alias] = {}

    def underlying_of(self, asset: str) -> Alias:
        """Asked about the same few assets at every tick.

        >>> Assets().underlying_of("1000PEPE"), Assets().underlying_of("1INCH")
        (('PEPE', 1000.0), ('1INCH', 1.0))
        """
        found = self._found.get(asset)
        if found is None:
            found = self._found[asset] = self._own.get(asset) or underlying_of(asset)
        return found

    def beta_of(self, asset: str, betas: Mapping[str, float]) -> float:
        """What part of a common move it makes: as its owner said, else 0 if money, else 1."""
        underlying = self.underlying_of(asset)[0]
        if underlying in betas:
            return betas[underlying]
        return 0.0 if underlying in MONEY else 1.0


def underlying_of(asset: str) -> Alias:
    """By its name alone, whatever its owner says."""
    known = KNOWN.get(asset)
    if known is not None:
        return known
    found = _MULTIPLIER.match(asset)
    if found is None:
        return asset, 1.0
    multiplier = {"1M": 1e6, "k": 1e3}.get(found[0]) or float(found[0])
    return asset[found.end() :], multiplier
