"""What a venue tells one account, and how the lines to it are."""

from dataclasses import dataclass

from hedgewatch.core.margin.regimes import UNKNOWN, Regime
from hedgewatch.core.model import CollateralSlice, EndReason, MarginMode, PositionKind, Tier


@dataclass(frozen=True, slots=True)
class TiersChanged:
    """The maintenance tiers of a market, ordered by floor, as this account has them."""

    account: str
    symbol: str
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionReading:
    """One position as the venue told it.

    `isolated_wallet` (settle currency, without unrealised profit) is None for a cross position.
    `venue_liquidation_price` and `venue_maintenance_margin` are the venue's own numbers, and
    `leverage` is the setting at the venue; `venue_notional` is what it says that the position is
    worth at its mark, without sign and in the settle currency; None when it names none.
    `venue_margin_ratio` is that of an isolated position in our polarity (1 is liquidation).
    `taker_fee` is what this account pays to close it, a fraction of the notional; None where that
    of the market holds. `adl_rank` is where it stands in the venue's queue of auto-deleveraging, 0
    (last) to 4 (first). `margin_mode` is told where one market and side may be held in both at
    once, of flat ones too; None where a position is one whatever its mode, which may change.
    """

    symbol: str
    kind: PositionKind
    contracts: float
    entry_price: float
    venue_time: float
    isolated_wallet: float | None = None
    venue_liquidation_price: float | None = None
    venue_maintenance_margin: float | None = None
    venue_margin_ratio: float | None = None
    venue_notional: float | None = None
    leverage: float | None = None
    taker_fee: float | None = None
    adl_rank: float | None = None
    margin_mode: MarginMode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceReading:
    """One asset of an account, without unrealised profit.

    `total` is what is owned; `cross_wallet` the part that backs cross positions (0 at a spot
    venue), `locked` the part that cannot be moved at once (in orders, staked, lent). The venue's
    own `equity`, `maintenance_margin` and `margin_ratio` (in our polarity: 1 is liquidation; with
    the fees that it asks for) are None where it does not say.
    """

    asset: str
    total: float
    venue_time: float
    cross_wallet: float = 0.0
    locked: float = 0.0
    equity: float | None = None
    maintenance_margin: float | None = None
    margin_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollateralReading:
    """What the venue of a multi-asset account makes of one coin: its price in the currency of the
    account, and how much of its value counts. Without `slices` all of it does; `liability_rate`
    is what each unit of debt in it weighs. `charge` is what a loan of it asks for as maintenance,
    in coins, whatever became of what was borrowed. `in_coins`: the slices are of so many coins, and
    their ends, told as values, move with the price.
    """

    asset: str
    price: float
    slices: tuple[CollateralSlice, ...] = ()
    liability_rate: float = 1.0
    charge: float = 0.0
    in_coins: bool = False


@dataclass(frozen=True, slots=True)
class CollateralPriced:
    """The venue told what coins of a multi-asset account are worth as collateral."""

    account: str
    collateral: tuple[CollateralReading, ...]
    venue_time: float


@dataclass(frozen=True, slots=True)
class PositionChanged:
    """A private stream told of one position. `end` says why it shrank or went, where known."""

    account: str
    position: PositionReading
    end: EndReason | None = None


@dataclass(frozen=True, slots=True)
class BalanceChanged:
    """A private stream told of one balance (`equity` and `maintenance_margin` are None in it).
    `end` says why it shrank, where known.
    """

    account: str
    balance: BalanceReading
    end: EndReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRead:
    """One whole reading of an account by REST: what is not in it was not reported.

    `margin_in_use` is the venue's total initial margin of positions: above 0 while no position
    is reported means that the list is wrong, not the account flat. None where not told.
    `equity`, `maintenance_margin` and `margin_ratio` are the venue's own, of an account that is one
    pool (the ratio in our polarity).
    The regimes are how its venue computes margin in the account's mode, of cross and of isolated
    positions: one that is not known makes the pools unknown.
    `unseen` is what else may be in the account and was not told, each in words.
    """

    account: str
    positions: tuple[PositionReading, ...]
    balances: tuple[BalanceReading, ...]
    margin_in_use: float | None = None
    equity: float | None = None
    maintenance_margin: float | None = None
    margin_ratio: float | None = None
    cross_regime: Regime = UNKNOWN
    isolated_regime: Regime = UNKNOWN
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VenueWarned:
    """The venue itself warned the account, or told that it acts: `kind` is `margin_call`,
    `liquidation` or `auto_deleveraging`; `symbol` is empty when all of the account is meant.
    It corroborates what we compute, and triggers nothing by itself.
    """

    account: str
    kind: str
    symbol: str
    venue_time: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class AccountHeard:
    """The private socket of the account answered a ping, with its subscription valid."""

    account: str


@dataclass(frozen=True, slots=True)
class AccountRefused:
    """The account cannot be watched as it stands: a refused key, an unknown symbol, a key that
    can trade, a venue that is down. It is retried. `powerful`: the key may do more than read.
    """

    account: str
    reason: str
    powerful: bool = False


@dataclass(frozen=True, slots=True)
class AccountAccepted:
    """The account connected, its key was verified, and a first reading follows."""

    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRead:
    """What the venue told of the key of an account, which it is read with.

    `expires_at` is the venue's epoch second at which the key ends, +inf where the venue says that
    it has no end, None where it says nothing of it. `bound_to_address`: whether the key works from
    listed addresses only, None where the venue does not say. Not `verified`: the venue does not
    tell what its keys may do, and the operator answers for this one.
    """

    account: str
    expires_at: float | None = None
    bound_to_address: bool | None = None
    verified: bool = True


@dataclass(frozen=True, slots=True)
class FeedLost:
    """A feed (`mark`, `quote`, `user`, `rest`) of an account stopped or is in doubt."""

    account: str
    feed: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeedRestored:
    """A feed delivers again."""

    account: str
    feed: str
