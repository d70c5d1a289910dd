"""What happened in the world, as whoever watches it is told."""

from dataclasses import dataclass
from decimal import Decimal

from hedgewatch.sim.accounts import ZERO, Account, Position
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


Change = MarkSet | AccountChanged | Filled | MarginCalled | SpotChanged
