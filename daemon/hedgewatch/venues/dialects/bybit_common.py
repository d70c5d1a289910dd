"""What all of Bybit's replies and frames share: addresses, names of markets, a key's rights.

Source of the fields: Bybit's API documentation, v5 (bybit-exchange.github.io/docs/v5).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import inf
from types import MappingProxyType
from typing import Literal

from hedgewatch.core.model import Market, MarketStatus
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    UnlistedMarketError,
    number,
    number_or_none,
    positive,
    rows,
    table,
    text,
)
from hedgewatch.venues.permissions import KeyRights

SITES: Mapping[str, str] = MappingProxyType({"bybit": "bybit.com", "bybitid": "bybit.id"})
"""Of the world, of Indonesia: one API, each site with accounts of its own."""

Category = Literal["linear", "inverse", "spot"]
CONTRACTS: tuple[Category, ...] = ("linear", "inverse")
CATEGORIES: tuple[Category, ...] = (*CONTRACTS, "spot")

_ASKED = (
    "market/time",
    "market/instruments-info",
    "market/risk-limit",
    "market/tickers",
    "market/orderbook",
    "market/mark-price-kline",
    "market/kline",
    "spot-margin-trade/collateral",
    "spot-margin-trade/position-tiers",
    "account/info",
    "account/wallet-balance",
    "account/fee-rate",
    "account/transaction-log",
    "position/list",
    "earn/position",
    "user/query-api",
)

_STATUSES: Mapping[object, MarketStatus] = {
    "Trading": "trading",
    "PreLaunch": "halted",
    "Delivering": "settling",
    "Settling": "settling",
    "Closed": "closed",
}
_PHASES_OF_TRADE = frozenset({"ContinuousTrading", "Finished"})
"""Of what is listed before its launch."""

_ANY_ADDRESS = "*"
_SETTLES = frozenset({"USDT", "USDC"})


def requests_of(venue: str) -> tuple[tuple[str, str], ...]:
    """All that may be asked of a site."""
    host = SITES[venue]
    return (
        *(("GET", f"https://api.{host}/v5/{path}") for path in _ASKED),
        *(("GET", f"wss://stream.{host}/v5/public/{category}") for category in CATEGORIES),
        ("GET", f"wss://stream.{host}/v5/private"),
    )


class Listing:
    """Which symbol an id stands for: one id may name a contract and a spot pair. `venue` is the
    site's; `settles` are the coins in which linear contracts settle.
    """

    def __init__(self, venue: str = "bybit") -> None:
        self.venue = venue
        self._contracts: dict[str, str] = {}
        self._pairs: dict[str, str] = {}
        self._names: dict[str, tuple[Category, str]] = {}
        self.settles: frozenset[str] = _SETTLES

    def learn(self, markets: Mapping[str, Row]) -> None:
        """Take in ccxt's markets."""
        self._names = {symbol: (_category(row), str(row["id"])) for symbol, row in markets.items()}
        named = [(name, symbol, kind) for symbol, (kind, name) in self._names.items()]
        self._pairs = {name: symbol for name, symbol, kind in named if kind == "spot"}
        self._contracts = {name: symbol for name, symbol, kind in named if kind != "spot"}
        linear = (row for row in markets.values() if _category(row) == "linear")
        self.settles = _SETTLES | {str(row["settle"]) for row in linear if row.get("settle")}

    @property
    def contracts(self) -> Iterable[str]:
        """The ids of all of them."""
        return self._contracts.keys()

    def contract(self, row: Row, field: str = "symbol") -> str:
        """The contract that a field names; an unlisted one is not to be skipped in silence."""
        return _listed(self._contracts, row, field)

    def pair(self, row: Row, field: str = "symbol") -> str:
        """The spot pair that a field names."""
        return _listed(self._pairs, row, field)

    def name(self, symbol: str) -> tuple[Category, str]:
        """Category and id of a symbol."""
        if symbol not in self._names:
            raise UnlistedMarketError(f"{symbol} is no market that the venue lists")
        return self._names[symbol]

    def knows(self, symbol: str) -> bool:
        """Whether it is listed."""
        return symbol in self._names

    def by_category(self, symbols: Iterable[str]) -> Mapping[Category, list[str]]:
        """The ids of these, by category, in a steady order; what is not listed is left out."""
        found: dict[Category, list[str]] = {}
        for symbol in sorted(symbols):
            if symbol in self._names:
                category, name = self._names[symbol]
                found.setdefault(category, []).append(name)
        return found


