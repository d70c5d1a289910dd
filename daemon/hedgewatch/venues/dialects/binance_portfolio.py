"""A Portfolio Margin account of Binance: both futures venues and the margin wallet as one pool.

Fields: Binance API documentation, Portfolio Margin. Not told apart: Portfolio Margin Pro.
"""

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import ccxt

from hedgewatch.core.events import (
    AccountRead,
    CollateralPriced,
)
from hedgewatch.core.model import Tier
from hedgewatch.tasks import all_of
from hedgewatch.venues.dialect import Exchange, Feed, Tell
from hedgewatch.venues.dialects import binance_unified as unified_account
from hedgewatch.venues.dialects.binance_account import FuturesAccount
from hedgewatch.venues.dialects.binance_common import (
    ACCOUNT_INFO,
    RESTRICTIONS,
)
from hedgewatch.venues.dialects.binance_futures import Futures
from hedgewatch.venues.dialects.binance_sockets import listen, subscribe
from hedgewatch.venues.dialects.binance_wings import (
    CM_PUBLIC,
    CM_SOCKETS,
    UM_PUBLIC,
    UM_SOCKETS,
    BothWings,
)
from hedgewatch.venues.dialects.optional import optional
from hedgewatch.venues.fields import Row, number, number_or_none, rows, table, text
from hedgewatch.venues.permissions import KeyRefusedError

VENUE = "binance"


