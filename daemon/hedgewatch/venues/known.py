"""Which venues of ccxt have swaps or futures, what login each wants to be read, and what of others.

`check` may not import ccxt, which takes seconds. So what it must know of ccxt lies beside this
file, written by `python -m hedgewatch.venues.survey` (`make fix`), and a test holds it to the ccxt
that is installed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

FULL = frozenset(
    {
        *("binance", "binancecoinm", "binanceusdm"),
        *("bybit", "bybitid", "hyperliquid", "okx", "okxus"),
    }
)
"""Venues with a dialect of their own, which computes margin there."""

_HEX = r"0x[0-9a-fA-F]{40}"
_BASE58 = r"[1-9A-HJ-NP-Za-km-z]{32,44}"

BY_ADDRESS: Mapping[str, str] = MappingProxyType(
    {
        "dydx": r"dydx1[02-9ac-hj-np-z]{38}",
        "hyperliquid": _HEX,
        "lighter": _HEX,
        "nado": _HEX,
        "pacifica": _BASE58,
    }
)
"""Venues that tell everybody of an account, by its address, and how one is written. Of those ccxt
lists a `privateKey`, which its requests that read do not use (`async_support/<venue>.py`: `sign`,
`fetch_positions`, `fetch_balance`).
"""

_ENOUGH_TO_READ: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"extended": ("apiKey",), "hibachi": ("apiKey", "accountId")}
)
"""What ccxt's `sign` puts into a request that reads, where ccxt asks for a `privateKey` as well."""


_HALF_READ: Mapping[str, str] = MappingProxyType(
    {
        "coinbase": "ccxt reads the positions of its dated futures only, not of its perpetuals",
        "hashkey": "ccxt reads positions there of one market at a time: any other would look flat",
        "zebpay": "ccxt tells neither how large a contract is there nor what it settles in",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVenue:
    """One venue as ccxt describes it. `requires` are ccxt's names of what it wants of a login;
    `steps`: its precisions are steps of prices and amounts, not numbers of digits.
    """

    id: str
    name: str
    spot: bool
    swap: bool
    future: bool
    pro: bool
    positions: bool
    steps: bool
    requires: tuple[str, ...]

    @property
    def login(self) -> tuple[str, ...]:
        """What we want of a login to read there, by ccxt's names; empty by an address."""
        if self.id in BY_ADDRESS:
            return ()
        return _ENOUGH_TO_READ.get(self.id, self.requires)

    @property
    def unreadable(self) -> str:
        """Why no account there can be watched, empty when one can."""
        if not self.positions:
            return "ccxt reads no positions there: an account with some would look flat"
        if self.id in _HALF_READ:
            return _HALF_READ[self.id]
        if "privateKey" in self.login:
            return "it is read with the very key that signs trades, which a monitor must never hold"
        return ""


def _known() -> Iterator[KnownVenue]:
    listed = json.loads(files(__package__).joinpath("known.json").read_text(encoding="utf-8"))
    return (KnownVenue(**{**row, "requires": tuple(row["requires"])}) for row in listed)


_ALL = tuple(_known())

KNOWN: Mapping[str, KnownVenue] = MappingProxyType(
    {venue.id: venue for venue in _ALL if venue.swap or venue.future}
)
"""By ccxt's ids, in the order of the alphabet; those that cannot be read, too."""

_SPOT_ONLY = frozenset(venue.id for venue in _ALL) - KNOWN.keys()

_SITE = "an account of this site is watched as venue: {} with endpoint: "
_NATIONAL: Mapping[str, str] = MappingProxyType(
    {
        "bybiteu": _SITE.format("bybit")
        + '{rest: "https://api.bybit.eu", ws: "wss://stream.bybit.eu"}',
        "myokx": _SITE.format("okx")
        + '{rest: "https://eea.okx.com", ws: "wss://wseea.okx.com:8443"}',
    }
)
"""Sites that speak the language of another, of which ccxt knows less than they have."""


def why_unknown(venue: str) -> str:
    """What to say of a venue that is none of ours; empty where ccxt has never heard of it."""
    if venue in _NATIONAL:
        return _NATIONAL[venue]
    if venue in _SPOT_ONLY:
        return "ccxt knows spot markets alone there; what is owned there can be written as a wallet"
    return ""
