"""What a venue tells everybody: prices, order books, markets, its clock."""

from dataclasses import dataclass

from hedgewatch.core.model import Market

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class MarkPriceChanged:
    """The venue's mark price (> 0, quote a base unit), with what comes along where told: the index
    price, the funding rate of the running interval (what longs pay shorts, of the notional), and
    the open interest in base units.
    """

    venue: str
    symbol: str
    price: float
    venue_time: float
    index_price: float | None = None
    funding_rate: float | None = None
    open_interest: float | None = None

    @property
    def key(self) -> Key:
        return ("mark", self.venue, self.symbol)


@dataclass(frozen=True, slots=True)
class QuoteChanged:
    """Best bid and ask (> 0, quote a base unit). The price of a spot market is their middle."""

    venue: str
    symbol: str
    bid: float
    ask: float
    venue_time: float

    @property
    def key(self) -> Key:
        return ("quote", self.venue, self.symbol)


@dataclass(frozen=True, slots=True)
class LiquidityRead:
    """The order book of a market as far as the venue shows it, and what a day trades in it.

    `bids` and `asks` are (price, amount in base units), best first; `day_volume` is in base
    units, None where not told.
    """

    venue: str
    symbol: str
    bids: tuple[tuple[float, float], ...]
    asks: tuple[tuple[float, float], ...]
    venue_time: float
    day_volume: float | None = None

    @property
    def key(self) -> Key:
        return ("liquidity", self.venue, self.symbol)


@dataclass(frozen=True, slots=True)
class BarsRead:
    """What the venue remembers of a market: (end of a minute by the venue's clock, in epoch
    seconds, and the price then) of minutes that are over, in any order.
    """

    venue: str
    symbol: str
    bars: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class MarketDefined:
    """A market that the desk needs was loaded, or changed."""

    market: Market


@dataclass(frozen=True, slots=True)
class VenueClockRead:
    """A venue was asked for the time: its clock is `lead` seconds ahead of ours."""

    venue: str
    lead: float
