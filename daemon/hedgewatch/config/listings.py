"""Which kinds of markets the venue of an account lists, and what to say of a symbol of another."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from hedgewatch.config.symbols import Symbol
from hedgewatch.venues.known import KNOWN


class Kind(StrEnum):
    """What a market settles in."""

    SPOT = "spot pairs"
    LINEAR = "contracts that settle in their quote currency"
    INVERSE = "contracts that settle in their base currency"
    OTHER = "contracts that settle in a third currency"


ALL = frozenset(Kind)

_LISTED: Mapping[str, frozenset[Kind]] = MappingProxyType(
    {
        "binance": frozenset({Kind.SPOT}),
        "binanceusdm": frozenset({Kind.LINEAR}),
        "binancecoinm": frozenset({Kind.INVERSE}),
        "hyperliquid": frozenset({Kind.SPOT, Kind.LINEAR}),
    }
)
"""Of venues whose accounts are less than all that ccxt knows there. The others list what they list:
only asking them tells more.
"""

_PORTFOLIO = frozenset({Kind.SPOT, Kind.LINEAR, Kind.INVERSE})


def kind_of(parts: Symbol) -> Kind:
    """The kind of a market, by its symbol alone."""
    if not parts.settle:
        return Kind.SPOT
    if parts.settle == parts.quote:
        return Kind.LINEAR
    return Kind.INVERSE if parts.settle == parts.base else Kind.OTHER


def listed_at(venue: str, *, portfolio_margin: bool) -> frozenset[Kind]:
    """What an account of a known venue may be asked for."""
    if portfolio_margin and venue == "binance":
        return _PORTFOLIO
    return _LISTED.get(venue) or (ALL if KNOWN[venue].spot else ALL - {Kind.SPOT})


def misfit(parts: Symbol, venue: str, kinds: frozenset[Kind]) -> str:
    """Why an account of these kinds has no such market, empty when it may have it."""
    if kind_of(parts) in kinds:
        return ""
    base, quote = parts.base, parts.quote
    if kinds == {Kind.INVERSE}:
        return f"{venue} has {Kind.INVERSE}: write {base}/USD:{base}"
    return f"{venue} has {Kind.LINEAR}: write {base}/{quote}:{quote}"
