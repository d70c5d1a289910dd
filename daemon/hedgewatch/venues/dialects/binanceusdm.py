"""Binance's USDⓈ-margined futures: which replies mean equity, maintenance, wallets and tiers."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import structlog

from hedgewatch.core.events import (
    AccountRead,
    BalanceReading,
    PositionReading,
    PriceEvent,
    QuoteChanged,
)
from hedgewatch.core.model import Market, Tier
from hedgewatch.venues.dialect import AccountNews, Exchange, Feed
from hedgewatch.venues.dialects.binance_common import (
    RESTRICTIONS,
    Listing,
    PriceFrames,
    key_rights,
    unified_market,
)
from hedgewatch.venues.dialects.binance_user import Leg, UserFrames, leg_of, signed
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    UnlistedMarketError,
    above_zero_or_none,
    number,
    number_or,
    rows,
    table,
    text,
)

VENUE = "binanceusdm"
_NEVER_BY_ITSELF = 2**53
"""A time of the last login so far ahead that ccxt never fetches or renews a listen key itself."""

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
        ("GET", "https://fapi.binance.com/fapi/v3/account"),
        ("GET", "https://fapi.binance.com/fapi/v3/positionRisk"),
        ("POST", "https://fapi.binance.com/fapi/v1/listenKey"),
        ("PUT", "https://fapi.binance.com/fapi/v1/listenKey"),
        RESTRICTIONS,
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
        self._unsupported = ""

    def feed_of(self, path: str) -> Feed:
        """Which of the three kinds of socket that Binance's streams are sorted into."""
        if "/private/" in path:
            return "user"
        return "mark" if "/market/" in path else "quote"

    def price(self, message: Row, now: float) -> PriceEvent | None:
        """The mark price or quote in a frame."""
        return self._frames.decode(message, now)

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """What a private frame tells."""
        return self._user.decode(message)

    async def rights(self, exchange: Exchange) -> Row:
        """What the key may do."""
        return await key_rights(exchange)

    async def settle_in(self, exchange: Exchange) -> None:
        """In multi-assets mode all collateral is one pool: our numbers would lie."""
        reply = table(await exchange.fapiprivate_get_multiassetsmargin(), "multiAssetsMargin")
        multi = reply.get("multiAssetsMargin") in {True, "true"}
        self._unsupported = "multi-assets mode" if multi else ""

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """Positions first: one that opens between the two shows as margin without a position."""
        held = rows(await exchange.fapiprivatev3_get_positionrisk(), "positionRisk")
        account = table(await exchange.fapiprivatev3_get_account(), "account")
        assets = rows(account.get("assets"), "assets")
        in_use = sum(number_or(row, "positionInitialMargin", 0.0) for row in assets)
        return AccountRead(
            account=self._account,
            positions=tuple(self._positions(held)),
            balances=tuple(self._balances(assets, _isolated_maintenance(held))),
            margin_in_use=max(in_use, number_or(account, "totalPositionInitialMargin", 0.0)),
            unsupported=self._unsupported,
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
            yield _position(row, leg, amount)

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
            reading = _balance(row, isolated.get(asset, 0.0))
            if reading.total or reading.equity or asset in self._owned:
                self._owned.add(asset)
                yield reading

    async def tiers(self, exchange: Exchange) -> Mapping[str, tuple[Tier, ...]]:
        """The brackets of every market, with the deductions that ccxt's unified tiers lack."""
        listed = rows(await exchange.fapiprivate_get_leveragebracket(), "leverageBracket")
        found: dict[str, tuple[Tier, ...]] = {}
        for row in listed:
            try:
                found[self._listing.symbol(row, "symbol")] = _tiers(row)
            except UnlistedMarketError as error:
                log.debug("tiers of an unlisted market", account=self._account, error=str(error))
        return found

    def market(self, unified: Row) -> Market:
        """A perpetual or a dated future; its contract is one unit of its base."""
        return unified_market(VENUE, unified)

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

    async def watch(self, exchange: Exchange, feed: Feed, symbols: Sequence[str]) -> None:
        """Subscribe; ccxt's own parsers never see a frame, so this returns when the socket ends."""
        if feed == "mark":
            await exchange.watch_mark_prices(list(symbols))
        elif feed == "quote":
            await exchange.watch_bids_asks(list(symbols))
        else:
            await exchange.watch_positions()


def _isolated_wallet(row: Row) -> float | None:
    """v3 dropped `marginType`: a position that has a wallet of its own is isolated."""
    wallet = number_or(row, "isolatedWallet", 0.0)
    isolated = wallet or number_or(row, "isolatedMargin", 0.0)
    return wallet if isolated or row.get("marginType") == "isolated" else None


def _isolated_maintenance(held: Iterable[Row]) -> Mapping[str, float]:
    """What the isolated positions need, by asset: the venue counts it into the asset's total."""
    needed: dict[str, float] = {}
    for row in held:
        if _isolated_wallet(row) is not None:
            asset = str(row.get("marginAsset", ""))
            needed[asset] = needed.get(asset, 0.0) + number_or(row, "maintMargin", 0.0)
    return needed


def _position(row: Row, leg: Leg, amount: float) -> PositionReading:
    symbol, kind = leg
    return PositionReading(
        symbol=symbol,
        kind=kind,
        contracts=signed(amount, kind),
        entry_price=number(row, "entryPrice"),
        venue_time=number_or(row, "updateTime", 0.0) / 1000.0,
        isolated_wallet=_isolated_wallet(row),
        venue_liquidation_price=above_zero_or_none(row, "liquidationPrice"),
    )


def _balance(row: Row, isolated_maintenance: float) -> BalanceReading:
    """Equity and maintenance are those of the cross pool, which is what is liquidated together."""
    cross_wallet = number(row, "crossWalletBalance")
    needed = number(row, "maintMargin") - isolated_maintenance
    return BalanceReading(
        asset=text(row, "asset"),
        total=number(row, "walletBalance"),
        cross_wallet=cross_wallet,
        equity=cross_wallet + number(row, "crossUnPnl"),
        maintenance_margin=max(needed, 0.0),
        venue_time=number_or(row, "updateTime", 0.0) / 1000.0,
    )


def _tiers(row: Row) -> tuple[Tier, ...]:
    brackets = (_tier(bracket) for bracket in rows(row.get("brackets"), "brackets"))
    tiers = tuple(sorted(brackets, key=lambda tier: tier.floor))
    if not tiers:
        raise OddReplyError("a market without brackets")
    return tiers


def _tier(bracket: Row) -> Tier:
    return Tier(
        floor=number(bracket, "notionalFloor"),
        rate=number(bracket, "maintMarginRatio"),
        deduction=number(bracket, "cum"),
    )
