"""Binance's spot market: balances that are read, and quotes that are streamed.

Its user stream is not used: it lives on the socket that also takes orders, which is never opened.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson

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
from hedgewatch.venues.dialect import AccountNews, Answer, Exchange, Feed, Question, Tell
from hedgewatch.venues.dialects.binance_candles import MOST_OF_SPOT, bars
from hedgewatch.venues.dialects.binance_common import (
    RESTRICTIONS,
    Listing,
    PriceFrames,
    answer_of,
    key_rights,
    unified_market,
)
from hedgewatch.venues.dialects.binance_outflows import Outflows
from hedgewatch.venues.dialects.binance_wallets import WALLETS, OtherWallets
from hedgewatch.venues.fields import Row, number, number_or, rows, table, text
from hedgewatch.venues.permissions import KeyRights

VENUE = "binance"
_NAMES = {"bidPrice": "b", "askPrice": "a", "symbol": "symbol"}


class BinanceSpot:
    """One spot account."""

    feeds: tuple[Feed, ...] = ("quote",)
    options: Mapping[str, Any] = MappingProxyType(
        {
            "defaultType": "spot",
            "fetchCurrencies": False,
            "fetchMargins": False,
            "fetchMarkets": {"types": ["spot"]},
        }
    )
    requests: tuple[tuple[str, str], ...] = (
        ("GET", "https://api.binance.com/api/v3/exchangeInfo"),
        ("GET", "https://api.binance.com/api/v3/time"),
        ("GET", "https://api.binance.com/api/v3/account"),
        ("GET", "https://api.binance.com/api/v3/ticker/bookTicker"),
        ("GET", "https://api.binance.com/api/v3/klines"),
        ("GET", "https://api.binance.com/api/v3/myTrades"),
        ("GET", "https://api.binance.com/sapi/v1/asset/transfer"),
        ("GET", "https://api.binance.com/sapi/v1/capital/withdraw/history"),
        *WALLETS,
        RESTRICTIONS,
        ("GET", "wss://stream.binance.com:9443/ws/*"),
    )
    operations: tuple[str, ...] = ("SUBSCRIBE", "UNSUBSCRIBE")

    def __init__(self, account: str) -> None:
        self._account = account
        self._listing = Listing()
        self._frames = PriceFrames(VENUE, self._listing)
        self._owned: set[str] = set()
        self._outflows = Outflows()
        self._wallets = OtherWallets()

    def feed_of(self, path: str) -> Feed:
        """The only sockets are those of quotes."""
        del path
        return "quote"

    def price(self, message: Row, now: float) -> PriceEvent | None:
        """The quote in a frame."""
        return self._frames.decode(message, now)

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """None: no private stream."""
        del message
        return ()

    def answer(self, message: Row) -> Answer | None:
        """An answer to a SUBSCRIBE."""
        return answer_of(message)

    async def rights(self, exchange: Exchange) -> KeyRights:
        """What the key may do."""
        return await key_rights(exchange)

    async def settle_in(self, exchange: Exchange) -> None:
        """A spot account has one regime."""

    async def read_terms(self, exchange: Exchange) -> None:
        """A spot pair has no terms beside its listing."""

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """What is owned outright needs no unwinding in a hurry."""
        del exchange, symbol
        return None

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """Of what was traded: the middle of the quotes, which is streamed, is not remembered."""
        wanted = {"symbol": exchange.market_id(symbol), "interval": "1m"}
        wanted["limit"] = min(count, MOST_OF_SPOT)
        return bars(VENUE, symbol, await exchange.public_get_klines(wanted), now, of_trades=True)

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """Nothing is borrowed here."""
        del exchange
        return None

    def losses(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterable[tuple[BalanceReading, Sequence[Question]]]:
        """Coins that were transferred, sold or withdrawn since the reading before."""
        return self._outflows.questions(exchange, symbols)

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """What is owned, free and locked together, with what is lent and in the funding wallet."""
        asked = exchange.nonce()
        reply = table(await exchange.private_get_account(), "account")
        told = number_or(reply, "updateTime", 0.0) / 1000.0
        spot = [self._balance(exchange, row, told) for row in rows(reply["balances"], "balances")]
        held = {balance.asset: balance.total for balance in spot if balance.total}
        await self._wallets.look(exchange, held, asked)
        owned = self._wallets.added_to(spot)
        kept = tuple(asset for asset in owned if asset.total or asset.asset in self._owned)
        self._owned |= {asset.asset for asset in kept}
        unseen = tuple(self._wallets.unseen())
        reading = AccountRead(account=self._account, positions=(), balances=kept, unseen=unseen)
        self._outflows.seen(reading, asked)
        return reading

    def _balance(self, exchange: Exchange, row: Row, told: float) -> BalanceReading:
        locked = number(row, "locked")
        asset = exchange.safe_currency_code(text(row, "asset"))
        total = number(row, "free") + locked
        return BalanceReading(asset=asset, total=total, locked=locked, venue_time=told)

    async def read_quotes(
        self, exchange: Exchange, symbols: Sequence[str], now: float
    ) -> Sequence[QuoteChanged]:
        """A pair that is quiet on the stream is told here."""
        if not symbols:
            return ()
        ids = orjson.dumps([exchange.market_id(symbol) for symbol in symbols]).decode()
        reply = await exchange.public_get_ticker_bookticker({"symbols": ids})
        return [self._frames.quote(row, now, name="symbol") for row in _best(reply)]

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """Nothing is borrowed here."""
        del exchange, symbols
        return {}

    def market(self, unified: Row) -> Market:
        """A spot pair."""
        return unified_market(VENUE, unified)

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the ids."""
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
        """Subscribe to the quotes of these pairs."""
        del feed, tell
        await exchange.watch_bids_asks(list(symbols))


def _best(reply: object) -> list[Row]:
    """Rows of the reply by the names that frames have for the same."""
    listed = rows(reply, "bookTicker")
    return [{short: row.get(name) for name, short in _NAMES.items()} for row in listed]
