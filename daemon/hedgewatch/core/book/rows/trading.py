"""What a market could be traded at: its quote and its order book, as far as they are fresh.

Both are told by the same venue as the mark, so their age is the difference of venue times.
"""

from math import inf

from hedgewatch.core.book.rows.market import MarketRow
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics import liquidity
from hedgewatch.core.statistics.carry import seconds_to_expiry
from hedgewatch.core.statistics.closing import Closing, ClosingCosts
from hedgewatch.core.statistics.known import unknown

STALE_AFTER = 300.0
"""Seconds after which a quote or an order book is no longer what one could trade at. Books are
polled one by one: where hundreds of markets are watched, a round takes minutes.
"""

_NEARLY_ALL = 0.99
"""The most that is said of a part of a holding: what is not all of it does not read `100%`."""

_NO_MARKET = unknown("the market is not loaded yet")
_NO_BOOK = unknown("the order book was not read")
_OLD_BOOK = unknown("the order book is stale")
_NO_QUOTE = unknown("no quote and no order book was read")


def costs_of(market: MarketRow) -> ClosingCosts | Unknown:
    """The costs of closing against the order book, if it is one of now."""
    book = market.liquidity
    if book is None:
        return _NO_BOOK
    if market.venue_time - book.venue_time > STALE_AFTER:
        return _OLD_BOOK
    if market.doubt is not None:
        return market.doubt
    costs = market.costs
    if costs is None or costs.book is not book:
        costs = market.costs = ClosingCosts(book)
    return costs


def closing_of(market: MarketRow, held: float) -> Closing | Unknown:
    """What closing `held` base units would cost."""
    costs = costs_of(market)
    return costs if isinstance(costs, Unknown) else costs.of(held)


def closing_of_contracts(market: MarketRow, contracts: float) -> Closing | Unknown:
    """The same for contracts; those of an inverse market are worth base units at the middle."""
    costs, terms = costs_of(market), market.market
    if isinstance(costs, Unknown):
        return costs
    if terms is None:
        return _NO_MARKET
    if terms.linear:
        return costs.of(contracts * terms.contract_size)
    if isinstance(costs.middle, Unknown):
        return costs.middle
    return costs.of(contracts * terms.contract_size / costs.middle)


def closing_in_words(closing: Closing | Unknown) -> str:
    """`to close it at once would lose 120.00 (0.40%) against the middle`, or, where the book that
    is seen does not take all of it, how much it takes.
    """
    if isinstance(closing, Unknown):
        return f"what closing it costs is unknown: {closing.reason}"
    cost, slippage = closing.cost, closing.slippage
    if not isinstance(cost, Unknown) and not isinstance(slippage, Unknown):
        return f"to close it at once would lose {cost:,.2f} ({slippage:.2%}) against the middle"
    if isinstance(closing.share, Unknown):
        return f"what closing it costs is unknown: {closing.share.reason}"
    part = min(closing.share, _NEARLY_ALL)
    return f"the visible order book takes {part:.0%} of it"


def quote_of(market: MarketRow) -> tuple[float, float] | Unknown:
    """The best bid and ask, from whichever is the newer of quote and order book."""
    quote, costs = market.quote, costs_of(market)
    told = inf if isinstance(costs, Unknown) else market.venue_time - costs.book.venue_time
    if quote is not None and market.venue_time - quote.venue_time <= min(told, STALE_AFTER):
        return market.doubt or (quote.bid, quote.ask)
    if isinstance(costs, Unknown):
        return _NO_QUOTE if costs is _NO_BOOK else costs
    if isinstance(costs.middle, Unknown):
        return costs.middle
    return costs.book.bids[0][0], costs.book.asks[0][0]


def spread_of(market: MarketRow) -> Known:
    """(ask − bid) ÷ middle."""
    quote = quote_of(market)
    return quote if isinstance(quote, Unknown) else liquidity.spread(*quote)


def time_to_expiry(market: MarketRow) -> Known:
    """Seconds until the contract ends, as of its last price; +inf for a perpetual one."""
    if market.market is None:
        return _NO_MARKET
    expiry = market.market.expiry
    return inf if expiry is None else seconds_to_expiry(expiry, market.seen_at)
