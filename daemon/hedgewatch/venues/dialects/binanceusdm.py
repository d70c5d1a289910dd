"""Binance's USDⓈ-margined futures: which replies mean equity, maintenance, wallets and tiers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import structlog

from hedgewatch.core.events import (
    AccountRead,
    BalanceReading,
    BarsRead,
    CollateralPriced,
    LiquidityRead,
    PositionReading,
    PriceEvent,
    QuoteChanged,
)
from hedgewatch.core.margin.regimes import REGIMES, Regime
from hedgewatch.core.model import Market, Tier
from hedgewatch.venues.dialect import AccountNews, Answer, Exchange, Feed, Question, Tell
from hedgewatch.venues.dialects.binance_candles import MOST_OF_MARKS, bars
from hedgewatch.venues.dialects.binance_causes import Leg, leg_of
from hedgewatch.venues.dialects.binance_common import (
    ACCOUNT_INFO,
    RESTRICTIONS,
    Listing,
    PriceFrames,
    answer_of,
    key_rights,
    under_portfolio_margin,
    unified_market,
)
from hedgewatch.venues.dialects.binance_replies import (
    balance,
    isolated_maintenance,
    position,
    tiers,
)
from hedgewatch.venues.dialects.binance_terms import (
    LEVELS,
    collateral,
    funding_intervals,
    liquidity,
)
from hedgewatch.venues.dialects.binance_user import UserFrames
from hedgewatch.venues.fields import (
    Row,
    UnlistedMarketError,
    number,
    number_or,
    number_or_none,
    rows,
    says_yes,
    table,
    text,
)
from hedgewatch.venues.permissions import KeyRights

VENUE = "binanceusdm"
_NEVER_BY_ITSELF = 2**53
"""A time of the last login so far ahead that ccxt never fetches or renews a listen key itself."""

PORTFOLIO_MARGIN = replace(
    REGIMES["binance-portfolio-margin"],
    unknown="a Portfolio Margin account, of which the futures are only a part",
)

log = structlog.get_logger()


class BinanceUsdm:
    """One futures account."""

    feeds: tuple[Feed, ...] = ("mark", "quote", "user")
    options: Mapping[str, Any] = MappingProxyType(
        {
            "fetchCurrencies": False,
            "watchPositions": {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False},
        }
    )
    requests: tuple[tuple[str, str], ...] = (
        ("GET", "https://fapi.binance.com/fapi/v1/exchangeInfo"),
        ("GET", "https://fapi.binance.com/fapi/v1/time"),
        ("GET", "https://fapi.binance.com/fapi/v1/leverageBracket"),
        ("GET", "https://fapi.binance.com/fapi/v1/multiAssetsMargin"),
        ("GET", "https://fapi.binance.com/fapi/v1/assetIndex"),
        ("GET", "https://fapi.binance.com/fapi/v1/fundingInfo"),
        ("GET", "https://fapi.binance.com/fapi/v1/depth"),
        ("GET", "https://fapi.binance.com/fapi/v1/markPriceKlines"),
        ("GET", "https://fapi.binance.com/fapi/v1/ticker/24hr"),
        ("GET", "https://fapi.binance.com/fapi/v3/account"),
        ("GET", "https://fapi.binance.com/fapi/v3/positionRisk"),
        ("POST", "https://fapi.binance.com/fapi/v1/listenKey"),
        ("PUT", "https://fapi.binance.com/fapi/v1/listenKey"),
        RESTRICTIONS,
        ACCOUNT_INFO,
        ("GET", "wss://fstream.binance.com/public/ws/*"),
        ("GET", "wss://fstream.binance.com/market/ws/*"),
        ("GET", "wss://fstream.binance.com/private/ws"),
    )
    operations: tuple[str, ...] = ("SUBSCRIBE", "UNSUBSCRIBE")

    def __init__(self, account: str) -> None:
        self._account = account
        self._listing = Listing()
        self._frames = PriceFrames(VENUE, self._listing)
        self._user = UserFrames(account, self._listing)
        self._held: set[Leg] = set()
        self._owned: set[str] = set()
        self._intervals: Mapping[str, float] = {}
        self._multi_assets = False
        self._portfolio_margin = False

    def feed_of(self, path: str) -> Feed:
        """Which of the three kinds of socket that Binance's streams are sorted into."""
        if "/private/" in path:
            return "user"
        return "mark" if "/market/" in path else "quote"

    def price(self, message: Row, now: float) -> PriceEvent | None:
        """The mark price or quote in a frame."""
        return self._frames.decode(message, now)

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """What a private frame tells; the mode that it names is taken before the next reading."""
        changed = message.get("ai")
        if message.get("e") == "ACCOUNT_CONFIG_UPDATE" and isinstance(changed, Mapping):
            self._multi_assets = says_yes(changed, "j")
        return self._user.decode(message)

    def answer(self, message: Row) -> Answer | None:
        """An answer to a SUBSCRIBE."""
        return answer_of(message)

    async def rights(self, exchange: Exchange) -> KeyRights:
        """What the key may do."""
        return await key_rights(exchange)

    async def settle_in(self, exchange: Exchange) -> None:
        """In multi-assets mode all collateral is one pool. Under Portfolio Margin what we read is a
        part of a larger account, which is liquidated as a whole: our numbers would lie.
        """
        reply = table(await exchange.fapiprivate_get_multiassetsmargin(), "multiAssetsMargin")
        self._multi_assets = says_yes(reply, "multiAssetsMargin")
        self._portfolio_margin = await under_portfolio_margin(exchange)

    @property
    def _regimes(self) -> tuple[Regime, Regime]:
        """Those of cross and of isolated positions."""
        if self._portfolio_margin:
            return PORTFOLIO_MARGIN, PORTFOLIO_MARGIN
        name = "multi-assets" if self._multi_assets else "cross"
        return REGIMES[f"binance-usdm-{name}"], REGIMES["binance-usdm-isolated"]

    @property
    def _is_one_pool(self) -> bool:
        return self._multi_assets and not self._portfolio_margin

    async def read_terms(self, exchange: Exchange) -> None:
        """How often funding is paid; asked anew, because the venue shortens it in wild markets."""
        reply = await exchange.fapipublic_get_fundinginfo()
        self._intervals = funding_intervals(reply, self._listing)

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """Both sides of the book, and the day's volume: weight 11 of 2400 a minute."""
        market = exchange.market_id(symbol)
        depth = await exchange.fapipublic_get_depth({"symbol": market, "limit": LEVELS})
        day = await exchange.fapipublic_get_ticker_24hr({"symbol": market})
        return liquidity(VENUE, symbol, depth, day)

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of the mark price, which liquidates."""
        wanted = {"symbol": exchange.market_id(symbol), "interval": "1m"}
        wanted["limit"] = min(count, MOST_OF_MARKS)
        reply = await exchange.fapipublic_get_markpriceklines(wanted)
        return bars(VENUE, symbol, reply, now)

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """What each asset counts while all of them back every position: weight 10."""
        if not self._is_one_pool:
            return None
        reply = await exchange.fapipublic_get_assetindex()
        priced, told = collateral(reply, self._listing.settling)
        return CollateralPriced(self._account, priced, told)

    def losses(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterable[tuple[BalanceReading, Sequence[Question]]]:
        """The private stream tells of them."""
        del exchange, symbols
        return ()

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """Positions first: one that opens between the two shows as margin without a position."""
        held = rows(await exchange.fapiprivatev3_get_positionrisk(), "positionRisk")
        account = table(await exchange.fapiprivatev3_get_account(), "account")
        assets = rows(account.get("assets"), "assets")
        in_use = sum(number_or(row, "positionInitialMargin", 0.0) for row in assets)
        positions = tuple(self._positions(held))
        self._user.seen(positions)
        cross, isolated = self._regimes
        one_pool = account if self._is_one_pool else {}
        return AccountRead(
            account=self._account,
            positions=positions,
            balances=tuple(self._balances(assets, isolated_maintenance(held))),
            margin_in_use=max(in_use, number_or(account, "totalPositionInitialMargin", 0.0)),
            equity=number_or_none(one_pool, "totalMarginBalance"),
            maintenance_margin=number_or_none(one_pool, "totalMaintMargin"),
            cross_regime=cross,
            isolated_regime=isolated,
        )

    async def read_quotes(
        self, exchange: Exchange, symbols: Sequence[str], now: float
    ) -> Sequence[QuoteChanged]:
        """No need: marks flow every second."""
        del exchange, symbols, now
        return ()

    def _positions(self, held: Iterable[Row]) -> Iterable[PositionReading]:
        """What is open, and an explicit 0 for what was."""
        for row in held:
            amount = number(row, "positionAmt")
            leg = self._leg(row, amount)
            if leg is None or not (amount or leg in self._held):
                continue
            self._held.add(leg)
            yield position(row, leg, amount)

    def _leg(self, row: Row, amount: float) -> Leg | None:
        """Old servers list every market; a flat one that ccxt does not know concerns nobody."""
        try:
            return leg_of(row, self._listing.symbol(row, "symbol"), "positionSide")
        except UnlistedMarketError:
            if amount:
                raise
            return None

    def _balances(
        self, assets: Iterable[Row], isolated: Mapping[str, float]
    ) -> Iterable[BalanceReading]:
        for row in assets:
            asset = text(row, "asset")
            reading = balance(row, isolated.get(asset, 0.0))
            if reading.total or reading.equity or asset in self._owned:
                self._owned.add(asset)
                yield reading

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """The brackets of every market, with the deductions that ccxt's unified tiers lack."""
        del symbols
        listed = rows(await exchange.fapiprivate_get_leveragebracket(), "leverageBracket")
        found: dict[str, tuple[Tier, ...]] = {}
        for row in listed:
            try:
                found[self._listing.symbol(row, "symbol")] = tiers(row)
            except UnlistedMarketError as error:
                log.debug("tiers of an unlisted market", account=self._account, error=str(error))
        return found

    def market(self, unified: Row) -> Market:
        """A perpetual or a dated future; its contract is one unit of its base."""
        return unified_market(VENUE, unified, self._intervals.get(text(unified, "symbol")))

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the ids."""
        self._listing.learn(markets)

    async def new_stream_key(self, exchange: Exchange) -> str:
        """Ask for a listen key, and see to it that ccxt uses this one and renews none."""
        reply = table(await exchange.fapiprivate_post_listenkey(), "listenKey")
        key = text(reply, "listenKey")
        exchange.options["linear"] = {"listenKey": key, "lastAuthenticatedTime": _NEVER_BY_ITSELF}
        return key

    async def keep_stream_key(self, exchange: Exchange) -> None:
        """Another 60 minutes."""
        await exchange.fapiprivate_put_listenkey()

    async def watch(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> None:
        """Subscribe; ccxt's own parsers never see a frame, so this returns when the socket ends."""
        del tell
        if feed == "mark":
            await exchange.watch_mark_prices(list(symbols))
        elif feed == "quote":
            await exchange.watch_bids_asks(list(symbols))
        else:
            await exchange.watch_positions()
