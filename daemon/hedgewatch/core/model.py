"""The nouns of the core: what is watched, and what may be unknown (of alerts: `alert_model`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal, final

from hedgewatch.core.scenarios import Scenario


@final
@dataclass(frozen=True, slots=True)
class Unknown:
    """A number that is not known, with its reason and since when (epoch seconds).

    It supports no comparison and no arithmetic, so that it can never pass for 0 or for safe:
    `Unknown(...) > 1.0` raises TypeError, and the rule language answers "unknown".
    """

    reason: str
    since: float


Known = float | Unknown
Truth = bool | None
"""The third truth value, None, is "unknown"."""


def or_unknown(told: float | None, unknown: Unknown) -> Known:
    """A number that is there, else why it is not."""
    return unknown if told is None else told


PositionKind = Literal["net", "long", "short"]
"""One-way positions are `net`; hedge mode has a `long` and a `short` of one symbol."""

MarginMode = Literal["cross", "isolated"]


MarketStatus = Literal["trading", "halted", "settling", "closed", "unknown"]
"""`halted`: no orders for now, and the price may stand still; `settling`: it ends soon, or is being
settled; `closed`: no longer traded; `unknown`: a word of the venue's that we do not know.
"""


class Scope(StrEnum):
    """What a rule watches (`on:`)."""

    POSITION = "position"
    POOL = "pool"
    HEDGE = "hedge"
    ACCOUNT = "account"
    FEED = "feed"
    ASSET = "asset"
    BOOK = "book"
    SIGNAL = "signal"
    CORRELATION = "correlation"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Subject:
    """One watched thing. Its labels are its identity (never a value, never the side)."""

    scope: Scope
    labels: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "/".join(value for name, value in self.labels if name != "venue") or "book"

    def label(self, name: str) -> str:
        """The value of one identity label, empty when the subject has none of that name."""
        return dict(self.labels).get(name, "")


class EndReason(StrEnum):
    """Why a holding shrank or went, and an alert ended without being resolved.

    `SETTLED` is the venue's own close at delisting, `EXPIRED` at the contract's end; `REGROUPED`
    says that the positions of a pool stand in another one now, since the margin mode changed.
    """

    CLOSED = "closed"
    EXPIRED = "expired"
    FLIPPED = "flipped"
    REMOVED_BY_RELOAD = "removed_by_reload"
    REGROUPED = "regrouped"
    LIQUIDATED = "liquidated"
    AUTO_DELEVERAGED = "auto_deleveraged"
    SETTLED = "settled"
    TRANSFERRED = "transferred"
    UNKNOWN = "unknown"

    @property
    def calm(self) -> bool:
        """False when somebody has to look: liquidated, auto-deleveraged, or nobody knows."""
        return self not in _ALARMING_ENDS


_ALARMING_ENDS = frozenset({EndReason.LIQUIDATED, EndReason.AUTO_DELEVERAGED, EndReason.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Tier:
    """One marginal maintenance tier: requirement = rate · notional − deduction, from `floor` up.

    `floor` and `deduction` are in the settle currency; where a rate goes by the size of the whole
    position, `floor` is in contracts. `growth` is what the rate grows by with each coin of size
    (Deribit), or the factor of √notional that it is at least (Backpack).
    """

    floor: float
    rate: float
    deduction: float
    growth: float = 0.0


@dataclass(frozen=True, slots=True)
class CollateralSlice:
    """A marginal slice of a coin's value as collateral: up to `ceiling` (in the currency of the
    account, +inf for the last) every unit of value counts `rate`.
    """

    ceiling: float
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A tradable contract, or a spot pair when `settle` is empty.

    `contract_size` is base units a contract; `step` the smallest change of a quantity in
    contracts, exact, because contracts are rounded to it. Of an inverse market `contract_size` is
    the face value in the quote currency. `status` is what may be done in it; `expiry` is the
    delivery of a dated contract, or of one that is delisted. `funding_interval` is in seconds,
    None without funding; `funding_cap` and `funding_floor` bound the rate of one interval, and
    `taker_fee` is a fraction of the notional: None where they are not told.
    """

    venue: str
    symbol: str
    base: str
    quote: str
    settle: str
    contract_size: float
    step: Decimal
    tick: Decimal
    linear: bool = True
    expiry: float | None = None
    funding_interval: float | None = None
    funding_cap: float | None = None
    funding_floor: float | None = None
    taker_fee: float | None = None
    status: MarketStatus = "trading"

    @property
    def dated(self) -> bool:
        """Whether it was made to end, and pays no funding: its symbol has the day (as ccxt writes
        it). A perpetual one that is delisted ends as well.
        """
        return self.expiry is not None and "-" in self.symbol.rpartition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPlan:
    """One login at one venue, by its owner's alias. `leverage_limit` is the effective leverage that
    its owner allows each of its pools, None without a limit.
    """

    name: str
    venue: str
    leverage_limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletPlan:
    """Coins held outside the watched accounts. `entry_prices` (quote a coin) are what they cost."""

    name: str
    holdings: Mapping[str, float]
    entry_prices: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPlan:
    """One leg of a hedge: an asset of a wallet, an asset of an account, or a position.

    Exactly one of `asset` (with `wallet` or `account`) and `symbol` (with `account`) is set.
    `share` (0..1] is the part of it that belongs to this hedge; `beta` scales its value.
    """

    wallet: str = ""
    account: str = ""
    asset: str = ""
    symbol: str = ""
    share: float = 1.0
    beta: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgePlan:
    """What is owned, what offsets it, and the ratio that its owner wants (> 0), or
    `minimum_variance`: the one that leaves the least variance, as it is estimated.

    `basis_of_drift` is how the drift is measured; None decides by the legs: coins when all have
    one underlying, else value.
    """

    name: str
    exposure: tuple[LegPlan, ...]
    cover: tuple[LegPlan, ...]
    target: float = 1.0
    minimum_variance: bool = False
    basis_of_drift: Literal["coins", "value"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePlan:
    """Where the price of an asset comes from: a market of an account."""

    account: str
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPlan:
    """A number from outside. Older than `stale_after` seconds it is not known any more. How it
    moves with each asset that is held is estimated from its changes over `correlate` seconds; not
    where that is None.
    """

    name: str
    unit: str = ""
    stale_after: float
    correlate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Where messages lead: what an address of a runbook begins with, and the status page. Each is
    absolute, or empty where nobody said how the daemon is reached.
    """

    runbooks: str = ""
    status: str = ""


NO_PAGES = Pages()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is to be watched, as its owner described it. `betas` are the parts of a common move that
    assets make where it is not all of it (0 for stable coins). `assets` are other names of one
    asset: its underlying, and how many of it one is. Totals are told in `currency`.
    """

    instance: str
    accounts: tuple[AccountPlan, ...]
    wallets: tuple[WalletPlan, ...] = ()
    hedges: tuple[HedgePlan, ...] = ()
    prices: Mapping[str, PricePlan] = field(default_factory=dict)
    betas: Mapping[str, float] = field(default_factory=dict)
    assets: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    currency: str = "USD"
    scenarios: tuple[Scenario, ...] = ()
    signals: tuple[SignalPlan, ...] = ()
    calendars: tuple[str, ...] = ()
    pages: Pages = NO_PAGES
