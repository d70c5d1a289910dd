"""What an account of Binance's futures venues answers, whether it has one of the two or both."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from hedgewatch.core.events import (
    BalanceReading,
    BarsRead,
    LiquidityRead,
    PriceEvent,
    QuoteChanged,
)
from hedgewatch.core.margin.regimes import Regime
from hedgewatch.core.model import Market
from hedgewatch.venues.dialect import AccountNews, Answer, Exchange, Question
from hedgewatch.venues.dialects.binance_common import (
    Funding,
    answer_of,
    key_rights,
    under_portfolio_margin,
)
from hedgewatch.venues.dialects.binance_futures import PORTFOLIO_MARGIN, Futures
from hedgewatch.venues.fields import Row
from hedgewatch.venues.permissions import KeyRights


class Wing(Protocol):
    """What is told to everybody."""

    async def funding(self, exchange: Exchange) -> Mapping[str, Funding]: ...
    async def liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead: ...
    async def bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead: ...


class FuturesAccount:
    """The part of a dialect that all of them have in common."""

    def __init__(self, account: str, futures: Futures, wing: Wing) -> None:
        self._account = account
        self._futures = futures
        self._wing = wing

    def price(self, message: Row, now: float) -> PriceEvent | None:
        """The mark price or quote in a frame; the index price comes with the mark."""
        return self._futures.frames.decode(message, now)

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """What a private frame tells."""
        return self._futures.news(message)

    def answer(self, message: Row) -> Answer | None:
        """An answer to a SUBSCRIBE."""
        return answer_of(message)

    async def rights(self, exchange: Exchange) -> KeyRights:
        """What the key may do."""
        return await key_rights(exchange)

    async def read_terms(self, exchange: Exchange) -> None:
        """How often funding is paid, and within which bounds."""
        self._futures.funding = await self._wing.funding(exchange)

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """The order book, the day's volume, and what is open."""
        return await self._wing.liquidity(exchange, symbol)

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of the mark price, which liquidates."""
        return await self._wing.bars(exchange, symbol, count, now)

    def losses(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterable[tuple[BalanceReading, Sequence[Question]]]:
        """The private stream tells of them."""
        del exchange, symbols
        return ()

    async def read_quotes(
        self, exchange: Exchange, symbols: Sequence[str], now: float
    ) -> Sequence[QuoteChanged]:
        """No need: marks flow every second."""
        del exchange, symbols, now
        return ()

    def market(self, unified: Row) -> Market:
        """A perpetual or a dated future."""
        return self._futures.market(unified)

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the ids."""
        self._futures.listing.learn(markets)


class PartOfAccount(FuturesAccount):
    """One of the two venues, which may be a part of a larger account."""

    _portfolio_margin = False

    async def _read_kind(self, exchange: Exchange) -> None:
        """Under Portfolio Margin what we read is a part of a larger account, which is liquidated as
        a whole: our numbers would lie.
        """
        self._portfolio_margin = await under_portfolio_margin(exchange)

    def _regimes_of(self, cross: Regime, isolated: Regime) -> tuple[Regime, Regime]:
        """These, where the account is all that there is."""
        whole = PORTFOLIO_MARGIN, PORTFOLIO_MARGIN
        return whole if self._portfolio_margin else (cross, isolated)
