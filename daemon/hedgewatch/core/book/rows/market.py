"""A market as the book knows it."""

from typing import TYPE_CHECKING

from hedgewatch.core.book.rows.row import Row
from hedgewatch.core.events import LiquidityRead, QuoteChanged
from hedgewatch.core.model import Market, Unknown
from hedgewatch.core.statistics.closing import ClosingCosts
from hedgewatch.core.statistics.estimates import MarketEstimates

if TYPE_CHECKING:  # a market lists the rows that its price touches, which name their market
    from hedgewatch.core.book.rows.hedge import HedgeRow
    from hedgewatch.core.book.rows.pool import PoolRow
    from hedgewatch.core.book.rows.position import PositionRow


class MarketRow:
    """A market of a venue: its price, and everything that this price touches.

    `price` is the mark of a contract and the middle of a spot pair; `doubt` says why it cannot
    be vouched for. `seen_at` is when the venue made the price, on our clock (before the first:
    when the watch of it began). `peers` are other markets of its underlying in the same quote
    currency, each with what its price is to be multiplied by to be one of this market. `names` are
    the underlyings of its base and of what it settles in, with how many of them one is.
    """

    __slots__ = (
        "costs", "doubt", "estimates", "funding_rate", "hedges", "index_price", "liquidity",
        "market", "names", "observed", "open_interest", "peers", "pools", "positions", "price",
        "quote", "seen_at", "symbol", "touched", "venue", "venue_time",
    )  # fmt: skip

    def __init__(self, venue: str, symbol: str, now: float) -> None:
        self.venue = venue
        self.symbol = symbol
        self.market: Market | None = None
        self.price = 0.0
        self.index_price: float | None = None
        self.funding_rate: float | None = None
        self.open_interest: float | None = None
        self.quote: QuoteChanged | None = None
        self.liquidity: LiquidityRead | None = None
        self.costs: ClosingCosts | None = None
        self.estimates = MarketEstimates()
        self.venue_time = 0.0
        self.seen_at = now
        self.observed = 0
        self.doubt: Unknown | None = Unknown(f"no price of {symbol} yet", now)
        self.positions: list[PositionRow] = []
        self.pools: list[PoolRow] = []
        self.hedges: list[HedgeRow] = []
        self.touched: tuple[Row, ...] = ()
        self.names = (symbol, 1.0), (symbol, 1.0)
        self.peers: tuple[tuple[MarketRow, float], ...] = ()

    @property
    def is_spot(self) -> bool:
        return self.market is not None and not self.market.settle
