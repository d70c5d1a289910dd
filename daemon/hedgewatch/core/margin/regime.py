"""The words in which a venue's way of asking for margin is told: what a regime is made of."""

from dataclasses import dataclass
from enum import StrEnum

from hedgewatch.core.margin.polarity import VenueRatio


class Fee(StrEnum):
    """What closing the position costs inside the requirement."""

    NONE = "none"
    TAKER_AT_MARK = "taker fee on the notional at the mark"
    CLOSE_AT_ENTRY = "taker fee at the bankruptcy price of the entry, which no price changes"


class Basis(StrEnum):
    """The price at which the notional of the requirement is taken."""

    MARK = "mark"
    ENTRY = "entry"


class TierKind(StrEnum):
    """What the maintenance rate depends on."""

    FLAT = "one rate for a market"
    MARGINAL = "by notional, slice by slice, with a deduction"
    WHOLE_BY_SIZE = "by contracts, one rate for all of the position"
    WHOLE_BY_NOTIONAL = "by notional, one rate for all of the position"
    LINEAR_IN_SIZE = "base + slope × size in coins"
    SQUARE_ROOT = "the greater of a base and factor × √size"


class Netting(StrEnum):
    """What long and short of one underlying ask for together."""

    SUM = "each side in full"
    LARGER_SIDE = "the greater of the two sides"


class PoolOf(StrEnum):
    """What is liquidated together."""

    POSITION = "position"
    CURRENCY = "settle currency"
    ACCOUNT = "account"


class Display(StrEnum):
    """What the venue does to the exact price before it shows it."""

    EXACT = "exact"
    AGAINST_TRADER = "to the tick, against the trader"
    LONG_ONE_TICK_UP = "longs one tick above the exact price"
    HALF_TICKS_FROM_CONTRACTS = "to the satoshi a contract, then to the tick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """What decides when one pool is liquidated: equity ≤ theta · (maintenance + fee).

    `balance_includes_pnl` is said of the balance that the venue publishes: whether unrealised
    profit is in it. `profit_in_haircut`: whether profit is collateral of its coin and is cut as
    such. `ratio` is the venue's own, None where it prints none. `unknown` is why no number of
    ours stands for this pool, "" where one does. `told_whole`: then what the venue tells of the
    pool is of all that is liquidated together, so that its numbers stand in for ours. `never_ours`:
    of this venue none ever does, as its owner knew when he chose it, so that the account is not
    blind for that.
    """

    name: str
    source: str
    pool: PoolOf = PoolOf.CURRENCY
    theta: float = 1.0
    fee: Fee = Fee.NONE
    basis: Basis = Basis.MARK
    tiers: TierKind = TierKind.MARGINAL
    netting: Netting = Netting.SUM
    balance_includes_pnl: bool = False
    profit_in_haircut: bool = False
    ratio: VenueRatio | None = None
    display: Display = Display.EXACT
    unknown: str = ""
    told_whole: bool = False
    never_ours: bool = False
