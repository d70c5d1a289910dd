"""What all of Binance's markets share: price frames, listings, and the rights of a key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from hedgewatch.core.events import MarkPriceChanged, PriceEvent, QuoteChanged
from hedgewatch.core.model import Market, MarketStatus
from hedgewatch.venues.dialect import Answer, Exchange
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    UnlistedMarketError,
    above_zero_or_none,
    moment,
    number_or_none,
    positive,
    says_yes,
    table,
    text,
)
from hedgewatch.venues.permissions import KeyRights

RESTRICTIONS = ("GET", "https://api.binance.com/sapi/v1/account/apiRestrictions")
ACCOUNT_INFO = ("GET", "https://api.binance.com/sapi/v1/account/info")
_HARMLESS = frozenset({"ipRestrict", "enableReading", "enableFixReadOnly"})
_NEVER_DELIVERED = 4_133_404_800_000.0
"""The delivery date that Binance gives a perpetual; any other one is that of its delisting."""

_STATUSES: Mapping[str, MarketStatus] = MappingProxyType(
    {
        "TRADING": "trading",
        "PENDING_TRADING": "halted",
        "PRE_TRADING": "halted",
        "POST_TRADING": "halted",
        "END_OF_DAY": "halted",
        "AUCTION_MATCH": "halted",
        "HALT": "halted",
        "BREAK": "halted",
        "PRE_DELIVERING": "settling",
        "DELIVERING": "settling",
        "PRE_SETTLE": "settling",
        "SETTLING": "settling",
        "DELIVERED": "closed",
        "CLOSE": "closed",
    }
)
"""`status` (USDⓈ-M, spot) and `contractStatus` (COIN-M), by Binance's API documentation, ENUM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """How often a perpetual pays, in seconds, and what bounds the rate of one payment."""

    interval: float | None
    cap: float | None = None
    floor: float | None = None


class Listing:
    """Which symbol an id of the venue stands for, of the markets of one kind."""

    def __init__(self) -> None:
        self._symbols: dict[str, str] = {}
        self._ends: dict[str, float] = {}
        self.settling: frozenset[str] = frozenset()

    def learn(self, markets: Mapping[str, Row]) -> None:
        """Take in ccxt's markets."""
        self._symbols = {str(market["id"]): symbol for symbol, market in markets.items()}
        ends = ((symbol, end_of(market)) for symbol, market in markets.items())
        self._ends = {symbol: end for symbol, end in ends if end is not None}
        self.settling = frozenset(str(market.get("settle")) for market in markets.values())

    def end(self, symbol: str) -> float | None:
        """When a dated contract ends, None where it does not."""
        return self._ends.get(symbol)

    def perpetuals(self) -> Iterator[tuple[str, str]]:
        """Ids and symbols of what has no end, and pays funding instead."""
        return (pair for pair in self._symbols.items() if pair[1] not in self._ends)

    def listed(self, row: Row, name: str = "s") -> str:
        """The symbol that a field names, empty where it is none that is listed."""
        return self._symbols.get(str(row.get(name)), "")

    def symbol(self, row: Row, name: str = "s") -> str:
        """The symbol that a field names; an unlisted one is not to be skipped in silence."""
        try:
            symbol = self._symbols.get(row.get(name, ""))
        except TypeError:  # a list or an object, which is no name
            symbol = None
        if symbol is None:
            raise UnlistedMarketError(f"{text(row, name)} is no market that the venue lists")
        return symbol


class PriceFrames:
    """Decodes the frames of `markPrice` and `bookTicker` streams: the hot path."""

    def __init__(self, venue: str, listing: Listing) -> None:
        self._venue = venue
        self._listing = listing
        self.open_interest: dict[str, float] = {}
        """In base units, as it was last read: it comes on no stream, and rides on the marks."""

    def decode(self, message: Row, now: float) -> PriceEvent | None:
        """The event in a frame, None for any other frame; raises when a price frame is odd."""
        kind = message.get("e")
        if kind == "markPriceUpdate":
            return self._mark(message)
        if kind == "bookTicker" or (kind is None and "b" in message and "a" in message):
            return self.quote(message, now)
        return None

    def _mark(self, message: Row) -> MarkPriceChanged:
        symbol = self._listing.symbol(message)
        return MarkPriceChanged(
            self._venue,
            symbol,
            positive(message, "p"),
            moment(message, "E"),
            above_zero_or_none(message, "i"),
            number_or_none(message, "r"),
            self.open_interest.get(symbol),
        )

    def quote(self, message: Row, now: float, name: str = "s") -> QuoteChanged:
        """Best bid and ask. Those of spot pairs carry no time: they are told of as of now."""
        bid, ask = positive(message, "b"), positive(message, "a")
        venue_time = moment(message, "E") if "E" in message else now
        symbol = self._listing.symbol(message, name)
        return QuoteChanged(self._venue, symbol, bid, ask, venue_time)


