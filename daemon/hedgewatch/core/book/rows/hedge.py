"""A hedge and its legs, as the book knows them."""

from hedgewatch.core.book.rows.hedge_break import HedgeBreak
from hedgewatch.core.book.rows.hedge_statistics import HedgeStatistics
from hedgewatch.core.book.rows.market import MarketRow
from hedgewatch.core.book.rows.position import PositionRow
from hedgewatch.core.book.rows.row import NOT_YET, Row
from hedgewatch.core.book.underlying import underlying_of
from hedgewatch.core.model import HedgePlan, Known, LegPlan, Scope, Subject, Unknown
from hedgewatch.core.statistics.estimates import HedgeEstimates


class HedgeLeg:
    """One leg of a hedge, resolved: what it holds, and where its price comes from.

    `quantity` is signed units of its market's base, of which each is `underlying_units` coins of
    the underlying, and one coin of the plan's asset is `base_units`; `cost` is what they cost in
    the quote currency, None until a first price is seen. `told` is whether its holder was ever
    read whole.
    """

    __slots__ = (
        "base_units", "cost", "doubt", "market", "plan", "positions", "quantity", "told",
        "underlying_units",
    )  # fmt: skip

    def __init__(self, plan: LegPlan, market: MarketRow) -> None:
        self.plan = plan
        self.market = market
        self.positions: tuple[PositionRow, ...] = ()
        self.doubt: Unknown | None = NOT_YET
        self.quantity = 0.0
        self.told = False
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


class HedgeRow(HedgeStatistics, Row):
    """A named pair of legs and how well they fit; `broken` is what legs lost since it did.

    `aim` is the target as a number, also while the minimum-variance one is unknown (1 at first).
    """

    __slots__ = (
        "aim", "basis", "break_forced", "break_unexplained", "broken", "contracts_to_target",
        "cover", "cover_pnl", "cover_value", "estimates", "exposure", "exposure_pnl",
        "exposure_value", "hedge_broken", "hedge_drift", "hedge_drift_floor", "hedge_ratio",
        "in_coins", "plan", "required_contracts", "residual_delta", "residual_delta_coins",
        "target", "uncovered_coins", "uncovered_value",
    )  # fmt: skip

    def __init__(self, plan: HedgePlan) -> None:
        super().__init__(Subject(Scope.HEDGE, (("hedge", plan.name),)))
        self.plan = plan
        self.target: Known = plan.target
        self.aim = plan.target
        self.exposure: tuple[HedgeLeg, ...] = ()
        self.cover: tuple[HedgeLeg, ...] = ()
        self.in_coins = False
        self.estimates = HedgeEstimates()
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
        self.broken: HedgeBreak | None = None
        self.hedge_broken: bool | Unknown = NOT_YET
        self.break_forced: bool | Unknown = NOT_YET
        self.break_unexplained: bool | Unknown = NOT_YET
        self.uncovered_value: Known = NOT_YET
        self.uncovered_coins: Known = NOT_YET

    @property
    def break_reason(self) -> str:
        """Which leg lost what, and why; empty while the hedge is not broken."""
        return str(self.broken) if self.broken is not None and self.hedge_broken is True else ""
