"""The rows: slotted, mutable, owned by the book. They never leave `engine.handle` except to
readers that finish without awaiting.

Attributes named in the catalogue of measures are `float | bool | Unknown`. `observed` counts the
pieces of news that a row, or a market, has had: an alert resolves on fresh ones only.
"""

from collections.abc import Sequence

from hedgewatch.core.book.underlying import underlying_of
from hedgewatch.core.judgement import Alert, Judgement, Observation
from hedgewatch.core.margin import Edges, Leg, Line
from hedgewatch.core.model import (
    HedgePlan,
    Known,
    LegPlan,
    Market,
    PositionKind,
    Scope,
    Subject,
    Tier,
    Unknown,
)

NOT_YET = Unknown("not heard of yet", 0.0)


class MarketRow:
    """A market of a venue: its price, and everything that this price touches.

    `price` is the mark of a contract and the middle of a spot pair; `doubt` says why it cannot
    be vouched for. `seen_at` is when the venue made the price, on our clock (before the first:
    when the watch of it began).
    """

    __slots__ = (
        "doubt", "hedges", "index_price", "market", "observed", "pools", "positions", "price",
        "seen_at", "symbol", "touched", "venue", "venue_time",
    )  # fmt: skip

    def __init__(self, venue: str, symbol: str, now: float) -> None:
        self.venue = venue
        self.symbol = symbol
        self.market: Market | None = None
        self.price = 0.0
        self.index_price: float | None = None
        self.venue_time = 0.0
        self.seen_at = now
        self.observed = 0
        self.doubt: Unknown | None = Unknown(f"no price of {symbol} yet", now)
        self.positions: list[PositionRow] = []
        self.pools: list[PoolRow] = []
        self.hedges: list[HedgeRow] = []
        self.touched: tuple[Row, ...] = ()

    @property
    def is_spot(self) -> bool:
        return self.market is not None and not self.market.settle


class Row:
    """One watched subject. `exported` are its labels in Prometheus: its identity and more."""

    __slots__ = ("alerts", "exported", "judgement", "observed", "sources", "subject")

    def __init__(self, subject: Subject, extra: tuple[tuple[str, str], ...] = ()) -> None:
        self.subject = subject
        self.exported = subject.labels + extra
        self.sources: Sequence[MarketRow | Row] = (self,)
        self.observed = 0
        self.alerts: dict[str, Alert] = {}
        self.judgement: Judgement | None = None

    def observation(self) -> Observation:
        """How often each input was observed so far."""
        return {source: source.observed for source in self.sources}


class PositionRow(Row):
    """A position: what the venue said of it, and what follows. Flat ones stay as tombstones, so
    that an older event cannot bring them back.
    """

    __slots__ = (
        "account", "contracts", "disputed", "entry_price", "isolated_wallet", "kind",
        "last_distance", "leg",
        "leverage", "liquidation_distance", "liquidation_distance_worst", "liquidation_price",
        "liquidation_price_down", "liquidation_price_up", "mark_price", "market", "missed",
        "notional", "pool", "position_vanished", "profit", "quantity", "requirement", "symbol",
        "tier", "unrealized_pnl", "venue_liquidation_price", "venue_time",
    )  # fmt: skip

    def __init__(self, account: "AccountRow", market: MarketRow, kind: PositionKind) -> None:
        identity = (
            ("account", account.name), ("venue", account.venue),
            ("symbol", market.symbol), ("position", kind),
        )  # fmt: skip
        super().__init__(Subject(Scope.POSITION, identity))
        self.account = account
        self.market = market
        self.symbol = market.symbol
        self.kind = kind
        self.pool: PoolRow | None = None
        self.contracts = 0.0
        self.entry_price = 0.0
        self.isolated_wallet: float | None = None
        self.venue_time = 0.0
        self.venue_liquidation_price: float | None = None
        self.missed = 0
        self.disputed: tuple[object, float] | None = None
        self.quantity = 0.0
        self.leg: Leg | None = None
        self.tier = 0
        self.requirement = 0.0
        self.profit = 0.0
        self.last_distance: Known = NOT_YET
        self.position_vanished = False
        self.mark_price: Known = NOT_YET
        self.notional: Known = NOT_YET
        self.unrealized_pnl: Known = NOT_YET
        self.leverage: Known = NOT_YET
        self.liquidation_price: Known = NOT_YET
        self.liquidation_price_down: Known = NOT_YET
        self.liquidation_price_up: Known = NOT_YET
        self.liquidation_distance: Known = NOT_YET
        self.liquidation_distance_worst: Known = NOT_YET

    @property
    def side(self) -> str:
        return "long" if self.contracts > 0 else "short"


class PoolRow(Row):
    """What is liquidated together.

    `lines` are its positions that are alone in their market, `hedged` the pairs that share one,
    each with the solver of their liquidation prices; `shock_edges` solves the common shock.
    """

    __slots__ = (
        "account", "currency", "doubt", "equity", "headroom", "hedged", "isolated", "lines",
        "maintenance_margin", "margin_ratio", "name", "positions", "shock_down", "shock_edges",
        "shock_nearest", "shock_up",
    )  # fmt: skip

    def __init__(self, account: "AccountRow", name: str, currency: str, *, isolated: bool) -> None:
        identity = (("account", account.name), ("venue", account.venue), ("pool", name))
        super().__init__(Subject(Scope.POOL, identity), (("currency", currency),))
        self.account = account
        self.name = name
        self.currency = currency
        self.isolated = isolated
        self.positions: list[PositionRow] = []
        self.lines: list[tuple[PositionRow, Line]] = []
        self.hedged: list[tuple[list[PositionRow], Edges]] = []
        self.shock_edges = Edges(())
        self.doubt: Unknown | None = None
        self.equity: Known = NOT_YET
        self.maintenance_margin: Known = NOT_YET
        self.headroom: Known = NOT_YET
        self.margin_ratio: Known = NOT_YET
        self.shock_down: Known = NOT_YET
        self.shock_up: Known = NOT_YET
        self.shock_nearest: Known = NOT_YET


