"""Hyperliquid: perpetuals and spot balances of one address, read by anybody who knows it.

Everything is asked of one address, `/info`, with a `type`; orders would go to `/exchange`, which is
on no list of ours, nor is the `post` of the socket. No key is held, so none can do any harm.
Sources: Hyperliquid documentation, "Info endpoint", "Websocket", "Rate limits and user limits"
(1,200 a minute: states and books weigh 2, `userRole` 60, the rest 20).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

import ccxt
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
from hedgewatch.core.model import Market, Tier
from hedgewatch.venues.dialect import (
    AccountNews,
    Answer,
    Exchange,
    Feed,
    Question,
    StreamBegan,
    Tell,
)
from hedgewatch.venues.dialects.hyperliquid_address import Aside, refuse_wrong_address
from hedgewatch.venues.dialects.hyperliquid_listing import (
    MAIN,
    Listing,
    tiers,
    unified_market,
)
from hedgewatch.venues.dialects.hyperliquid_outflows import Outflows
from hedgewatch.venues.dialects.hyperliquid_pools import (
    Blanks,
    Spot,
    balances_of,
    positions_of,
    regimes_of,
    spot_of,
)
from hedgewatch.venues.dialects.hyperliquid_prices import PriceFrames, bars, best_of
from hedgewatch.venues.dialects.hyperliquid_sockets import answer_of, listen, subscriptions
from hedgewatch.venues.dialects.hyperliquid_states import (
    Clearinghouse,
    clearinghouse,
    summary,
)
from hedgewatch.venues.dialects.hyperliquid_user import UserFrames
from hedgewatch.venues.fields import OddReplyError, Row, number, rows, table, text
from hedgewatch.venues.permissions import KeyRights

MOST_BARS = 5000
"""Candles that the venue remembers."""

FIGURES = 4
"""Significant figures of an order book's levels, of which 20 a side are shown: 1 to 10 bps each."""

DEXES = 20
"""Of the exchanges that others built, at weight 20 each when the markets are listed."""

log = structlog.get_logger()


