"""A position as the book knows it."""

from typing import TYPE_CHECKING

from hedgewatch.core.book.rows.market import MarketRow
from hedgewatch.core.book.rows.nearness import mark_in_words, nearness_of
from hedgewatch.core.book.rows.pace import pace_of_position
from hedgewatch.core.book.rows.position_statistics import PositionStatistics
from hedgewatch.core.book.rows.remedy import remedy_of
from hedgewatch.core.book.rows.row import NOT_YET
from hedgewatch.core.book.rows.terms import PositionNews
from hedgewatch.core.margin import Leg
from hedgewatch.core.model import Known, MarginMode, Scope, Subject, Unknown

if TYPE_CHECKING:  # they list their positions, which name them
    from hedgewatch.core.book.rows.account import AccountRow
    from hedgewatch.core.book.rows.pool import PoolRow

_SAME_TIERS = Unknown("its margin tiers have not changed", 0.0)

_NUMBERS = (
    "venue_liquidation_price",
    "liquidation_price_disagreement",
    "mark_disagreement",
    "notional_disagreement",
    "last_distance",
    "mark_price",
    "notional",
    "unrealized_pnl",
    "leverage",
    "liquidation_price",
    "liquidation_price_down",
    "liquidation_price_up",
    "liquidation_distance",
    "liquidation_distance_worst",
)


class PositionRow(PositionStatistics, PositionNews):
    """A position: what the venue said of it, and what follows. Flat ones stay as tombstones, so
    that an older event cannot bring them back. `kind` tells those of one market apart: `net`,
    `long` or `short`, with its margin mode (`net-isolated`) where it came beside another;
    `margin_mode` is that in which it is held, or was last.
    """

    __slots__ = (
        "account",
        "bare",
        "contracts",
        "disputed",
        "entry_price",
        "flaw",
        "isolated_wallet",
        "kind",
        "last_distance",
        "leg",
        "leverage",
        "liquidation_distance",
        "liquidation_distance_before_tiers",
        "liquidation_distance_worst",
        "liquidation_price",
        "liquidation_price_disagreement",
        "liquidation_price_down",
        "liquidation_price_up",
        "maintenance",
        "margin_mode",
        "mark_disagreement",
        "mark_price",
        "market",
        "market_halted",
        "missed",
        "notional",
        "notional_disagreement",
        "pool",
        "position_vanished",
        "profit",
        "quantity",
        "requirement",
        "symbol",
        "tier",
        "tiers_changed_at",
        "told_adl_rank",
        "told_leverage",
        "told_liquidation_price",
        "told_maintenance_margin",
        "told_margin_ratio",
        "told_notional",
        "told_taker_fee",
        "unrealized_pnl",
        "valued",
        "venue_liquidation_price",
        "venue_time",
    )  # fmt: skip

    margin_mode: MarginMode
    told_leverage: float | None
    told_taker_fee: float | None
    told_liquidation_price: float | None
    told_maintenance_margin: float | None
    told_margin_ratio: float | None
    told_notional: float | None
    venue_liquidation_price: Known
    liquidation_price_disagreement: Known
    mark_disagreement: Known
    notional_disagreement: Known
    last_distance: Known
    mark_price: Known
    notional: Known
    unrealized_pnl: Known
    leverage: Known
    liquidation_price: Known
    liquidation_price_down: Known
    liquidation_price_up: Known
    liquidation_distance: Known
    liquidation_distance_worst: Known

    def __init__(self, account: "AccountRow", market: MarketRow, kind: str) -> None:
        identity = (
            ("account", account.name), ("venue", account.venue),
            ("symbol", market.symbol), ("position", kind),
        )  # fmt: skip
        super().__init__(Subject(Scope.POSITION, identity))
        self.account = account
        self.market = market
        self.symbol = market.symbol
        self.kind, self.margin_mode = kind, "cross"
        self.pool: PoolRow | None = None
        self.contracts = 0.0
        self.entry_price = 0.0
        self.isolated_wallet: float | None = None
        self.venue_time = 0.0
        self.tiers_changed_at: float | None = None
        self.liquidation_distance_before_tiers: Known = _SAME_TIERS
        self.told_adl_rank: float | None = None
        self.told_liquidation_price = self.told_maintenance_margin = self.told_notional = None
        self.told_margin_ratio = self.told_leverage = self.told_taker_fee = None
        self.market_halted = False
        self.missed = 0
        self.disputed: tuple[object, float] | None = None
        self.quantity = 0.0
        self.leg: Leg | None = None
        self.flaw = ""
        self.tier = 0
        self.bare = True
        self.maintenance = 0.0
        self.requirement = 0.0
        self.profit = 0.0
        self.valued = 0.0
        self.position_vanished = False
        for number in _NUMBERS:
            setattr(self, number, NOT_YET)

    @property
    def side(self) -> str:
        return "long" if self.contracts > 0 else "short"

    @property
    def liquidation_by_venue(self) -> bool:
        """Whether no line of ours stands, so that only the venue's own tells where it is."""
        alone = self.isolated_wallet is not None
        regime = self.account.isolated_regime if alone else self.account.cross_regime
        return bool(regime.unknown)

    @property
    def liquidation_in_words(self) -> str:
        """Where it is and how far, what is past it included."""
        return nearness_of(self.liquidation_price, self.liquidation_distance)

    @property
    def pace_in_words(self) -> str:
        """How soon it may be liquidated, by the usual moves of its market."""
        return pace_of_position(self)

    @property
    def mark_in_words(self) -> str:
        """Its mark price, and how far that is off what others say, where any does."""
        return mark_in_words(self.mark_price, self.mark_disagreement)

    @property
    def remedy(self) -> str:
        """What would make its pool safe, in words."""
        return remedy_of(self.pool, self) if self.pool is not None else "unknown: in no pool yet"