class BinancePortfolio(FuturesAccount):
    """One account. Of a coin its private frames tell one wallet of three, so that what is owned is
    read; nobody is asked for losses, because coins move between its wallets.
    """

    feeds: tuple[Feed, ...] = ("mark", "quote", "user")
    options: Mapping[str, Any] = MappingProxyType(
        {
            "defaultType": "swap",
            "defaultSubType": "linear",
            "fetchCurrencies": False,
            "fetchMarkets": {"types": ["linear", "inverse"]},
        }
    )
    requests: tuple[tuple[str, str], ...] = (
        *UM_PUBLIC,
        *CM_PUBLIC,
        ("GET", "https://fapi.binance.com/fapi/v1/assetIndex"),
        ("GET", "https://api.binance.com/sapi/v1/portfolio/asset-index-price"),
        ("GET", "https://api.binance.com/sapi/v1/portfolio/collateralRate"),
        ("GET", "https://papi.binance.com/papi/v1/account"),
        ("GET", "https://papi.binance.com/papi/v1/balance"),
        ("GET", "https://papi.binance.com/papi/v1/um/positionRisk"),
        ("GET", "https://papi.binance.com/papi/v1/cm/positionRisk"),
        ("GET", "https://papi.binance.com/papi/v1/um/adlQuantile"),
        ("GET", "https://papi.binance.com/papi/v1/cm/adlQuantile"),
        ("GET", "https://papi.binance.com/papi/v1/um/leverageBracket"),
        ("GET", "https://papi.binance.com/papi/v1/cm/leverageBracket"),
        ("POST", "https://papi.binance.com/papi/v1/listenKey"),
        ("PUT", "https://papi.binance.com/papi/v1/listenKey"),
        RESTRICTIONS,
        ACCOUNT_INFO,
        *UM_SOCKETS,
        *CM_SOCKETS,
        ("GET", "wss://fstream.binance.com/pm/ws/+"),
    )
    operations: tuple[str, ...] = ("SUBSCRIBE", "UNSUBSCRIBE")

    def __init__(self, account: str) -> None:
        futures = Futures(account, VENUE, tells_wallets=False)
        self._wings = BothWings(VENUE, futures)
        super().__init__(account, futures, self._wings)
        self._prices: dict[str, float] = {}
        self._rates: dict[str, float] = {}
        self._needed: set[str] = set()

    def feed_of(self, path: str) -> Feed:
        """Of the sockets that ccxt dials; the others have their feed behind the `#`."""
        return "mark" if "/market/" in path else "quote"

    async def settle_in(self, exchange: Exchange) -> None:
        """What of each coin counts (weight 50), and what it is worth."""
        reply = await exchange.sapi_get_portfolio_collateralrate()
        self._rates = unified_account.collateral_rates(reply)
        await self._price(exchange)

    async def _price(self, exchange: Exchange) -> None:
        asked = exchange.sapi_get_portfolio_asset_index_price()
        told = await optional(asked, "asset index prices")
        if told is None:
            reply = await exchange.fapipublic_get_assetindex()
            self._prices = unified_account.futures_prices(reply)
        else:
            self._prices = unified_account.index_prices(told)

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """The venue's own price of each coin that is owned or settled in, or was: what a list
        leaves out may still be there. Until it is known which those are, of all.
        """
        await (self._price(exchange) if self._rates else self.settle_in(exchange))
        wanted = self._needed or set(self._prices)
        found = tuple(unified_account.priced(wanted, self._prices, self._rates))
        now = (exchange.milliseconds() - exchange.options["timeDifference"]) / 1000.0
        return CollateralPriced(self._account, found, now)

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """Positions first: one that opens between the two shows as margin without a position.
        Where they stand in the queues of ADL is asked once a minute, at weight 10.
        """
        um = rows(await exchange.papi_get_um_positionrisk(), "um/positionRisk")
        cm = rows(await exchange.papi_get_cm_positionrisk(), "cm/positionRisk")
        account = table(await exchange.papi_get_account(), "account")
        listed = rows(await exchange.papi_get_balance(), "balance")
        await self._rank([*um, *cm], exchange)
        held = self._futures.positions([*um, *cm])
        settled = {one.symbol.rpartition(":")[2].partition("-")[0] for one in held if one.contracts}
        coins = [unified_account.Coin.of(row) for row in listed]
        if self._rates:
            coins = [coin.counted(settled | self._rates.keys()) for coin in coins]
        kept = [coin for coin in coins if self._futures.keeps(coin.reading)]
        self._needed |= settled | {coin.reading.asset for coin in kept if coin.reading.cross_wallet}
        regime = unified_account.regime(account, kept, self._prices)
        return AccountRead(
            account=self._account,
            positions=held,
            balances=tuple(coin.reading for coin in kept),
            margin_in_use=number_or_none(account, "accountInitialMargin"),
            equity=number(account, "accountEquity"),
            maintenance_margin=number(account, "accountMaintMargin"),
            margin_ratio=unified_account.margin_ratio(account),
            cross_regime=regime,
            isolated_regime=regime,
        )

    async def _rank(self, held: Sequence[Row], exchange: Exchange) -> None:
        if self._futures.wants_ranks(held, exchange.milliseconds()):
            for asked in (exchange.papi_get_um_adlquantile, exchange.papi_get_cm_adlquantile):
                self._futures.learn_ranks(await optional(asked(), "ADL ranks"))

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """The brackets of every market of both venues. They are the first that is asked of papi,
        which refuses the key of an account that is not under Portfolio Margin.
        """
        del symbols
        try:
            um = self._futures.tiers(await exchange.papi_get_um_leveragebracket())
        except ccxt.AuthenticationError:
            await _refuse_an_ordinary_account(exchange)
            raise
        return um | self._futures.tiers(await exchange.papi_get_cm_leveragebracket())

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the ids, and which contracts are margined in coins."""
        super().list_markets(markets)
        self._wings.learn(markets)

    async def new_stream_key(self, exchange: Exchange) -> str:
        """Ask for a listen key."""
        reply = table(await exchange.papi_post_listenkey(), "listenKey")
        key = self._futures.user.stream_key = text(reply, "listenKey")
        return key

    async def keep_stream_key(self, exchange: Exchange) -> None:
        """Another 60 minutes."""
        await exchange.papi_put_listenkey()

    async def watch(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> None:
        """Subscribe at both venues; over when one of the sockets is."""
        del tell
        if feed == "user":
            await listen(exchange, "papi", self._futures.user.stream_key)
            return
        cm = [symbol for symbol in symbols if self._wings.is_coin_margined(symbol)]
        um = [symbol for symbol in symbols if not self._wings.is_coin_margined(symbol)]
        watched = []
        if um:
            marks = feed == "mark"
            watched += [exchange.watch_mark_prices(um) if marks else exchange.watch_bids_asks(um)]
        if cm:
            watched += [subscribe(exchange, "inverse", feed, cm)]
        await _together(watched)


async def _refuse_an_ordinary_account(exchange: Exchange) -> None:
    """Raise if the venue itself says that it is one."""
    told = await optional(exchange.sapi_get_account_info(), "account/info")
    name = "isPortfolioMarginRetailEnabled"
    if isinstance(told, Mapping) and told.get(name) in {False, "false"}:
        raise KeyRefusedError(
            "the account is not under Portfolio Margin: take portfolio_margin away, and watch its"
            " spot wallet (binance) and its futures (binanceusdm, binancecoinm) as accounts"
        )


async def _together(watched: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Until one of them fails; the others are let go, as all sockets of the feed are given up."""
    try:
        await all_of(watched)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