class Hyperliquid:
    """One address; that of a sub-account or of a vault is one as well."""

    feeds: tuple[Feed, ...] = ("mark", "quote", "user")
    logs_in: Literal[True] = True
    options: Mapping[str, Any] = MappingProxyType(
        {"fetchMarkets": {"types": ["spot", "swap", "hip3"], "hip3": {"limit": DEXES}}}
    )
    requests: tuple[tuple[str, str], ...] = (
        ("POST", "https://api.hyperliquid.xyz/info"),
        ("GET", "wss://api.hyperliquid.xyz/ws"),
    )
    operations: tuple[str, ...] = ("subscribe", "unsubscribe", "ping")
    greeting: bytes | None = b"Websocket connection established."
    plain_pong: bytes | None = None

    def __init__(self, account: str, address: str) -> None:
        self._account = account
        self._address = address.lower()
        self._listing = Listing()
        self._frames = PriceFrames(self._listing)
        self._user = UserFrames(account, self._address, self._listing)
        self._held: dict[str, set[str]] = {}
        self._owned: set[str] = set()
        self._outflows = Outflows(self._address)
        self._mode = ""
        self._blanks = Blanks()
        self._aside = Aside(self._address)

    def feed_of(self, path: str) -> Feed:
        """One address serves every feed, and is dialled with the feed behind its `#`."""
        del path
        return "user"

    def price(self, message: Row, now: float) -> PriceEvent | None:
        """The mark price or quote in a frame."""
        return self._frames.decode(message, now)

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """What a frame of the address tells."""
        return self._user.decode(message)

    def is_told(self, symbol: str) -> bool:
        """Of exchanges that others built only where the venue tells of all of them."""
        return self._user.tells_all or not self._listing.dexes([symbol]) - {MAIN}

    def answer(self, message: Row) -> Answer | None:
        """An acknowledgement, a pong, or an error."""
        return answer_of(message)

    async def rights(self, exchange: Exchange) -> KeyRights:
        """None: an address can only be looked at. But it may be the wrong one: the venue shows one
        that nobody ever used, or that only signs for another, as an empty account.
        """
        await self._name_tokens(exchange)
        try:
            role = table(await self._ask(exchange, "userRole", user=self._address), "userRole")
        except ccxt.ExchangeError:
            log.info("the venue does not say whose address it is", account=self._account)
        else:
            refuse_wrong_address(self._address, role)
        return KeyRights(powers=(), account=self._address)

    async def _name_tokens(self, exchange: Exchange) -> None:
        """For ccxt, which names by it the currency in which other exchanges settle."""
        reply = table(await self._ask(exchange, "spotMeta"), "spotMeta")
        named = {
            str(row.get("index")): text(row, "name") for row in rows(reply["tokens"], "tokens")
        }
        exchange.options["cachedCurrenciesById"] = named

    async def settle_in(self, exchange: Exchange) -> None:
        """How spot and perpetual balances back positions: the account's abstraction mode."""
        reply = await self._ask(exchange, "userAbstraction", user=self._address)
        if not isinstance(reply, str):
            raise OddReplyError("userAbstraction is not a text")
        self._mode = reply.strip('"')
        self._aside.forget()

    async def read_terms(self, exchange: Exchange) -> None:
        """None beside the listing: funding is paid every hour."""

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """Both sides of the book, in coarse steps."""
        if ":" not in symbol:
            return None
        coin = self._listing.coin(symbol)
        reply = await self._ask(exchange, "l2Book", coin=coin, nSigFigs=FIGURES)
        return self._frames.liquidity(symbol, reply)

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of what was traded: the mark price is not remembered."""
        end = int(now * 1000.0)
        wanted = {"coin": self._listing.coin(symbol), "interval": "1m", "endTime": end}
        wanted["startTime"] = end - min(count, MOST_BARS) * 60_000
        return bars(symbol, await self._ask(exchange, "candleSnapshot", req=wanted), now)

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """Each currency is a pool of its own."""
        del exchange
        return None

    def losses(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterable[tuple[BalanceReading, Sequence[Question]]]:
        """Tokens that were sent away or sold since the reading before."""
        ask = partial(self._ask, exchange)
        return self._outflows.questions(ask, self._listing.named, symbols)

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """States before the spot wallet, which has no time of its own."""
        states = await self._states(exchange, sorted(self._user.used))
        reply = await self._ask(exchange, "spotClearinghouseState", user=self._address)
        outside = spot_of(reply, self._listing, self._mode)
        every = list(states.values())
        known = self._blanks.known(every, outside)
        spot = await self._aside.added(partial(self._ask, exchange), outside)
        positions = tuple(self._positions(every, spot, known=known))
        self._user.seen(states, spot)
        cross, isolated = regimes_of(self._mode, spot, every)
        reading = AccountRead(
            account=self._account,
            positions=positions,
            balances=tuple(self._balances(every, spot)),
            margin_in_use=sum(state.margin_used for state in every),
            cross_regime=cross,
            isolated_regime=isolated,
            unseen=await self._aside.unseen(partial(self._ask, exchange)),
        )
        self._outflows.seen(reading)
        return reading

    async def _states(self, exchange: Exchange, dexes: Iterable[str]) -> dict[str, Clearinghouse]:
        return {
            dex: clearinghouse(await self._state(exchange, dex), dex, self._listing)
            for dex in dexes
        }

    async def _state(self, exchange: Exchange, dex: str) -> object:
        where = {"dex": dex} if dex else {}
        return await self._ask(exchange, "clearinghouseState", user=self._address, **where)

    def _positions(
        self, states: Sequence[Clearinghouse], spot: Spot, *, known: bool
    ) -> Iterator[PositionReading]:
        """What is open, and 0 for what was and is no longer, where the venue's totals say so."""
        yield from positions_of(states, spot)
        for state in states:
            held = self._held.setdefault(state.dex, set())
            yield from state.gone(held, known=known)
            held |= {each.symbol for each in state.holdings}

    def _balances(self, states: Sequence[Clearinghouse], spot: Spot) -> Iterator[BalanceReading]:
        for reading in balances_of(states, spot):
            if reading.total or reading.equity or reading.asset in self._owned:
                self._owned.add(reading.asset)
                yield reading

    async def read_quotes(
        self, exchange: Exchange, symbols: Sequence[str], now: float
    ) -> Sequence[QuoteChanged]:
        """Of spot pairs, whose quiet the stream does not break; weight 2 each."""
        del now
        spot = [symbol for symbol in symbols if ":" not in symbol]
        best = [await self._best(exchange, pair) for pair in spot]
        return [quote for quote in best if quote is not None]

    async def _best(self, exchange: Exchange, symbol: str) -> QuoteChanged | None:
        coin = self._listing.coin(symbol)
        return best_of(symbol, await self._ask(exchange, "l2Book", coin=coin))

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """Of every market of the venue, and of the exchanges of others on which something is."""
        await self._find_dexes(exchange)
        found: dict[str, tuple[Tier, ...]] = {}
        for dex in sorted(self._user.used | self._listing.dexes(symbols)):
            where = {"dex": dex} if dex else {}
            found |= tiers(await self._ask(exchange, "meta", **where), self._listing)
        return found

    async def _find_dexes(self, exchange: Exchange) -> None:
        """On which of the exchanges that others built something is: there it is read each time."""
        listed = await self._ask(exchange, "perpDexs")
        if not isinstance(listed, list):
            raise OddReplyError("perpDexs is not a list")
        for dex in [text(row, "name") for row in listed if isinstance(row, Mapping)]:
            state = table(await self._state(exchange, dex), f"the state on {dex:.20}")
            if state.get("assetPositions") or number(summary(state), "accountValue"):
                self._user.used.add(dex)

    def market(self, unified: Row) -> Market:
        """A perpetual or a spot pair."""
        return unified_market(unified)

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the names."""
        self._listing.learn(markets)

    async def new_stream_key(self, exchange: Exchange) -> str:
        """None is needed."""
        del exchange
        return ""

    async def keep_stream_key(self, exchange: Exchange) -> None:
        """None is kept."""

    async def watch(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> None:
        """Subscribe; ccxt's own parsers never see a frame, so this returns when the socket ends."""
        if feed == "mark":
            self._frames.pulse.begin()
        if feed == "user":
            self._user.begin()
        coins = [self._listing.coin(symbol) for symbol in symbols]
        wanted = subscriptions(feed, coins, self._address, self._listing.pulse)
        began = partial(tell, StreamBegan()) if feed == "user" else None
        await listen(exchange, feed, wanted, began)

    async def _ask(self, exchange: Exchange, what: str, **terms: object) -> Any:
        return await exchange.public_post_info({"type": what, **terms})
