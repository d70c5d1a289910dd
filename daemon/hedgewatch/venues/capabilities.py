"""What would be watched of each venue, and how: asked of the very code that watches.

Importing this module imports ccxt, which takes seconds.
"""

import inspect
import re
from typing import Any

from hedgewatch.venues.capability import NONE, UNKNOWN, Capability
from hedgewatch.venues.dialect import Dialect
from hedgewatch.venues.dialects import DIALECTS
from hedgewatch.venues.dialects.generic_beside import tells_ratio
from hedgewatch.venues.dialects.generic_calls import UNSEEN
from hedgewatch.venues.dialects.generic_currencies import OWN_OF, tells_sums
from hedgewatch.venues.dialects.generic_replies import RAW_LINES
from hedgewatch.venues.dialects.generic_rights import can_be_verified
from hedgewatch.venues.dialects.generic_streams import (
    TRUSTED_POSITIONS,
    has,
    mark_stream,
    quote_stream,
)
from hedgewatch.venues.known import KnownVenue
from hedgewatch.venues.marks import OTHER_MARKS, RAW_FIELDS
from hedgewatch.venues.polling import (
    MARKS_AT_ONCE,
    MARKS_ONE_BY_ONE,
    QUOTES_AT_ONCE,
    QUOTES_ONE_BY_ONE,
    camel,
)
from hedgewatch.venues.settings import ADDRESS_VENUES, CREDENTIALS, AccountSettings
from hedgewatch.venues.survey import exchange_class

_PARSERS = {
    "ticker": ("parse_ticker", "parse_contract_ticker", "parse_swap_ticker"),
    "funding": ("parse_funding_rate",),
    "position": ("parse_position",),
}


def capability(known: KnownVenue) -> Capability:
    """What there is of one venue."""
    if known.unreadable:
        return Capability(venue=known.id, name=known.name, depth=NONE, why=known.unreadable)
    if known.id in DIALECTS:
        return _full(known, DIALECTS[known.id](_any_account(known)))
    return _generic(known)


def _any_account(known: KnownVenue) -> AccountSettings:
    """Settings that nobody is going to log in with."""
    return AccountSettings.model_construct(name="any", venue=known.id, address="0x" + "0" * 40)


def _full(known: KnownVenue, dialect: Dialect) -> Capability:
    """A dialect of its own computes margin wherever there is any."""
    account = "streamed + read" if "user" in dialect.feeds else "read"
    contracts = "mark" in dialect.feeds
    return Capability(
        venue=known.id,
        name=known.name,
        depth="full",
        positions=account if contracts else NONE,
        balances=account,
        marks="streamed" if contracts else NONE,
        quotes="streamed" if "quote" in dialect.feeds else NONE,
        funding="streamed" if contracts else NONE,
        tiers="read" if contracts else NONE,
        margin="computed" if contracts else NONE,
        line="computed" if contracts else NONE,
        key="none needed" if known.id in ADDRESS_VENUES else "verified",
        login=login_of(known),
    )


def _generic(known: KnownVenue) -> Capability:
    claims, venue = has(known.id), known.id
    trusted = venue in TRUSTED_POSITIONS
    return Capability(
        venue=venue,
        name=known.name,
        depth="generic",
        positions=_with("hints", "read", claims.get("watchPositions"), trusted=trusted),
        balances=_with("hints", "read", claims.get("watchBalance")),
        marks=_with("streamed", _polled(mark_ways(venue)), mark_stream(venue)),
        quotes=_with("streamed", _polled(quote_ways(venue)), quote_stream(venue)),
        funding="read" if tells_funding(venue) else UNKNOWN,
        tiers=UNKNOWN,
        margin="venue's own" if tells_sums(venue) or tells_ratio(venue) else UNKNOWN,
        own_of=OWN_OF.get(venue, ""),
        line="venue's own" if tells_line(venue) else UNKNOWN,
        key=_key(venue),
        login=login_of(known),
        unseen=UNSEEN.get(venue, ()),
    )


def _key(venue: str) -> str:
    if venue in ADDRESS_VENUES:
        return "none needed"
    return "verified" if can_be_verified(venue) else "not verifiable"


def _with(more: str, base: str, told: object, *, trusted: bool = False) -> str:
    if not told:
        return base
    return f"{'streamed' if trusted else more} + {base}" if base != UNKNOWN else more


def _polled(found: list[str]) -> str:
    return "polled" if found else UNKNOWN


def login_of(known: KnownVenue) -> str:
    """What the configuration has to have of it."""
    if known.id in ADDRESS_VENUES:
        return "address"
    return ", ".join(CREDENTIALS[part] for part in known.login)


def mark_ways(venue: str) -> list[str]:
    """How a mark price of the venue can be asked for."""
    cls, claims = exchange_class(venue), has(venue)
    found = [
        way
        for way in (*MARKS_AT_ONCE, *MARKS_ONE_BY_ONE)
        if claims.get(camel(way)) and _has_marks(cls, venue, way)
    ]
    return [*found, "another way"] if venue in OTHER_MARKS else found


def quote_ways(venue: str) -> list[str]:
    """How its best bid and ask can be asked for."""
    claims = has(venue)
    return [way for way in (*QUOTES_AT_ONCE, *QUOTES_ONE_BY_ONE) if claims.get(camel(way))]


def tells_funding(venue: str) -> bool:
    """Whether funding rates come with their interval, without which they say nothing."""
    claims = has(venue)
    asked = claims.get("fetchFundingRates") or claims.get("fetchFundingRate")
    return bool(asked) and _fills(exchange_class(venue), "funding", "interval")


def tells_line(venue: str) -> bool:
    """Whether its positions come with the price at which it would liquidate them."""
    return venue in RAW_LINES or _fills(exchange_class(venue), "position", "liquidationPrice")


def _has_marks(cls: Any, venue: str, way: str) -> bool:
    """Whether what a way tells has the mark price, by the code of the parser."""
    if "mark" in way or venue in RAW_FIELDS:
        return True
    return _fills(cls, "funding" if "funding" in way else "ticker", "markPrice")


def _fills(cls: Any, kind: str, field: str) -> bool:
    """Whether a parser of the venue sets a field to anything."""
    filled = re.compile(f"'{field}': (?!None)")
    for base in cls.__mro__:
        if base.__module__.endswith("base.exchange"):
            continue
        for name in _PARSERS[kind]:
            parser = vars(base).get(name)
            if parser is not None and filled.search(inspect.getsource(parser)):
                return True
    return False
