"""What a market could be traded at: its quote and its order book, as far as they are fresh.

Both are told by the same venue as the mark, so their age is the difference of venue times.
"""

from collections.abc import Callable, Sequence
from math import inf

from hedgewatch.core.book.rows.market import MarketRow
from hedgewatch.core.events import LiquidityRead
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics import liquidity
from hedgewatch.core.statistics.carry import seconds_to_expiry
from hedgewatch.core.statistics.known import combine, unknown
from hedgewatch.core.statistics.liquidity import Level

STALE_AFTER = 120.0
"""Seconds after which a quote or an order book is no longer what one could trade at."""

DEPTH_WIDTH = 0.005
"""Depth is counted within half a percent of the middle."""

PARTICIPATION = 0.1
"""The share of what a market trades that one may take without moving it much."""

_NO_MARKET = unknown("the market is not loaded yet")
_NO_BOOK = unknown("the order book was not read")
_OLD_BOOK = unknown("the order book is stale")
_NO_QUOTE = unknown("no quote and no order book was read")
_NO_VOLUME = unknown("the volume of the day was not told")


def book_of(market: MarketRow) -> LiquidityRead | Unknown:
    """The order book, if it is one of now."""
    book = market.liquidity
    if book is None:
        return _NO_BOOK
    if market.venue_time - book.venue_time > STALE_AFTER:
        return _OLD_BOOK
    return market.doubt or book


def quote_of(market: MarketRow) -> tuple[float, float] | Unknown:
    """The best bid and ask, from whichever is the newer of quote and order book."""
    quote, book = market.quote, book_of(market)
    if quote is not None and market.venue_time - quote.venue_time <= STALE_AFTER:
        older = not isinstance(book, Unknown) and book.venue_time > quote.venue_time
        if not older:
            return market.doubt or (quote.bid, quote.ask)
    if isinstance(book, Unknown):
        return _NO_QUOTE if book is _NO_BOOK else book
    if not book.bids or not book.asks:
        return _NO_QUOTE
    return book.bids[0][0], book.asks[0][0]


def spread_of(market: MarketRow) -> Known:
    """(ask − bid) ÷ middle."""
    quote = quote_of(market)
    return quote if isinstance(quote, Unknown) else liquidity.spread(*quote)


def depth_against(market: MarketRow, held: float) -> Known:
    """Money that rests near the middle on the side that closing `held` would take."""
    return _with_side(market, held, lambda levels, mid: liquidity.depth(levels, mid, DEPTH_WIDTH))


def unwind_cost_of(market: MarketRow, held: float) -> Known:
    """Money lost against the middle by closing `held` base units at once, without fees."""
    return _with_side(
        market, held, lambda levels, mid: liquidity.unwind_cost(levels, abs(held), mid)
    )


def slippage_of(market: MarketRow, held: float) -> Known:
    """The same as a fraction of the value at the middle."""
    return _with_side(market, held, lambda levels, mid: liquidity.slippage(levels, abs(held), mid))


def unwindable_share(market: MarketRow, held: float) -> Known:
    """How much of `held` the visible order book would take, at whatever price."""
    if held == 0.0:
        return 1.0
    return _with_side(
        market, held, lambda levels, _: liquidity.fill(levels, abs(held)).filled / abs(held)
    )


def unwind_seconds_of(market: MarketRow, held: float) -> Known:
    """Seconds to close `held` as a tenth of what the market trades in a day."""
    book = book_of(market)
    if isinstance(book, Unknown):
        return book
    if book.day_volume is None:
        return _NO_VOLUME
    hours = liquidity.hours_to_unwind(abs(held), book.day_volume, PARTICIPATION)
    return combine(lambda value: value * 3600.0, hours)


def base_units(market: MarketRow, contracts: float) -> Known:
    """Contracts as base units, which order books count in; of an inverse market at its price."""
    if market.market is None:
        return _NO_MARKET
    units = contracts * market.market.contract_size
    if market.market.linear:
        return units
    return market.doubt or units / market.price


def time_to_expiry(market: MarketRow) -> Known:
    """Seconds until the contract ends, as of its last price; +inf for a perpetual one."""
    if market.market is None:
        return _NO_MARKET
    expiry = market.market.expiry
    return inf if expiry is None else seconds_to_expiry(expiry, market.seen_at)


def _with_side(
    market: MarketRow, held: float, measure: Callable[[Sequence[Level], float], Known]
) -> Known:
    """Measure the side of the book that closing takes: bids for a long, asks for a short."""
    book = book_of(market)
    if isinstance(book, Unknown):
        return book
    mid = liquidity.middle(book.bids, book.asks)
    levels = book.bids if held > 0.0 else book.asks
    return mid if isinstance(mid, Unknown) else measure(levels, mid)
