"""OKX's price frames: marks with what else is told of a market, quotes, and what silence means.

OKX tells a mark that stands still every ten seconds only ("pushed every 200 ms when it changes,
every 10 s when it does not"). A market whose marks always move is the heart beat: as long as it
comes, a mark that is not told has not changed.
"""

from collections.abc import Iterable
from dataclasses import replace

from hedgewatch.core.events import MarkPriceChanged, PriceEvent, QuoteChanged
from hedgewatch.venues.dialect import Tell
from hedgewatch.venues.dialects.okx_listing import Listing
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

HEART_BEAT = "BTC-USDT-SWAP"

_QUIET_AFTER = 2.5
"""Seconds, by the venue's clock, without a word of a market."""

_BEHIND = 1.5
"""Seconds by which a repeated mark is told of as older, so that no mark that is still under way
looks older than it.
"""

_LOST_AFTER = 12.0
"""A mark that is not even told after ten seconds is not quiet: it is not told any more."""


class Prices:
    """Decodes public frames: the hot path."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._indices: dict[str, float] = {}
        self._fundings: dict[str, float] = {}
        self._interests: dict[str, float] = {}
        self._index_ids: dict[str, str] = {}
        self._told: dict[str, MarkPriceChanged] = {}
        self._heard: dict[str, float] = {}
        self._tell: Tell | None = None
        self.intervals: dict[str, float] = {}

    def listen(self, symbols: Iterable[str], tell: Tell) -> None:
        """A new socket for the marks of these; what was told on another proves nothing."""
        self._index_ids = {symbol: self._listing.index_of(symbol) for symbol in symbols}
        self._told.clear()
        self._heard.clear()
        self._tell = tell

    def decode(self, message: Row) -> PriceEvent | None:
        """The event in a frame, None for any other frame; raises when a price frame is odd."""
        if "data" not in message or "event" in message:
            return None
        channel = table(message.get("arg"), "arg").get("channel")
        if channel == "mark-price":
            return self._mark(first(message))
        if channel == "tickers":
            return self._quote(first(message))
        if channel in _NOTES:
            self._note(channel, first(message))
        return None

    def _mark(self, row: Row) -> MarkPriceChanged | None:
        symbol, at = self._listing.symbol(row), moment(row, "ts")
        told = MarkPriceChanged(
            self._listing.venue,
            symbol,
            positive(row, "markPx"),
            at,
            self._indices.get(self._index_ids.get(symbol, "")),
            self._fundings.get(symbol),
            self._interests.get(symbol),
        )
        if row["instId"] == HEART_BEAT:
            self._beat(at)
        if symbol not in self._index_ids:
            return None
        self._told[symbol], self._heard[symbol] = told, at
        return told

    def _beat(self, at: float) -> None:
        """Say again what stands still."""
        for symbol, told in self._told.items():
            quiet = at - told.venue_time
            if quiet >= _QUIET_AFTER and at - self._heard[symbol] <= _LOST_AFTER and self._tell:
                self._told[symbol] = again = replace(told, venue_time=at - _BEHIND)
                self._tell(again)

    def _quote(self, row: Row) -> QuoteChanged | None:
        """None of a market in which one side is empty."""
        symbol, at = self._listing.symbol(row), moment(row, "ts")
        bid, ask = above_zero_or_none(row, "bidPx"), above_zero_or_none(row, "askPx")
        if bid is None or ask is None:
            return None
        return QuoteChanged(self._listing.venue, symbol, bid, ask, at)

    def quote(self, reply: object) -> QuoteChanged | None:
        """The same, as it was asked for."""
        return self._quote(first(table(reply, "ticker")))

    def _note(self, channel: str, row: Row) -> None:
        """What rides on the next mark. An index goes by a name of its own."""
        if channel == "index-tickers":
            self._indices[text(row, "instId")] = positive(row, "idxPx")
            return
        symbol = self._listing.symbol(row)
        if channel == "open-interest":
            _keep(self._interests, symbol, above_zero_or_none(row, "oiCcy"))
            return
        _keep(self._fundings, symbol, number_or_none(row, "fundingRate"))
        _keep(self.intervals, symbol, interval(row))


_NOTES = frozenset({"index-tickers", "funding-rate", "open-interest"})


def first(message: Row) -> Row:
    """The only row of `data`."""
    data = message.get("data")
    if not isinstance(data, list) or not data:
        raise OddReplyError("data is no list with a row in it")
    return table(data[0], "a row of data")


def interval(row: Row) -> float | None:
    """Seconds between two payments of funding: "the actual period is nextFundingTime less
    fundingTime", which OKX shortens in wild markets.
    """
    paid, then = number_or_none(row, "fundingTime"), number_or_none(row, "nextFundingTime")
    if paid is None or then is None or then <= paid:
        return None
    return (then - paid) / 1000.0


def _keep(known: dict[str, float], symbol: str, value: float | None) -> None:
    """What is no number any more is not known any more."""
    if value is None:
        known.pop(symbol, None)
    else:
        known[symbol] = value