class BalanceRow:
    """One asset of an account, as last told."""

    __slots__ = ("asset", "cross_wallet", "disputed", "maintenance_margin", "total", "venue_time")

    def __init__(self, asset: str) -> None:
        self.asset = asset
        self.total = 0.0
        self.cross_wallet = 0.0
        self.maintenance_margin: float | None = None
        self.venue_time = 0.0
        self.disputed: tuple[object, float] | None = None


class FeedRow(Row):
    """One stream or poll of an account."""

    __slots__ = ("account", "data_age_seconds", "feed", "feed_up", "reason")

    def __init__(self, account: "AccountRow", feed: str) -> None:
        identity = (("account", account.name), ("venue", account.venue), ("feed", feed))
        super().__init__(Subject(Scope.FEED, identity))
        self.account = account
        self.feed = feed
        self.feed_up = False
        self.reason = ""
        self.data_age_seconds: Known = NOT_YET


class AccountRow(Row):
    """One login at one venue. `doubt` is set while nothing of it can be vouched for.

    `read_at` is the last whole reading by REST, `heard_at` the last sign of life of the private
    socket (our clock); `started_at` is when the watch began.
    """

    __slots__ = (
        "account_blind", "account_unusable", "balances", "blind_reason", "blind_seconds", "doubt",
        "feeds", "heard_at", "liquidation_distance_worst", "margin_in_use", "margin_told", "name",
        "pools", "positions", "read_at", "readings", "started_at", "tiers", "unsupported",
        "unusable_reason", "venue", "watched",
    )  # fmt: skip

    def __init__(self, name: str, venue: str, now: float) -> None:
        super().__init__(Subject(Scope.ACCOUNT, (("account", name), ("venue", venue))))
        self.name = name
        self.venue = venue
        self.started_at = now
        self.read_at: float | None = None
        self.heard_at: float | None = None
        self.readings = 0
        self.margin_in_use: float | None = None
        self.margin_told = False
        self.unsupported = ""
        self.positions: dict[tuple[str, PositionKind], PositionRow] = {}
        self.balances: dict[str, BalanceRow] = {}
        self.pools: dict[str, PoolRow] = {}
        self.feeds: dict[str, FeedRow] = {}
        self.tiers: dict[str, tuple[Tier, ...]] = {}
        self.watched: tuple[MarketRow, ...] = ()
        self.doubt: Unknown | None = Unknown("not read yet", now)
        self.account_blind: bool | Unknown = NOT_YET
        self.blind_seconds = 0.0
        self.blind_reason = ""
        self.account_unusable: bool | Unknown = NOT_YET
        self.unusable_reason = ""
        self.liquidation_distance_worst: Known = NOT_YET


class HedgeLeg:
    """One leg of a hedge, resolved: what it holds, and where its price comes from.

    `quantity` is signed units of its market's base, of which each is `underlying_units` coins of
    the underlying, and one coin of the plan's asset is `base_units`; `cost` is what they cost in
    the quote currency, None until a first price is seen.
    """

    __slots__ = (
        "base_units", "cost", "doubt", "market", "plan", "positions", "quantity",
        "underlying_units",
    )  # fmt: skip

    def __init__(self, plan: LegPlan, market: MarketRow) -> None:
        self.plan = plan
        self.market = market
        self.positions: tuple[PositionRow, ...] = ()
        self.doubt: Unknown | None = NOT_YET
        self.quantity = 0.0
        base = market.symbol.partition("/")[0]
        self.underlying_units = underlying_of(base)[1]
        self.base_units = underlying_of(plan.asset or base)[1] / self.underlying_units
        self.cost: float | None = None

    def hold(self, quantity: float) -> None:
        """Hold that much, bought at the first price that is seen.

        What is added later is taken as bought at the average so far.
        """
        if self.cost is not None and self.quantity:
            self.cost *= quantity / self.quantity
        else:
            self.cost = None
        self.quantity = quantity


class HedgeRow(Row):
    """A named pair of legs and how well they fit."""

    __slots__ = (
        "basis", "contracts_to_target", "cover", "cover_pnl", "cover_value", "exposure",
        "exposure_pnl", "exposure_value", "hedge_drift", "hedge_drift_floor", "hedge_ratio",
        "in_coins", "plan", "required_contracts", "residual_delta", "residual_delta_coins",
        "target",
    )  # fmt: skip

    def __init__(self, plan: HedgePlan) -> None:
        super().__init__(Subject(Scope.HEDGE, (("hedge", plan.name),)))
        self.plan = plan
        self.target: Known = plan.target
        self.exposure: tuple[HedgeLeg, ...] = ()
        self.cover: tuple[HedgeLeg, ...] = ()
        self.in_coins = False
        self.hedge_ratio: Known = NOT_YET
        self.hedge_drift: Known = NOT_YET
        self.hedge_drift_floor: Known = NOT_YET
        self.required_contracts: Known = NOT_YET
        self.contracts_to_target: Known = NOT_YET
        self.residual_delta: Known = NOT_YET
        self.residual_delta_coins: Known = NOT_YET
        self.exposure_value: Known = NOT_YET
        self.cover_value: Known = NOT_YET
        self.exposure_pnl: Known = NOT_YET
        self.cover_pnl: Known = NOT_YET
        self.basis: Known = NOT_YET