def _category(market: Row) -> Category:
    if market.get("spot"):
        return "spot"
    return "linear" if market.get("linear") is not False else "inverse"


def _listed(names: Mapping[str, str], row: Row, field: str) -> str:
    symbol = names.get(row.get(field, ""))
    if symbol is None:
        raise UnlistedMarketError(f"{text(row, field)} is no market that the venue lists")
    return symbol


def unified_market(venue: str, unified: Row, funding_interval: float | None) -> Market:
    """A market with its exact steps. Quantities of inverse contracts are dollars: the face is 1,
    whatever ccxt makes of the smallest order. `deliveryTime` of a perpetual is its delisting.
    """
    info = table(unified.get("info"), "info")
    is_spot = bool(unified.get("spot"))
    lots, prices = table(info.get("lotSizeFilter"), "lot"), table(info.get("priceFilter"), "price")
    ends = number_or_none(info, "deliveryTime")
    minutes = number_or_none(info, "fundingInterval")
    told = None if is_spot or not minutes else minutes * 60.0
    return Market(
        venue=venue,
        symbol=text(unified, "symbol"),
        base=text(unified, "base"),
        quote=text(unified, "quote"),
        settle=unified.get("settle") or "",
        contract_size=1.0,
        step=_exact(lots, "basePrecision" if is_spot else "qtyStep"),
        tick=_exact(prices, "tickSize"),
        linear=unified.get("linear") is not False,
        expiry=ends / 1000.0 if ends else None,
        funding_interval=funding_interval or told,
        funding_cap=None if is_spot else number_or_none(info, "upperFundingRate"),
        funding_floor=None if is_spot else number_or_none(info, "lowerFundingRate"),
        status=_status(info),
    )


def _status(info: Row) -> MarketStatus:
    auction = info.get("preListingInfo")
    if isinstance(auction, Mapping) and auction.get("curAuctionPhase") in _PHASES_OF_TRADE:
        return "trading"
    return _STATUSES.get(info.get("status"), "unknown")


def _exact(row: Row, name: str) -> Decimal:
    positive(row, name)
    return Decimal(str(row[name])).normalize()


def result(reply: object, what: str) -> Row:
    """What is inside the envelope: ccxt has raised already where `retCode` is not 0."""
    return table(table(reply, what).get("result"), what)


def listed(reply: object, what: str) -> list[Row]:
    """The list inside the envelope."""
    return rows(result(reply, what).get("list"), what)


def socket_address(exchange: Exchange, category: Category | None) -> str:
    """Of a public category, or the private one."""
    addresses = exchange.urls["api"]["ws"]
    raw = addresses["private"]["contract"] if category is None else addresses["public"][category]
    return str(exchange.implode_hostname(raw))


def key_rights(reply: object) -> KeyRights:
    """A key that is not read-only may do all that its permissions name."""
    told = result(reply, "query-api")
    if told.get("readOnly") is None:
        raise OddReplyError("the venue's answer does not say whether the key may only read")
    reads_only = number(told, "readOnly") == 1.0
    permissions = tuple(_permissions(told))
    powers = () if reads_only else permissions or ("readOnly: 0",)
    addresses = told.get("ips")
    bound = None if not isinstance(addresses, Sequence) else bool(addresses)
    return KeyRights(
        powers=powers,
        expires_at=_expiry(told),
        bound_to_address=bound and _ANY_ADDRESS not in (addresses or ()),
        account=str(told.get("userID") or ""),
    )


def _permissions(told: Row) -> Iterator[str]:
    granted = told.get("permissions")
    for kind, names in (granted if isinstance(granted, Mapping) else {}).items():
        for name in names if isinstance(names, list) else [names] if names else []:
            yield f"{kind}: {name}"


def _expiry(told: Row) -> float | None:
    """Keys that are bound to an address have no end, and show the beginning of time."""
    try:
        ends = datetime.fromisoformat(str(told.get("expiredAt"))).timestamp()
    except ValueError:
        return None
    return ends if ends > 0.0 else inf


def may_read_earn(reply: object) -> bool:
    """Whether the key has the permission that the list of staked coins asks for."""
    permissions = result(reply, "query-api").get("permissions")
    return isinstance(permissions, Mapping) and bool(permissions.get("Earn"))
