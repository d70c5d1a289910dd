"""What the venue layer must know of one venue to speak with it: one file of `dialects` each."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol, runtime_checkable

from hedgewatch.core.events import (
    AccountRead,
    BalanceChanged,
    BalanceReading,
    BarsRead,
    CollateralPriced,
    LiquidityRead,
    PositionChanged,
    PriceEvent,
    QuoteChanged,
    VenueWarned,
)
from hedgewatch.core.model import EndReason, Market, Tier
from hedgewatch.venues.fields import Row
from hedgewatch.venues.permissions import KeyRights
from hedgewatch.venues.readonly import AllowList
from hedgewatch.venues.settings import EndpointSettings

Exchange = Any
"""ccxt's own classes promise more in their types than their replies keep."""

Question = Callable[[], Awaitable[EndReason | None]]
"""Asks the venue whether it knows why a balance shrank."""

Feed = Literal["mark", "quote", "user"]
"""What is streamed. The fourth feed of an account, `rest`, is asked for."""

FEEDS: Mapping[str, Feed] = MappingProxyType({"mark": "mark", "quote": "quote", "user": "user"})
"""Each by its name, as an address may have it behind its `#`."""


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """A frame hinted at something that only a new reading tells."""

    reason: str


@dataclass(frozen=True, slots=True)
class StreamExpired:
    """The private stream says that it is over: it needs a new key and a new socket."""

    reason: str


@dataclass(frozen=True, slots=True)
class StreamBegan:
    """The venue accepted who listens (`LogsIn`): from now on the private stream tells."""


@dataclass(frozen=True, slots=True)
class PollingBegan:
    """A feed has no socket of its own: from now on what it carries is asked for."""

    feed: Feed


AccountNews = (
    PositionChanged
    | BalanceChanged
    | VenueWarned
    | ReadAgain
    | StreamBegan
    | StreamExpired
    | PollingBegan
)

Prices = Callable[[Row, float], PriceEvent | None]
"""What `Dialect.price` is."""

Tell = Callable[[PriceEvent | AccountNews], None]
"""Where a dialect puts what it learned on no socket of ours."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A frame that answers something we said on a socket.

    `to` is the message hash that the dialect gave ccxt's `watch`, whose call now returns (a login
    that was accepted); empty for an answer that nobody waits for. `asked` is the id that we gave
    the question, empty where the venue repeats none. `refused` is the venue's reason, empty when
    it agreed: the socket is given up. `pong` is said of the answer to a ping that was a frame of
    its own (ccxt's `ping`): the socket lives (one that is no JSON: `SpeaksPlainly`). `over` is why
    the venue is about to close the socket, or tells no more on it: another one is opened.
    """

    to: str = ""
    asked: str = ""
    refused: str = ""
    pong: bool = False
    over: str = ""


