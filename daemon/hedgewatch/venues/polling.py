"""Prices that are asked for again and again, where a venue streams none, or may stop to.

Of the ways to ask that ccxt says a venue has, the first that tells a mark price of a market is kept
for it: `has` is a claim and no promise.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ccxt
import structlog

from hedgewatch.core.events import MarkPriceChanged, PriceEvent, QuoteChanged
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    above_zero_or_none,
    number_or_none,
    table,
)
from hedgewatch.venues.marks import ASSUMED_INTERVALS, OTHER_MARKS, tells_mark, with_mark

MARKS_AT_ONCE = ("fetch_mark_prices", "fetch_tickers", "fetch_funding_rates")
MARKS_ONE_BY_ONE = ("fetch_mark_price", "fetch_ticker", "fetch_funding_rate")
OTHER = "another way"
"""That of `marks.py`, where ccxt unifies none."""

Kind = Literal["mark", "quote"]

QUOTES_AT_ONCE = ("fetch_tickers", "fetch_bids_asks")
QUOTES_ONE_BY_ONE = ("fetch_ticker",)

SHORTEST_PAUSE = 1.5
"""Seconds between two rounds: below it nothing is gained while a mark is young for 5 s."""

_PART_OF_THE_LIMIT = 3.0
"""A round of one request leaves two thirds of what the venue allows to readings."""

_FEW = 2
"""Up to so many markets are asked for one by one: a list of all would be hundreds of rows."""

FROZEN_AFTER = 60.0
"""Seconds for which a venue may repeat a price with its time before it is no sign of life."""

ODD = (OddReplyError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What ccxt's parsers raise for a reply that they do not expect."""

_INTERVAL = re.compile(r"([1-9]\d{0,3})([mh])", re.ASCII)

log = structlog.get_logger()


def ways(exchange: Exchange, methods: Iterable[str]) -> list[str]:
    """Those of these methods that ccxt says the venue has."""
    return [method for method in methods if exchange.has.get(camel(method))]


def camel(method: str) -> str:
    """The name of a method in ccxt's `has`.

    >>> camel("fetch_mark_prices")
    'fetchMarkPrices'
    """
    first, *rest = method.split("_")
    return first + "".join(part.capitalize() for part in rest)


@dataclass(slots=True)
class _Last:
    """What was told of a market last, and since when the venue has repeated it."""

    told: tuple[float, float | None]
    since: float


class Funding:
    """What was heard of funding: the rate of the running interval, and how long that is. A rate
    without its interval says nothing.
    """

    def __init__(self, venue: str = "") -> None:
        self._told_by_market = ASSUMED_INTERVALS.get(venue, "")
        self._known: dict[str, tuple[float, float]] = {}
        self._listed: dict[str, float] = {}

    def list_market(self, symbol: str, market: Row) -> None:
        """Take the interval out of a raw market, where that is what tells it."""
        told = number_or_none(market, self._told_by_market) if self._told_by_market else None
        if told is not None and told > 0.0:
            self._listed[symbol] = told / 1000.0

    def learn(self, symbol: str, row: Row) -> None:
        """Take what a unified funding rate tells."""
        rate, seconds = number_or_none(row, "fundingRate"), interval_seconds(row.get("interval"))
        if self._told_by_market:
            seconds = self._listed.get(symbol)
        if rate is not None and seconds is not None:
            self._known[symbol] = (rate, seconds)

    def of(self, symbol: str, row: Row) -> float | None:
        """The rate, out of a row if it has one."""
        self.learn(symbol, row)
        return self._known[symbol][0] if symbol in self._known else None

    def interval(self, symbol: str) -> float | None:
        """Seconds between two payments."""
        return self._known[symbol][1] if symbol in self._known else None


def interval_seconds(told: object) -> float | None:
    """Seconds of an interval as ccxt writes it, None where it is none.

    >>> interval_seconds("8h"), interval_seconds("60m"), interval_seconds("")
    (28800.0, 3600.0, None)
    """
    found = _INTERVAL.fullmatch(told) if isinstance(told, str) else None
    return None if found is None else int(found[1]) * {"m": 60.0, "h": 3600.0}[found[2]]


