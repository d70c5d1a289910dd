"""Hyperliquid's public frames and replies: marks, quotes, books, candles, and what time it is.

Frames of marks (`activeAssetCtx`) carry no time. On the same socket the book of one coin is
listened to, which comes twice a second with the time of its block: it dates them. So a server that
hangs and repeats itself is seen to be frozen, though its frames go on. Until a book came, they are
as of now. Source: Hyperliquid documentation, "Websocket, Subscriptions" (`WsActiveAssetCtx`,
`WsBbo`, `WsBook`).
"""

from collections.abc import Iterator

from hedgewatch.core.events import (
    BarsRead,
    LiquidityRead,
    MarkPriceChanged,
    PriceEvent,
    QuoteChanged,
)
from hedgewatch.venues.dialects.hyperliquid_listing import VENUE, Listing
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    above_zero_or_none,
    moment,
    number,
    number_or_none,
    positive,
    rows,
    table,
)
from hedgewatch.venues.order_books import Side, check_order

_MINUTE = 60.0
_SETTLING = 2.0
"""Seconds after its end in which the last candle may still change."""


class Pulse:
    """The time of what a socket says: that of the newest book that it told."""

    def __init__(self) -> None:
        self._told: float | None = None

    def begin(self) -> None:
        """A new socket."""
        self._told = None

    def beat(self, told: float) -> None:
        """A book of this time came; an older one is what a server that hangs would say."""
        self._told = told if self._told is None else max(self._told, told)

    def at(self, now: float) -> float:
        """When what comes now was made."""
        return now if self._told is None else self._told


class PriceFrames:
    """Decodes the frames of the price sockets: the hot path."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self.pulse = Pulse()
        self._traded: dict[str, float] = {}

    def decode(self, message: Row, now: float) -> PriceEvent | None:
        """The event in a frame, None for any other frame; raises when a price frame is odd."""
        channel = message.get("channel")
        if channel == "activeAssetCtx":
            return self._mark(table(message.get("data"), "data"), now)
        if channel == "bbo":
            return self._quote(table(message.get("data"), "data"))
        if channel == "l2Book":
            self.pulse.beat(moment(table(message.get("data"), "data"), "time"))
        return None

    def _mark(self, data: Row, now: float) -> MarkPriceChanged:
        symbol, context = self._listing.symbol(data), table(data.get("ctx"), "ctx")
        price = positive(context, "markPx")
        traded = above_zero_or_none(context, "dayBaseVlm")
        if traded is not None:
            self._traded[symbol] = traded
        return MarkPriceChanged(
            VENUE,
            symbol,
            price,
            self.pulse.at(now),
            above_zero_or_none(context, "oraclePx"),
            number_or_none(context, "funding"),
            above_zero_or_none(context, "openInterest"),
        )

    def _quote(self, data: Row) -> QuoteChanged | None:
        """None while one side of the book is empty."""
        best = data.get("bbo")
        if not isinstance(best, list) or len(best) != 2:  # noqa: PLR2004 - bid and ask
            raise OddReplyError("bbo is no pair")
        if None in best:
            return None
        bid, ask = (positive(table(level, "a level"), "px") for level in best)
        return QuoteChanged(VENUE, self._listing.symbol(data), bid, ask, moment(data, "time"))

    def liquidity(self, symbol: str, reply: object) -> LiquidityRead:
        """A book, and what a day traded where the stream told."""
        bids, asks, told = _sides(reply)
        return LiquidityRead(VENUE, symbol, bids, asks, told, self._traded.get(symbol))


def best_of(symbol: str, reply: object) -> QuoteChanged | None:
    """Bid and ask of a book, None while one side of it is empty."""
    bids, asks, told = _sides(reply)
    return QuoteChanged(VENUE, symbol, bids[0][0], asks[0][0], told) if bids and asks else None


def _sides(reply: object) -> tuple[Side, Side, float]:
    book = table(reply, "l2Book")
    levels = book.get("levels")
    if not isinstance(levels, list) or len(levels) != 2:  # noqa: PLR2004 - bids and asks
        raise OddReplyError("levels is no pair")
    bids, asks = (tuple(_levels(side)) for side in levels)
    check_order(bids, asks)
    return bids, asks, moment(book, "time")


def _levels(side: object) -> Iterator[tuple[float, float]]:
    for level in rows(side, "levels"):
        yield positive(level, "px"), positive(level, "sz")


def bars(symbol: str, reply: object, now: float) -> BarsRead:
    """Minutes that are over, of those in which something was traded."""
    ended = []
    for candle in rows(reply, "candleSnapshot"):
        began = moment(candle, "t")
        if began % _MINUTE:
            raise OddReplyError(f"a candle of a minute that began at {began:.3f}")
        if number(candle, "n") > 0.0 and began + _MINUTE <= now - _SETTLING:
            ended.append((began + _MINUTE, positive(candle, "c")))
    return BarsRead(VENUE, symbol, tuple(ended))