class Dialect(Protocol):
    """One view of a venue: addresses, frames and replies, and what they mean.

    Each account has an object of its own. One more, without a key, serves what is public for all
    accounts at a venue: it alone is asked `price`, `market`, `read_terms`, `read_liquidity`,
    `read_bars`, `read_quotes`, and to `watch` marks and quotes; an account's is asked the rest, and
    to `watch` the private stream. Both learn the markets from `list_markets`, from one table.
    """

    feeds: tuple[Feed, ...]
    """What is streamed; the rest is read."""

    options: Mapping[str, Any]
    """Given to ccxt's constructor."""

    requests: tuple[tuple[str, str], ...]
    """All that may be asked, by method and live address; sockets as the GET of their handshake."""

    operations: tuple[str, ...]
    """What may be said on a socket."""

    def feed_of(self, path: str) -> Feed:
        """Which feed a socket's path carries. Where one address serves several feeds, the dialect
        dials it as `address#feed` (the fragment never leaves the machine), and this is not asked.
        """

    def price(self, message: Row, now: float) -> PriceEvent | None:
        """The price that a frame tells, None when it tells none. `now` is by the venue's clock."""

    def account_news(self, message: Row) -> Sequence[AccountNews]:
        """What a frame tells of the account, in order."""

    def answer(self, message: Row) -> Answer | None:
        """What of ours a frame answers, None when it is no answer. Asked after `price`, before
        `account_news`.
        """

    async def rights(self, exchange: Exchange) -> KeyRights:
        """What the venue says that the key may do. OddReplyError where it cannot be told."""

    async def settle_in(self, exchange: Exchange) -> None:
        """Read the regime of the account (multi-assets mode and the like)."""

    async def read_terms(self, exchange: Exchange) -> None:
        """Read what the listing of the markets lacks and changes more often."""

    async def read_liquidity(self, exchange: Exchange, symbol: str) -> LiquidityRead | None:
        """The order book of a market and what a day trades, None where nobody needs it."""

    async def read_bars(self, exchange: Exchange, symbol: str, count: int, now: float) -> BarsRead:
        """How the last minutes of a market ended, so many at most, of those that are over: `now`
        is by the venue's clock. The venue may remember fewer.
        """

    async def read_collateral(self, exchange: Exchange) -> CollateralPriced | None:
        """What each asset counts as collateral, None where each asset is a pool of its own."""

    def losses(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterable[tuple[BalanceReading, Sequence[Question]]]:
        """Balances that the last reading showed to be less, with what to ask for the reason, until
        one knows; none where the private stream tells.
        """

    async def read_account(self, exchange: Exchange) -> AccountRead:
        """One whole reading."""

    async def read_quotes(
        self, exchange: Exchange, symbols: Sequence[str], now: float
    ) -> Sequence[QuoteChanged]:
        """Quotes, where nothing else flows that shows a quiet stream to be alive. `now` is by the
        venue's clock.
        """

    async def tiers(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Mapping[str, tuple[Tier, ...]]:
        """The maintenance tiers of these markets at least, as this account has them, by symbol."""

    def market(self, unified: Row) -> Market:
        """A market of ccxt's, as the core has it."""

    def list_markets(self, markets: Mapping[str, Row]) -> None:
        """Learn the ids by which frames and replies name the markets."""

    async def new_stream_key(self, exchange: Exchange) -> str:
        """A listen key, made known to ccxt; empty where none is needed."""

    async def keep_stream_key(self, exchange: Exchange) -> None:
        """Prolong it."""

    async def watch(
        self, exchange: Exchange, feed: Feed, symbols: Sequence[str], tell: Tell
    ) -> None:
        """Subscribe (after a login, where one is needed), and return only when the socket is over.
        What `price` and `account_news` make of frames need not be told again.

        It may be called again while an older socket of the feed still serves, to relieve that: dial
        as if there were none. `symbols` grows in place: who polls asks for what is in it each time.
        """


@runtime_checkable
class LeavesFramesToCcxt(Protocol):
    """A dialect that knows no frame: ccxt's own parsers read them, and it tells what came of it."""

    def fence(self, endpoint: EndpointSettings | None) -> AllowList:
        """What may be asked and said, where `requests` and `operations` list nothing."""

    def begin_anew(self, feed: Feed, why: Exception) -> None:
        """Other markets are wanted: the pending `watch` of this feed is to raise `why`."""

    def overhear(self, exchange: Exchange, tell: Tell) -> Sequence[Coroutine[Any, Any, None]]:
        """What tells of the account beside its readings, each for ever, whatever fails."""


@runtime_checkable
class LogsIn(Protocol):
    """A dialect whose private socket tells nothing until a login or a subscription was accepted:
    `watch` tells `StreamBegan` then. Of any other a socket that was dialled stands.
    """

    logs_in: Literal[True]


@runtime_checkable
class TellsInPart(Protocol):
    """A dialect whose private stream may tell of some markets and not of others: where it does not,
    what is read and was not told gives no deaf stream away.
    """

    def is_told(self, symbol: str) -> bool:
        """Whether the stream tells of positions in this market."""
        ...


@runtime_checkable
class SpeaksPlainly(Protocol):
    """A dialect of a venue that sends more than JSON: what it says first on a socket, and how it
    answers the text `ping`. None where it says no such thing.
    """

    greeting: bytes | None
    plain_pong: bytes | None


@runtime_checkable
class SharesTables(Protocol):
    """A dialect whose accounts ask for something public beside the markets, which one of them asks
    for all.
    """

    def borrow_tables(self, lender: Dialect) -> None:
        """Use those of the dialect that serves what is public at the same place."""


@runtime_checkable
class ByAddress(Protocol):
    """A dialect of a venue that has one name for markets of several kinds: the address of a socket
    says which of them its frames are about.
    """

    def price_at(self, path: str) -> Prices:
        """What stands in for `price` on the sockets of this path."""
