"""Bybit's unified trading account: linear and inverse contracts, spot balances, all of it one pool.

Sources: Bybit's API documentation v5, and its help centre where margins are concerned.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from hedgewatch.core.events import (
    AccountRead,
    BalanceReading,
    BarsRead,
    CollateralPriced,
    LiquidityRead,
    PriceEvent,
    QuoteChanged,
)
from hedgewatch.core.model import Market, Tier
from hedgewatch.venues.dialect import (
    AccountNews,
    Answer,
    Exchange,
    Feed,
    Prices,
    Question,
    Tell,
)
from hedgewatch.venues.dialects import bybit_terms as terms
from hedgewatch.venues.dialects.bybit_coins import balance
from hedgewatch.venues.dialects.bybit_common import (
    CONTRACTS,
    Listing,
    key_rights,
    listed,
    may_read_earn,
    requests_of,
    result,
    unified_market,
)
from hedgewatch.venues.dialects.bybit_earn import Earn
from hedgewatch.venues.dialects.bybit_frames import PriceFrames
from hedgewatch.venues.dialects.bybit_heart import with_beats
from hedgewatch.venues.dialects.bybit_outflows import Outflows
from hedgewatch.venues.dialects.bybit_positions import Positions
from hedgewatch.venues.dialects.bybit_replies import Mode, mode_of
from hedgewatch.venues.dialects.bybit_settling import Settling
from hedgewatch.venues.dialects.bybit_sockets import (
    OPERATIONS,
    answer,
    listen_to_account,
    listen_to_prices,
)
from hedgewatch.venues.dialects.bybit_user import UserFrames
from hedgewatch.venues.fields import OddReplyError, Row, moment, number_or_none, rows, table, text
from hedgewatch.venues.permissions import KeyRights

CLASSIC = (
    "this is a classic account, which is not supported: upgrade it to a unified trading account"
)


OPTIONS_UNSEEN = "options: the venue refuses to list them, and what they ask for is not counted"


class Bybit:
    """One unified account."""

    feeds: tuple[Feed, ...] = ("mark", "quote", "user")
    logs_in: Literal[True] = True
    options: Mapping[str, Any] = MappingProxyType(
        {"fetchMarkets": {"types": ["spot", "linear", "inverse"]}}
    )
    requests: tuple[tuple[str, str], ...]
    operations: tuple[str, ...] = OPERATIONS

    def __init__(self, account: str, venue: str = "bybit") -> None:
        self._account = account
        self._listing = Listing(venue)
        self.requests = requests_of(venue)
        self._frames = PriceFrames(self._listing)
        self._user = UserFrames(account, self._listing, self._balance)
        self._outflows = Outflows()
        self._mode = Mode()
        self._intervals: dict[str, float] = {}
        self._settling = Settling()
        self._positions = Positions(self._listing, self._settling.fees)
        self._earn = Earn()
        self._staked: dict[str, float] = {}

    # sockets

    def feed_of(self, path: str) -> Feed:
        """Of the private socket: the others are dialled with their feed behind the address."""
        return "user" if path.endswith("/private") else "quote"

    def price(self, message: Row, now: float) -> PriceEvent | None:
        """The mark price or quote in a frame about contracts."""
        return self._frames.contract(message, now)

    def price_at(self, path: str) -> Prices:
        """Spot pairs have the names of contracts: only their address tells them apart."""
        return self._frames.pair if path.endswith("/spot") else self._frames.contract

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """What a private frame tells."""
        return self._user.decode(message)

    def answer(self, message: Row) -> Answer | None:
        """An answer to a login, a subscription or a ping."""
        return answer(message)

    async def new_stream_key(self, exchange: Exchange) -> str:
        """None is needed: the socket logs in."""
        del exchange
        return ""

    async def keep_stream_key(self, exchange: Exchange) -> None:
        """None is kept."""

    async def watch(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> None:
        """Subscribe, and return when any socket of the feed is over."""
        if feed == "user":
            await listen_to_account(exchange, tell)
            return
        named = self._listing.by_category(symbols)
        if feed == "mark":
            self._frames.listen(named, tell)
            named = with_beats(named, self._listing.contracts)
        await listen_to_prices(exchange, feed, named, lambda: self._frames.spot_frames)

    # requests

    async def rights(self, exchange: Exchange) -> KeyRights:
        """What the key may do."""
        reply = await exchange.private_get_v5_user_query_api()
        self._earn.allowed = may_read_earn(reply)
        return key_rights(reply)

    async def settle_in(self, exchange: Exchange) -> None:
        """Margin mode, and what its margins depend on: the fees of this account, the parts of coins
        that count as collateral, what loans ask for.
        """
        await self._read_mode(exchange)
        await self._settling.read(exchange)

    async def _read_mode(self, exchange: Exchange) -> None:
        self._mode = mode_of(result(await exchange.private_get_v5_account_info(), "account/info"))
        self._user.isolated = self._mode.is_isolated

    async def read_terms(self, exchange: Exchange) -> None:
        """How often funding is paid; asked anew, because the venue shortens it in wild markets."""
        for category in CONTRACTS:
            reply = await exchange.public_get_v5_market_tickers({"category": category})
            self._intervals |= terms.funding_intervals(reply)

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """Both sides of the book, and the day's volume; what is owned outright needs neither."""
        category, name = self._listing.name(symbol)
        if category == "spot":
            return None
        wanted = {"category": category, "symbol": name}
        book = await exchange.public_get_v5_market_orderbook({**wanted, "limit": terms.LEVELS})
        day = await exchange.public_get_v5_market_tickers(wanted)
        return terms.liquidity((self._listing.venue, symbol), category, book, day)

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of the mark price, which liquidates; of a spot pair of what was traded."""
        category, name = self._listing.name(symbol)
        of, wanted = (self._listing.venue, symbol), {"category": category, "symbol": name}
        wanted["interval"] = "1"
        wanted["limit"] = str(min(count, terms.MOST_CANDLES))
        if category == "spot":
            traded = await exchange.public_get_v5_market_kline(wanted)
            return terms.bars(of, traded, now, of_trades=True)
        marks = await exchange.public_get_v5_market_mark_price_kline(wanted)
        return terms.bars(of, marks, now)

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """What each coin counts, by the venue's own index; none of isolated positions."""
        if self._mode.is_isolated or not self._mode.margin:
            return None
        await self._settling.mend(exchange)
        reply = table(await self._wallet_reply(exchange), "wallet-balance")
        coins = rows(_wallet(reply).get("coin"), "coin")
        priced = self._settling.coins.priced(coins)
        return CollateralPriced(self._account, priced, moment(reply, "time"))

    def losses(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterable[tuple[BalanceReading, Sequence[Question]]]:
        """Coins of which the last reading showed less."""
        return self._outflows.questions(exchange, symbols)

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """Mode and positions first: one that opens later shows as margin without a position."""
        await self._read_mode(exchange)
        if self._mode.is_classic:
            raise OddReplyError(CLASSIC)
        await self._settling.mend(exchange)
        mode, held = self._mode, self._positions
        found = await held.read(exchange, isolated=mode.is_isolated)
        flaw = await held.flaw(exchange, found, inverse_is_apart=mode.inverse_is_apart)
        self._user.seen(found.values())
        await self._earn.read(exchange)
        self._staked = self._earn.amounts()
        asked = exchange.nonce() / 1000.0
        wallet = _wallet(table(await self._wallet_reply(exchange), "wallet-balance"))
        coins = rows(wallet.get("coin"), "coin")
        balances = tuple(self._balances(coins, asked))
        flaw = flaw or self._flaw_of_loans(coins)
        self._outflows.seen(balances, asked)
        return AccountRead(
            account=self._account,
            positions=tuple(found.values()),
            balances=balances,
            margin_in_use=sum(number_or_none(coin, "totalPositionIM") or 0.0 for coin in coins),
            equity=number_or_none(wallet, "totalMarginBalance"),
            maintenance_margin=number_or_none(wallet, "totalMaintenanceMargin"),
            cross_regime=mode.regime(flaw),
            isolated_regime=mode.isolated_regime(linear=held.are_linear(found)),
            unseen=tuple(self._unseen()),
        )

    def _flaw_of_loans(self, coins: Iterable[Row]) -> str:
        coin = "" if self._mode.is_isolated else self._settling.coins.unrated(coins)
        return f"{coin} is borrowed, and the venue does not tell what that asks for" if coin else ""

    def _unseen(self) -> Iterable[str]:
        if self._positions.options_untold:
            yield OPTIONS_UNSEEN
        yield from self._earn.unseen()

    async def _wallet_reply(self, exchange: Exchange) -> object:
        return await exchange.private_get_v5_account_wallet_balance({"accountType": "UNIFIED"})

    def _balances(self, coins: Iterable[Row], asked: float) -> Iterable[BalanceReading]:
        """Every coin that is listed, and what only lies in Earn."""
        told = [self._balance(row, asked) for row in coins]
        yield from told
        for coin in self._staked.keys() - {reading.asset for reading in told}:
            amount = self._staked[coin]
            yield BalanceReading(asset=coin, total=amount, locked=amount, venue_time=asked)

    def _balance(self, row: Row, told: float) -> BalanceReading:
        staked = self._staked.get(text(row, "coin"), 0.0)
        return balance(row, told, isolated=self._mode.is_isolated, staked=staked)

    async def read_quotes(
        self, exchange: Exchange, symbols: Sequence[str], now: float
    ) -> Sequence[QuoteChanged]:
        """No need: the venue repeats each quote within 3 s."""
        del exchange, symbols, now
        return ()

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """Market by market: a list of all comes in forty pages."""
        found: dict[str, tuple[Tier, ...]] = {}
        for category, names in self._listing.by_category(symbols).items():
            for name in names if category != "spot" else ():
                wanted = {"category": category, "symbol": name}
                reply = await exchange.public_get_v5_market_risk_limit(wanted)
                found[self._listing.contract(wanted)] = terms.tiers(reply)
        return found

    def market(self, unified: Row) -> Market:
        """A perpetual, a dated future or a spot pair."""
        interval = None if unified.get("spot") else self._intervals.get(str(unified.get("id")))
        return unified_market(self._listing.venue, unified, interval)

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the ids."""
        self._listing.learn(markets)


def _wallet(reply: Row) -> Row:
    """The one account in a list of accounts."""
    accounts = listed(reply, "wallet-balance")
    if len(accounts) != 1:
        raise OddReplyError(f"wallet-balance lists {len(accounts)} accounts")
    return accounts[0]
