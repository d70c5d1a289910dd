"""Prices by event time on our clock: which is newer, how old it is, and when to doubt it."""

from collections.abc import Iterable
from math import inf

from hedgewatch.core.book.rows import MarketRow
from hedgewatch.core.book.underlying import Assets
from hedgewatch.core.events import BarsRead, LiquidityRead, QuoteChanged
from hedgewatch.core.model import Unknown

STALE_AFTER = 5.0
"""Seconds, by event time, after which a mark price cannot be vouched for."""

QUOTE_STALE_AFTER = 12.0
"""The same for the quote of a spot pair, which is told when it moves, and else by each reading."""

_STEP = 2.0
"""Seconds by which a clock must fall back to have stepped: more than an answer is ever late."""

_DRIFT = 2e-4
"""How much faster than the venue's our clock may run: seconds a second."""


class VenueClock:
    """Maps a venue's event times onto our clock by the least lag so far, let go only as slowly as
    clocks drift.

    The quickest arrivals show the offset of the two clocks; what comes later than they did is
    old, however recently it arrived, and however long everything has been coming late. Only the
    venue's own word on the time (`read`) makes an offset grow at once.
    """

    __slots__ = ("_at", "_least")

    def __init__(self) -> None:
        self._least = inf
        self._at = 0.0

    def read(self, lead: float, now: float) -> bool:
        """The venue says that its clock leads ours by `lead` seconds; whether it stepped back."""
        stepped_back = -lead > self._least + _STEP
        self._least = -lead
        self._at = now
        return stepped_back

    @property
    def lag(self) -> float:
        """Seconds that our clock is ahead of the venue's; 0 until anything was heard of it."""
        return self._least if self._least < inf else 0.0

    def seen_at(self, venue_time: float, now: float) -> float:
        """When, on our clock, the venue said something that arrived `now`; never after now."""
        self._least = min(now - venue_time, self._least + (now - self._at) * _DRIFT)
        self._at = now
        return venue_time + self._least


def take_price(market: MarketRow, price: float, venue_time: float, seen_at: float) -> bool:
    """Take a price unless a newer one is known; whether it was taken.

    The same event time again is no fresh observation: a frozen feed repeats itself.
    """
    if venue_time < market.venue_time:
        return False
    if venue_time > market.venue_time:
        market.observed += 1
        market.seen_at = seen_at
    market.venue_time = venue_time
    market.price = price
    return True


def doubt_of(market: MarketRow, now: float) -> Unknown | None:
    """Why the price cannot be vouched for now, with the time of the last that could."""
    if not market.price:
        return Unknown(f"no price of {market.symbol} yet", market.seen_at)
    age = now - market.seen_at
    if age > STALE_AFTER and (age > QUOTE_STALE_AFTER or not market.is_spot):
        return Unknown(f"the price of {market.symbol} is stale", market.seen_at)
    return None


def watch_anew(market: MarketRow, now: float) -> None:
    """A price that nobody needed for a while may have stopped: that was no blindness."""
    if now - market.seen_at > STALE_AFTER:
        market.price = market.venue_time = 0.0
        market.index_price = None
        market.seen_at = now


def forget_order(markets: tuple[MarketRow, ...]) -> None:
    """A lost feed may come back from a venue whose clock stepped: order begins anew."""
    for market in markets:
        market.venue_time = 0.0


def match_peers(markets: Iterable[MarketRow], assets: Assets) -> None:
    """What each market is about, and which are about one underlying in one quote currency; a dated
    contract stands off by right, and is no measure of another.
    """
    alike: dict[tuple[str, str], list[tuple[MarketRow, float]]] = {}
    for market in markets:
        market.peers = ()
        base, quote = pair_of(market.symbol)
        name, units = assets.underlying_of(base)
        market.names = (name, units), assets.underlying_of(_settle_of(market))
        if "-" not in market.symbol.rpartition(":")[2]:
            alike.setdefault((name, quote), []).append((market, units))
    for group in alike.values():
        for market, units in group if len(group) > 1 else ():
            market.peers = tuple((o, units / each) for o, each in group if o is not market)


def _settle_of(market: MarketRow) -> str:
    """What positions in it pay in."""
    terms = market.market
    return terms.settle if terms else market.symbol.rpartition(":")[2].partition("-")[0]


def pair_of(symbol: str) -> tuple[str, str]:
    """What is priced in a market, and in what."""
    base, _, rest = symbol.partition("/")
    return base, rest.partition(":")[0]


def is_crossed(event: QuoteChanged | LiquidityRead | BarsRead) -> bool:
    """Whether more is bid than asked, or something is no price: no market, whatever it is."""
    if isinstance(event, QuoteChanged):
        return not 0.0 < event.bid <= event.ask < inf
    if isinstance(event, BarsRead) or not (event.bids and event.asks):
        return False
    return event.bids[0][0] > event.asks[0][0]