class Poller:
    """Asks for the prices of one account's markets."""

    def __init__(self, venue: str, funding: Funding | None = None) -> None:
        self._venue = venue
        self._funding = funding or Funding()
        self._way: dict[tuple[str, str], str] = {}
        self._last: dict[str, _Last] = {}
        self.requests = 1

    def pause(self, exchange: Exchange) -> float:
        """Seconds until the next round, by the venue's rate limit and what the last one took."""
        each = number_or_none({"it": exchange.rateLimit}, "it") or 0.0
        return max(SHORTEST_PAUSE, _PART_OF_THE_LIMIT * self.requests * each / 1000.0)

    async def round(
        self, exchange: Exchange, kind: Kind, symbols: Sequence[str], now: Callable[[], float]
    ) -> list[PriceEvent]:
        """Marks with the quotes that come along, or quotes, as far as told. Raises ccxt's
        OperationFailed when the venue does not answer. `now` is by the venue's clock.
        """
        self.requests = 0
        rows = await self._rows(exchange, symbols, kind)
        moment = now()
        marks = self._marks(rows, moment) if kind == "mark" else []
        return [*marks, *self.quotes(rows, moment)]

    async def _rows(
        self, exchange: Exchange, symbols: Sequence[str], kind: Kind
    ) -> Mapping[str, Row]:
        """A row for each symbol that some way told a price of."""
        found: dict[str, Row] = {}
        left = list(symbols)
        for way in self._order(exchange, symbols, kind):
            mine = [symbol for symbol in left if self._way.get((kind, symbol), way) == way]
            told = await self._ask(exchange, way, mine) if mine else {}
            for symbol, row in told.items():
                if symbol in mine and _tells(kind, row):
                    found[symbol] = row
                    self._way[kind, symbol] = way
            left = [symbol for symbol in left if symbol not in found]
        for symbol in left:
            self._way.pop((kind, symbol), None)
        return found

    def _order(self, exchange: Exchange, symbols: Sequence[str], kind: Kind) -> list[str]:
        """The ways that work, then those that were never tried."""
        at_once, singly = (
            (MARKS_AT_ONCE, MARKS_ONE_BY_ONE) if kind == "mark"
            else (QUOTES_AT_ONCE, QUOTES_ONE_BY_ONE)
        )  # fmt: skip
        order = (*singly, *at_once) if len(symbols) <= _FEW else (*at_once, *singly)
        other = [OTHER] if kind == "mark" and self._venue in OTHER_MARKS else []
        return [*ways(exchange, order), *other]

    async def _ask(self, exchange: Exchange, way: str, symbols: Sequence[str]) -> Mapping[str, Row]:
        """What one way tells: nothing, where it is not open after all."""
        try:
            return await self._told(exchange, way, symbols)
        except (ccxt.ExchangeError, *ODD) as error:
            if isinstance(error, ccxt.AuthenticationError):
                raise
            log.info("no price this way", venue=self._venue, way=way, error=type(error).__name__)
            return {}

    async def _told(
        self, exchange: Exchange, way: str, symbols: Sequence[str]
    ) -> Mapping[str, Row]:
        """The rows of one way, by symbol."""
        if way == OTHER:
            self.requests += len(symbols)
            return await OTHER_MARKS[self._venue](exchange, symbols)
        method: Callable[..., Awaitable[Any]] = getattr(exchange, way)
        if way.endswith("s"):
            self.requests += 1
            listed = table(await method(list(symbols)), way)
        else:
            self.requests += len(symbols)
            listed = {symbol: await method(symbol) for symbol in symbols}
        return {each: with_mark(self._venue, table(row, way)) for each, row in listed.items()}

    def _marks(self, rows: Mapping[str, Row], moment: float) -> list[PriceEvent]:
        told = (self.mark(symbol, row, moment) for symbol, row in rows.items())
        return [event for event in told if event is not None]

    def mark(self, symbol: str, row: Row, moment: float) -> MarkPriceChanged | None:
        """The mark price in a unified row, None when there is none, or only an old one again."""
        price = above_zero_or_none(row, "markPrice")
        if price is None or ":" not in symbol or self._is_frozen(symbol, row, price, moment):
            return None
        return MarkPriceChanged(
            self._venue,
            symbol,
            price,
            moment,
            above_zero_or_none(row, "indexPrice"),
            self._funding.of(symbol, row),
        )

    def quotes(self, rows: Mapping[str, Row], moment: float) -> list[PriceEvent]:
        """The best bid and ask in unified rows, where both are told and not crossed."""
        told = (self.quote(symbol, row, moment) for symbol, row in rows.items())
        return [event for event in told if event is not None]

    def quote(self, symbol: str, row: Row, moment: float) -> QuoteChanged | None:
        """One of them."""
        bid, ask = above_zero_or_none(row, "bid"), above_zero_or_none(row, "ask")
        if bid is None or ask is None or bid > ask:
            return None
        return QuoteChanged(self._venue, symbol, bid, ask, moment)

    def _is_frozen(self, symbol: str, row: Row, price: float, moment: float) -> bool:
        """A price that comes again and again with one and the same time is no news of now. Where
        the venue tells no time, a price that stands still may be just that.
        """
        told = (price, number_or_none(row, "timestamp"))
        last = self._last.get(symbol)
        if last is None or last.told != told:
            self._last[symbol] = _Last(told, moment)
            return False
        return told[1] is not None and moment - last.since > FROZEN_AFTER


def _tells(kind: Kind, row: Row) -> bool:
    if kind == "mark":
        return tells_mark(row)
    return above_zero_or_none(row, "bid") is not None and above_zero_or_none(row, "ask") is not None
