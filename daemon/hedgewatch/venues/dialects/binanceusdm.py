"""Binance's USDⓈ-margined futures: which replies mean equity, maintenance, wallets and tiers."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from hedgewatch.core.events import (
    AccountRead,
    CollateralPriced,
)
from hedgewatch.core.margin.regimes import REGIMES, UNKNOWN, Regime
from hedgewatch.core.model import Tier
from hedgewatch.venues.dialect import AccountNews, Exchange, Feed, Tell
from hedgewatch.venues.dialects.binance_account import PartOfAccount
from hedgewatch.venues.dialects.binance_common import (
    ACCOUNT_INFO,
    RESTRICTIONS,
)
from hedgewatch.venues.dialects.binance_futures import Futures, margin_in_use
from hedgewatch.venues.dialects.binance_replies import isolated_maintenance
from hedgewatch.venues.dialects.binance_terms import collateral, of_the_rest
from hedgewatch.venues.dialects.binance_wings import UM_PUBLIC, UM_SOCKETS, UmWing
from hedgewatch.venues.dialects.optional import each, optional
from hedgewatch.venues.fields import Row, number_or_none, rows, says_yes, table, text

VENUE = "binanceusdm"
_NEVER_BY_ITSELF = 2**53
"""A time of the last login so far ahead that ccxt never fetches or renews a listen key itself."""


class BinanceUsdm(PartOfAccount):
    """One futures account."""

    feeds: tuple[Feed, ...] = ("mark", "quote", "user")
    options: Mapping[str, Any] = MappingProxyType(
        {
            "fetchCurrencies": False,
            "watchPositions": {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False},
        }
    )
    requests: tuple[tuple[str, str], ...] = (
        *UM_PUBLIC,
        ("GET", "https://fapi.binance.com/fapi/v1/leverageBracket"),
        ("GET", "https://fapi.binance.com/fapi/v1/multiAssetsMargin"),
        ("GET", "https://fapi.binance.com/fapi/v1/symbolConfig"),
        ("GET", "https://fapi.binance.com/fapi/v1/assetIndex"),
        ("GET", "https://fapi.binance.com/fapi/v3/account"),
        ("GET", "https://fapi.binance.com/fapi/v3/positionRisk"),
        ("POST", "https://fapi.binance.com/fapi/v1/listenKey"),
        ("PUT", "https://fapi.binance.com/fapi/v1/listenKey"),
        RESTRICTIONS,
        ACCOUNT_INFO,
        *UM_SOCKETS,
        ("GET", "wss://fstream.binance.com/private/ws"),
    )
    operations: tuple[str, ...] = ("SUBSCRIBE", "UNSUBSCRIBE")

    def __init__(self, account: str) -> None:
        futures = Futures(account, VENUE)
        super().__init__(account, futures, UmWing(VENUE, futures))
        self._multi_assets: bool | None = None
        self._backing: set[str] = set()

    def feed_of(self, path: str) -> Feed:
        """Which of the three kinds of socket that Binance's streams are sorted into."""
        if "/private/" in path:
            return "user"
        return "mark" if "/market/" in path else "quote"

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """What a private frame tells; the mode that it names is taken before the next reading."""
        changed = message.get("ai")
        if message.get("e") == "ACCOUNT_CONFIG_UPDATE" and isinstance(changed, Mapping):
            self._multi_assets = says_yes(changed, "j")
        return super().account_news(message)

    async def settle_in(self, exchange: Exchange) -> None:
        """In multi-assets mode all collateral is one pool. The leverage of each market is set apart
        from its position (weight 5), and v3 tells it nowhere.
        """
        await each(
            {
                "the margin mode": partial(self._read_mode, exchange),
                "the kind of account": partial(self._read_kind, exchange),
                "leverages": partial(self._read_leverage, exchange),
            }
        )

    async def _read_mode(self, exchange: Exchange) -> None:
        reply = table(await exchange.fapiprivate_get_multiassetsmargin(), "multiAssetsMargin")
        self._multi_assets = says_yes(reply, "multiAssetsMargin")

    async def _read_leverage(self, exchange: Exchange) -> None:
        settings = await optional(exchange.fapiprivate_get_symbolconfig(), "leverage")
        self._futures.learn_leverages(settings)

    @property
    def _regimes(self) -> tuple[Regime, Regime]:
        """Those of cross and of isolated positions. In a mode that was not told all of them may be
        one pool, or none.
        """
        name = "multi-assets" if self._multi_assets else "cross"
        cross = UNKNOWN if self._multi_assets is None else REGIMES[f"binance-usdm-{name}"]
        return self._regimes_of(cross, REGIMES["binance-usdm-isolated"])

    @property
    def _is_one_pool(self) -> bool:
        return bool(self._multi_assets) and not self._portfolio_margin

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """What each asset counts while all of them back every position: weight 10. One that is held
        and is not in the list follows from what the account says that all count: weight 5.
        """
        if not self._is_one_pool:
            return None
        reply = await exchange.fapipublic_get_assetindex()
        priced, told = collateral(reply, self._futures.listing.settling)
        if self._backing - {reading.asset for reading in priced}:
            account = table(await exchange.fapiprivatev3_get_account(), "account")
            priced += of_the_rest(account, priced)
        return CollateralPriced(self._account, priced, told)

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """Positions first: one that opens between the two shows as margin without a position."""
        held = rows(await exchange.fapiprivatev3_get_positionrisk(), "positionRisk")
        account = table(await exchange.fapiprivatev3_get_account(), "account")
        assets = rows(account.get("assets"), "assets")
        self._backing = {
            text(row, "asset") for row in assets if number_or_none(row, "marginBalance")
        }
        cross, isolated = self._regimes
        one_pool = account if self._is_one_pool else {}
        return AccountRead(
            account=self._account,
            positions=self._futures.positions(held),
            balances=tuple(self._futures.balances(assets, isolated_maintenance(held))),
            margin_in_use=margin_in_use(account, assets),
            equity=number_or_none(one_pool, "totalMarginBalance"),
            maintenance_margin=number_or_none(one_pool, "totalMaintMargin"),
            cross_regime=cross,
            isolated_regime=isolated,
        )

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """The brackets of every market, of one price all together."""
        del symbols
        return self._futures.tiers(await exchange.fapiprivate_get_leveragebracket())

    async def new_stream_key(self, exchange: Exchange) -> str:
        """Ask for a listen key, and see to it that ccxt uses this one and renews none."""
        reply = table(await exchange.fapiprivate_post_listenkey(), "listenKey")
        key = self._futures.user.stream_key = text(reply, "listenKey")
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
