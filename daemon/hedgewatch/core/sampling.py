"""The bar clock of the desk: at the end of each bar every market and hedge gives one sample, and
bars that were missed are taken from what the venue remembers.

Driven by the clock alone, once a minute, so that no tick pays for statistics.
"""

from collections.abc import Iterable
from functools import partial

from hedgewatch.core.book.book import Book
from hedgewatch.core.book.rows import HedgeLeg, HedgeRow, MarketRow
from hedgewatch.core.model import Unknown
from hedgewatch.core.statistics.bars import BAR, bar_of
from hedgewatch.core.statistics.basket import side_return
from hedgewatch.core.statistics.calendar import calendar_spread
from hedgewatch.core.statistics.estimates import HedgeBar

ALIGNED_WITHIN = 2.0
"""Seconds between the end of the venue's minute and ours within which both mean the same moment:
what the sampling of a price of every second is off by anyway, a thirtieth of a bar.
"""


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
        _sample_hedge(hedge, bar)
    return True


def remember(
    book: Book, market: MarketRow, told: Iterable[tuple[float, float]], lag: float
) -> None:
    """Take closes of minutes that the venue told of (its time, price); `lag` is what our clock is
    ahead of its. What was sampled live stays as it was sampled.
    """
    ends = [(moment + lag, price) for moment, price in told]
    closes = {round(end / BAR): price for end, price in ends}
    aligned = all(abs(end - BAR * round(end / BAR)) <= ALIGNED_WITHIN for end, _ in ends)
    if market.estimates.fill(closes, book.bar, aligned=aligned):
        for hedge in market.hedges:
            hedge.estimates.incomplete = True


def look_back(book: Book) -> None:
    """Fill what is missing of one hedge from the histories of its markets, with what is held now.

    One at a time, so that a tick that waits for it waits milliseconds, however many hedges.
    """
    for hedge in book.hedges.values():
        if hedge.estimates.incomplete and not isinstance(hedge.exposure_value, Unknown):
            hedge.estimates.fill(book.bar, partial(_bar_of, hedge))
            return


def _sample_market(market: MarketRow, bar: int) -> None:
    price = market.price if market.doubt is None else None
    market.estimates.close(bar, price, market.venue_time)


def _sample_hedge(hedge: HedgeRow, bar: int) -> None:
    hedge.estimates.close(bar, _bar_of(hedge, bar))
    if isinstance(hedge.estimates.beta, Unknown):
        hedge.estimates.incomplete = True  # what is held may have become enough to look back with


def _bar_of(hedge: HedgeRow, bar: int) -> HedgeBar:
    """What is held now, at the prices of a bar."""
    exposure, cover = _return_of(hedge.exposure, bar), _return_of(hedge.cover, bar)
    return HedgeBar(exposure, cover, _spread_of(hedge, bar))


def _return_of(legs: Iterable[HedgeLeg], bar: int) -> float | None:
    return side_return(_weighed(leg, bar) for leg in legs)


def _weighed(leg: HedgeLeg, bar: int) -> tuple[float, float | None]:
    """Its value at the prices that the bar began with, and its return."""
    bars = leg.market.estimates.bars
    before, change = bars.start_and_return(bar)
    if before is None:
        return 0.0, None
    return leg.quantity_at(bars.price(bar) or 0.0) * before * leg.rate, change


def _spread_of(hedge: HedgeRow, bar: int) -> float | None:
    pair = hedge.calendar_pair()
    if pair is None:
        return None
    near, far = (leg.market.estimates.bars.price(bar) for leg in pair)
    if near is None or far is None:
        return None
    spread = calendar_spread(near, far)
    return None if isinstance(spread, Unknown) else spread
