"""Binance's COIN-margined futures: inverse contracts of a face value in dollars, paid in coins.

Fields: Binance API documentation, COIN-Margined Futures. Each coin is a pool of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hedgewatch.core.events import (
    AccountRead,
    CollateralPriced,
)
from hedgewatch.core.margin.regimes import REGIMES, Regime
from hedgewatch.core.model import Tier
from hedgewatch.venues.dialect import Exchange, Feed, Tell
from hedgewatch.venues.dialects.binance_account import PartOfAccount
from hedgewatch.venues.dialects.binance_common import (
    ACCOUNT_INFO,
    RESTRICTIONS,
)
from hedgewatch.venues.dialects.binance_futures import (
    Futures,
    leg_id,
    margin_in_use,
)
from hedgewatch.venues.dialects.binance_replies import isolated_maintenance
from hedgewatch.venues.dialects.binance_sockets import listen, subscribe
from hedgewatch.venues.dialects.binance_wings import CM_PUBLIC, CM_SOCKETS, CmWing
from hedgewatch.venues.dialects.optional import optional
from hedgewatch.venues.fields import Row, rows, table, text

VENUE = "binancecoinm"


class BinanceCoinm(PartOfAccount):
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
        futures = Futures(account, VENUE)
        self._coins = CmWing(VENUE, futures)
        super().__init__(account, futures, self._coins)

    def feed_of(self, path: str) -> Feed:
        """Every socket is dialled with its feed behind the `#`: this is never asked."""
        raise LookupError(f"{path} carries no feed of COIN-M")

    async def settle_in(self, exchange: Exchange) -> None:
        """Whether there is more of it than this."""
        await self._read_kind(exchange)

    @property
    def _regimes(self) -> tuple[Regime, Regime]:
        """Those of cross and of isolated positions."""
        return self._regimes_of(REGIMES["binance-coinm-cross"], REGIMES["binance-coinm-isolated"])

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """Each coin is a pool of its own."""
        del exchange
        return None

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

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """The brackets of every market, by quantities of its coin."""
        del symbols
        return self._futures.tiers(await exchange.dapiprivatev2_get_leveragebracket())

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the ids, and what a contract is of."""
        super().list_markets(markets)
        self._coins.learn(markets)

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
