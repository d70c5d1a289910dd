"""The bar clock of the desk: at the end of each bar every market and hedge gives one sample.

Driven by the clock alone, once a minute, so that no tick pays for statistics.
"""

from collections.abc import Iterable

from hedgewatch.core.book.book import Book
from hedgewatch.core.book.rows import HedgeLeg, HedgeRow, MarketRow
from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.bars import bar_of
from hedgewatch.core.statistics.basket import side_return


def close_bar(book: Book, now: float) -> bool:
    """Sample everything when a bar has ended since the last call; whether one has."""
    bar = bar_of(now)
    if bar == book.bar:
        return False
    book.bar = bar
    for market in book.markets.values():
        if market.positions or market.hedges:
            _sample_market(market, bar)
    for hedge in book.hedges.values():
        _sample_hedge(hedge)
    return True


def _sample_market(market: MarketRow, bar: int) -> None:
    price = market.price if market.doubt is None else None
    market.estimates.close(bar, price, market.venue_time)


def _sample_hedge(hedge: HedgeRow) -> None:
    hedge.estimates.close(_return_of(hedge.exposure), _return_of(hedge.cover))
    spread = hedge.calendar_spread()
    if not isinstance(spread, Unknown):
        hedge.estimates.calendar.add(spread)


def _return_of(legs: Iterable[HedgeLeg]) -> float | None:
    """What is held now, at the prices that the bar began with."""
    return side_return(_weighed(leg) for leg in legs)


def _weighed(leg: HedgeLeg) -> tuple[float, float | None]:
    bars = leg.market.estimates.bars
    return leg.quantity * (bars.before or 0.0), bars.change
