"""What happened in the world, as whoever watches it is told."""

from dataclasses import dataclass
from decimal import Decimal

from hedgewatch.sim.accounts import ZERO, Account, CoinPosition, Position
from hedgewatch.sim.markets import QUOTE


@dataclass(frozen=True, slots=True)
class MarkSet:
    """A mark was set by hand: report it at once instead of at the next tick."""

    symbol: str


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """Wallets or positions changed, for the reason that Binance would give."""

    account: Account
    reason: str
    positions: tuple[Position, ...] = ()
    paid: Decimal = ZERO
    asset: str = QUOTE


@dataclass(frozen=True, slots=True)
class Filled:
    """An order was executed; `client_id` tells a liquidation (`autoclose-`) from a trade."""

    account: Account
    position: Position
    quantity: Decimal
    realised: Decimal
    client_id: str


@dataclass(frozen=True, slots=True)
class MarginCalled:
    """An account's margin ratio rose past the call level."""

    account: Account


@dataclass(frozen=True, slots=True)
class SpotChanged:
    """A spot balance changed."""

    account: Account
    asset: str


@dataclass(frozen=True, slots=True)
class CoinsChanged:
    """The wallet of a coin changed, or positions margined in it."""

    account: Account
    coin: str
    reason: str
    positions: tuple[CoinPosition, ...] = ()
    paid: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CoinsFilled:
    """An order in a contract margined in coins was executed; `realised` is in the coin."""

    account: Account
    position: CoinPosition
    quantity: Decimal
    price: Decimal
    realised: Decimal
    client_id: str


@dataclass(frozen=True, slots=True)
class CoinMarginCalled:
    """The margin ratio of a coin rose past the call level."""

    account: Account
    coin: str


Change = (
    MarkSet
    | AccountChanged
    | Filled
    | MarginCalled
    | SpotChanged
    | CoinsChanged
    | CoinsFilled
    | CoinMarginCalled
)
