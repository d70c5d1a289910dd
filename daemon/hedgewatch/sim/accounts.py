"""What an account of the paper exchange owns and what its key may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)

READING_ONLY: Mapping[str, bool] = {
    "ipRestrict": False,
    "enableReading": True,
    "enableWithdrawals": False,
    "enableInternalTransfer": False,
    "enableMargin": False,
    "enableFutures": False,
    "permitsUniversalTransfer": False,
    "enableVanillaOptions": False,
    "enableFixApiTrade": False,
    "enableFixReadOnly": False,
    "enableSpotAndMarginTrading": False,
    "enablePortfolioMarginTrading": False,
}


@dataclass(frozen=True, slots=True)
class Position:
    """A signed quantity; `isolated_wallet` is None for a cross position."""

    symbol: str
    amount: Decimal
    entry: Decimal
    side: str = "BOTH"
    isolated_wallet: Decimal | None = None
    updated: int = 0

    def pnl(self, mark: Decimal) -> Decimal:
        """Unrealised profit at a mark price; the sign of the amount is the direction."""
        return self.amount * (mark - self.entry)

    def notional(self, mark: Decimal) -> Decimal:
        """Signed value at a mark price."""
        return self.amount * mark


@dataclass(frozen=True, slots=True)
class CoinPosition:
    """A signed number of inverse contracts; `isolated_wallet` (coins) is None for a cross one."""

    symbol: str
    contracts: Decimal
    entry: Decimal
    side: str = "BOTH"
    isolated_wallet: Decimal | None = None
    updated: int = 0


@dataclass(frozen=True, slots=True)
class SpotBalance:
    """One asset of the spot wallet."""

    free: Decimal
    locked: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Moved:
    """What left the spot wallet: how (a transfer's type, `withdraw`, `sell`), how much, when."""

    how: str
    asset: str
    amount: Decimal
    at: int


@dataclass(slots=True)
class Account:
    """One login; its wallets and positions change only through the world.

    `wallet` holds USDT, `collateral` the other assets of the futures wallet, which count only in
    multi-assets mode, `coins` what is in the wallet of COIN-M; `lent` and `bound` are in flexible
    and in locked Earn, `funding` in the wallet of that name. In a `unified` account (Hyperliquid)
    `wallet` is the spot balance as well. `key` is the address where a venue knows accounts by that.
    Amounts of positions are in base units at every venue: its wire makes contracts of them.
    """

    name: str
    key: str
    secret: str
    wallet: Decimal
    venue: str = "binance"
    passphrase: str = ""
    leverage: int = 5
    updated: int = 0
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    spot: dict[str, SpotBalance] = field(default_factory=dict)
    lent: dict[str, Decimal] = field(default_factory=dict)
    bound: dict[str, Decimal] = field(default_factory=dict)
    funding: dict[str, Decimal] = field(default_factory=dict)
    collateral: dict[str, Decimal] = field(default_factory=dict)
    coins: dict[str, Decimal] = field(default_factory=dict)
    coin_positions: dict[tuple[str, str], CoinPosition] = field(default_factory=dict)
    multi_assets: bool = False
    portfolio_margin: bool = False
    unified: bool = False
    moved: list[Moved] = field(default_factory=list)
    rights: dict[str, bool] = field(default_factory=lambda: dict(READING_ONLY))

    def held(self) -> list[Position]:
        """The positions that are open."""
        return [position for position in self.positions.values() if position.amount]

    @property
    def hedge_mode(self) -> bool:
        """True once a LONG or SHORT leg exists, as Binance's dual-side setting."""
        return any(side != "BOTH" for _, side in self.positions)

    @property
    def cross_wallet(self) -> Decimal:
        """What backs cross positions: the wallet without what isolated ones have taken."""
        taken = (position.isolated_wallet or ZERO for position in self.held())
        return self.wallet - sum(taken, ZERO)
