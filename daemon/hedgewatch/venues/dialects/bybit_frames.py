"""Bybit's public frames: tickers, which are told whole once and then by what changed, and quotes.

A ticker is pushed ten times a second; what is the same but for its book is told once a second.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from hedgewatch.core.events import MarkPriceChanged, PriceEvent, QuoteChanged
from hedgewatch.venues.dialect import Tell
from hedgewatch.venues.dialects.bybit_common import Category, Listing
from hedgewatch.venues.dialects.bybit_heart import Heart
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    above_zero_or_none,
    moment,
    number_or_none,
    positive,
    table,
    text,
)

TICKERS, QUOTES = "tickers.", "orderbook.1."
_TELLING = frozenset(
    {"markPrice", "indexPrice", "fundingRate", "openInterest", "singleOpenInterest"}
)
_REPEAT_SECONDS = 1.0


class PriceFrames:
    """Decodes the frames of public sockets: the hot path."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._tickers: dict[str, dict[str, Any]] = {}
        self._at: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._heart = Heart()
        self.spot_frames = 0

    def listen(self, named: Mapping[Category, Iterable[str]], tell: Tell) -> None:
        """A new socket tells all of each ticker anew: its changes are none of the old. Until then
        only a mark that is told counts; an older socket may still tell some.
        """
        for memory in (self._tickers, self._at, self._told):
            memory.clear()
        self._heart.listen(named, tell)

    def contract(self, message: Row, now: float) -> PriceEvent | None:
        """The event in a frame of contracts; raises when a price frame is odd."""
        del now
        topic = message.get("topic")
        if not isinstance(topic, str):
            return None
        if topic.startswith(TICKERS):
            return self._ticker(message)
        if topic.startswith(QUOTES):
            data = table(message.get("data"), "data")
            return _quote(self._listing.venue, message, data, self._listing.contract(data, "s"))
        return None

    def pair(self, message: Row, now: float) -> PriceEvent | None:
        """The quote in a frame of spot pairs, whose names are those of contracts, too."""
        del now
        topic = message.get("topic")
        if not isinstance(topic, str) or not topic.startswith(QUOTES):
            return None
        data = table(message.get("data"), "data")
        quote = _quote(self._listing.venue, message, data, self._listing.pair(data, "s"))
        self.spot_frames += 1
        return quote

    def _ticker(self, message: Row) -> MarkPriceChanged | None:
        """Where a mark price came that is none, nothing is told before the next one: the one
        before it must not look fresh because something else changed. Nor must what an older socket
        says late, while another takes over.
        """
        data, at = table(message.get("data"), "data"), moment(message, "ts")
        name, whole = text(data, "symbol"), message.get("type") != "delta"
        symbol = self._listing.contract(data)
        merged = self._merged(name, data, at, whole=whole)
        if merged is None:
            return None
        self._heart.beat(name, at)
        told = self._mark(merged, symbol, at)
        repeats = not whole and data.keys().isdisjoint(_TELLING)
        if repeats and at < self._told.get(name, 0.0) + _REPEAT_SECONDS:
            self._heart.heard(name, at, None)
            return None
        self._told[name] = at
        self._heart.heard(name, at, told)
        return told if self._heart.wants(name) else None

    def _merged(self, name: str, data: Row, at: float, *, whole: bool) -> dict[str, Any] | None:
        """A ticker with what changed of it. None of what an older socket says late, and of one that
        was never told whole, unless its mark is in it.
        """
        before = self._tickers.get(name)
        late = at < self._at.get(name, 0.0) or not (before or "markPrice" in data)
        if late and not whole:
            return None
        merged = dict(data) if whole else {**(before or {}), **data}
        self._at[name] = at
        if whole or before:
            self._tickers[name] = merged
        return merged

    def _mark(self, ticker: Row, symbol: str, at: float) -> MarkPriceChanged:
        try:
            mark = positive(ticker, "markPrice")
        except OddReplyError:
            self._heart.doubt(text(ticker, "symbol"))
            raise
        return MarkPriceChanged(
            self._listing.venue,
            symbol,
            mark,
            at,
            above_zero_or_none(ticker, "indexPrice"),
            number_or_none(ticker, "fundingRate"),
            _open_interest(ticker, symbol),
        )


def _open_interest(ticker: Mapping[str, Any], symbol: str) -> float | None:
    """In base units, of one side where both are told: of inverse contracts that is the value."""
    name = "OpenInterest" if _is_linear(symbol) else "OpenInterestValue"
    one_side = number_or_none(ticker, f"single{name}")
    return number_or_none(ticker, f"o{name[1:]}") if one_side is None else one_side


def _is_linear(symbol: str) -> bool:
    """Whether it settles in what it is quoted in."""
    pair, _, settle = symbol.partition(":")
    return settle.partition("-")[0] == pair.partition("/")[2]


def _quote(venue: str, message: Row, data: Row, symbol: str) -> QuoteChanged | None:
    """Best bid and ask; None while one side of the book is empty."""
    bids, asks = data.get("b"), data.get("a")
    if not isinstance(bids, list) or not isinstance(asks, list):
        raise OddReplyError("a side of an order book is no list")
    if not bids or not asks:
        return None
    return QuoteChanged(venue, symbol, _price(bids[0]), _price(asks[0]), moment(message, "ts"))


def _price(level: object) -> float:
    if not isinstance(level, list) or not level:
        raise OddReplyError("a level of an order book is no pair")
    return positive({"price": level[0]}, "price")