def answer_of(message: Row) -> Answer | None:
    """An answer has the id of its question; an error may have none."""
    refused = message.get("error")
    if refused is None and not ("result" in message and "id" in message):
        return None
    return Answer(asked=str(message.get("id")), refused="" if refused is None else str(refused))


def end_of(unified: Row) -> float | None:
    """The end of a dated contract in epoch seconds: ccxt has milliseconds."""
    expiry = unified.get("expiry")
    return None if expiry is None else float(expiry) / 1000.0


def status_of(unified: Row) -> MarketStatus:
    """What the venue lets be done in a market; what it does not say is not known."""
    info = unified.get("info") or {}
    return _STATUSES.get(str(info.get("status", info.get("contractStatus"))), "unknown")


def _delisted(unified: Row) -> float | None:
    """When a perpetual is delivered after all, in epoch seconds."""
    info = unified.get("info") or {}
    date = number_or_none(info, "deliveryDate")
    return None if date in {None, 0.0, _NEVER_DELIVERED} else moment(info, "deliveryDate")


def unified_market(venue: str, unified: Row, funding: Funding | None = None) -> Market:
    """A market with its exact steps, as the venue's filters write them."""
    terms = funding or Funding(interval=None)
    return Market(
        venue=venue,
        symbol=text(unified, "symbol"),
        base=text(unified, "base"),
        quote=text(unified, "quote"),
        settle=unified.get("settle") or "",
        contract_size=float(unified.get("contractSize") or 1.0),
        step=_exact(unified, "LOT_SIZE", "stepSize", "amount"),
        tick=_exact(unified, "PRICE_FILTER", "tickSize", "price"),
        linear=unified.get("linear") is not False,
        expiry=end_of(unified) or _delisted(unified),
        status=status_of(unified),
        funding_interval=terms.interval,
        funding_cap=terms.cap,
        funding_floor=terms.floor,
    )


def _exact(unified: Row, kind: str, name: str, precision: str) -> Decimal:
    """From the filter of this kind; ccxt's own number, a float, only where there is none."""
    listed = (unified.get("info") or {}).get("filters") or ()
    row = next((row for row in listed if row.get("filterType") == kind), None)
    row, name = (unified["precision"], precision) if row is None else (row, name)
    positive(row, name)
    return Decimal(str(row[name])).normalize()


async def key_rights(exchange: Exchange) -> KeyRights:
    """What Binance says that the key may do."""
    reply = await exchange.sapi_get_account_apirestrictions()
    return rights_in(table(reply, "apiRestrictions"))


def rights_in(reply: Row) -> KeyRights:
    """Every flag that is set and not known to be harmless is a power."""
    if "enableReading" not in reply:
        raise OddReplyError("the venue's answer does not say what the key may do")
    granted = (name for name, allowed in reply.items() if allowed in {True, "true"})
    ends = number_or_none(reply, "tradingAuthorityExpirationTime")
    return KeyRights(
        powers=tuple(name for name in granted if name not in _HARMLESS),
        may_read=says_yes(reply, "enableReading"),
        expires_at=None if ends is None else ends / 1000.0,
        bound_to_address=says_yes(reply, "ipRestrict"),
    )


async def under_portfolio_margin(exchange: Exchange) -> bool:
    """Whether the account is a Portfolio Margin one (not told of Portfolio Margin Pro)."""
    reply = table(await exchange.sapi_get_account_info(), "account/info")
    return says_yes(reply, "isPortfolioMarginRetailEnabled")
