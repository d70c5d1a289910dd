"""Binance's COIN-margined futures: inverse contracts of a face value in dollars, paid in coins.

Fields: Binance API documentation, COIN-Margined Futures. Each coin is a pool of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hedgewatch.core.events import (
    AccountRead,
    BalanceReading,
    BarsRead,
    CollateralPriced,
    LiquidityRead,
    PriceEvent,
    QuoteChanged,
)
from hedgewatch.core.margin.regimes import REGIMES, Regime
from hedgewatch.core.model import Market, Tier
from hedgewatch.venues.dialect import AccountNews, Answer, Exchange, Feed, Question, Tell
from hedgewatch.venues.dialects.binance_common import (
    ACCOUNT_INFO,
    RESTRICTIONS,
    answer_of,
    key_rights,
    under_portfolio_margin,
)
from hedgewatch.venues.dialects.binance_futures import (
    PORTFOLIO_MARGIN,
    Futures,
    leg_id,
    margin_in_use,
)
from hedgewatch.venues.dialects.binance_replies import isolated_maintenance
from hedgewatch.venues.dialects.binance_sockets import listen, subscribe
from hedgewatch.venues.dialects.binance_wings import CM_PUBLIC, CM_SOCKETS, CmWing
from hedgewatch.venues.dialects.optional import optional
from hedgewatch.venues.fields import Row, rows, table, text
from hedgewatch.venues.permissions import KeyRights

VENUE = "binancecoinm"


class BinanceCoinm:
    """One COIN-M account."""

    feeds: tuple[Feed, ...] = ("mark", "quote", "user")
    options: Mapping[str, Any] = MappingProxyType({"fetchCurrencies": False})
    requests: tuple[tuple[str, str], ...] = (
        *CM_PUBLIC,
        ("GET", "https://dapi.binance.com/dapi/v2/leverageBracket"),
        ("GET", "https://dapi.binance.com/dapi/v1/adlQuantile"),
        ("GET", "https://dapi.binance.com/dapi/v1/account"),
        ("GET", "https://dapi.binance.com/dapi/v1/positionRisk"),
        ("POST", "https://dapi.binance.com/dapi/v1/listenKey"),
        ("PUT", "https://dapi.binance.com/dapi/v1/listenKey"),
        RESTRICTIONS,
        ACCOUNT_INFO,
        *CM_SOCKETS,
        ("GET", "wss://dstream.binance.com/ws/+"),
    )
    operations: tuple[str, ...] = ("SUBSCRIBE", "UNSUBSCRIBE")

    def __init__(self, account: str) -> None:
        self._account = account
        self._futures = Futures(account, VENUE)
        self._wing = CmWing(VENUE, self._futures)
        self._portfolio_margin = False

    def feed_of(self, path: str) -> Feed:
        """Every socket is dialled with its feed behind the `#`: this is never asked."""
        raise LookupError(f"{path} carries no feed of COIN-M")

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

    async def settle_in(self, exchange: Exchange) -> None:
        """Under Portfolio Margin these positions are a part of a larger account."""
        self._portfolio_margin = await under_portfolio_margin(exchange)

    @property
    def _regimes(self) -> tuple[Regime, Regime]:
        """Those of cross and of isolated positions."""
        if self._portfolio_margin:
            return PORTFOLIO_MARGIN, PORTFOLIO_MARGIN
        return REGIMES["binance-coinm-cross"], REGIMES["binance-coinm-isolated"]

    async def read_terms(self, exchange: Exchange) -> None:
        """How often funding is paid, and within which bounds."""
        self._futures.funding = await self._wing.funding(exchange)

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """The order book, the day's volume, and what is open."""
        return await self._wing.liquidity(exchange, symbol)

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of the mark price, which liquidates."""
        return await self._wing.bars(exchange, symbol, count, now)

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """Each coin is a pool of its own."""
        del exchange
        return None

    def losses(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterable[tuple[BalanceReading, Sequence[Question]]]:
        """The private stream tells of them."""
        del exchange, symbols
        return ()

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """Positions first: one that opens between the two shows as margin without a position.
        Where they stand in the queue of ADL is asked once a minute, at weight 5.
        """
        risks = rows(await exchange.dapiprivate_get_positionrisk(), "positionRisk")
        account = table(await exchange.dapiprivate_get_account(), "account")
        assets = rows(account.get("assets"), "assets")
        held = list(self._with_margins(risks, rows(account.get("positions") or [], "positions")))
        if self._futures.wants_ranks(risks, exchange.milliseconds()):
            asked = exchange.dapiprivate_get_adlquantile()
            self._futures.learn_ranks(await optional(asked, "ADL ranks"))
        cross, isolated = self._regimes
        return AccountRead(
            account=self._account,
            positions=self._futures.positions(held),
            balances=tuple(self._futures.balances(assets, isolated_maintenance(held))),
            margin_in_use=margin_in_use(account, assets),
            cross_regime=cross,
            isolated_regime=isolated,
        )

    def _with_margins(self, risks: Iterable[Row], margins: Iterable[Row]) -> Iterator[Row]:
        """Positions with what only the account tells of them: their maintenance margin."""
        needed = {leg_id(row): row.get("maintMargin") for row in margins}
        for row in risks:
            symbol = self._futures.listing.listed(row, "symbol")
            yield {
                **row,
                "maintMargin": needed.get(leg_id(row)),
                "marginAsset": symbol.rpartition(":")[2].partition("-")[0],
            }

    async def read_quotes(
        self, exchange: Exchange, symbols: Sequence[str], now: float
    ) -> Sequence[QuoteChanged]:
        """No need: marks flow every second."""
        del exchange, symbols, now
        return ()

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """The brackets of every market, by quantities of its coin."""
        del symbols
        return self._futures.tiers(await exchange.dapiprivatev2_get_leveragebracket())

    def market(self, unified: Row) -> Market:
        """A perpetual or a dated future; its contract is 100 or 10 dollars."""
        return self._futures.market(unified)

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the ids, and what a contract is of."""
        self._futures.listing.learn(markets)
        self._wing.learn(markets)

    async def new_stream_key(self, exchange: Exchange) -> str:
        """Ask for a listen key."""
        reply = table(await exchange.dapiprivate_post_listenkey(), "listenKey")
        key = self._futures.user.stream_key = text(reply, "listenKey")
        return key

    async def keep_stream_key(self, exchange: Exchange) -> None:
        """Another 60 minutes."""
        await exchange.dapiprivate_put_listenkey()

    async def watch(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> None:
        """Subscribe; ccxt's own parsers never see a frame, so this returns when the socket ends."""
        del tell
        if feed == "user":
            await listen(exchange, "inverse", self._futures.user.stream_key)
        else:
            await subscribe(exchange, "inverse", feed, symbols)
