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

    `held` is signed units of its market's base, of which each is `underlying_units` coins of the
    underlying, and one coin of the plan's asset is `base_units`; of an inverse market it is units
    of the quote currency. `cost` is what it cost: money for units of the base (None until a first
    price is seen), coins for an inverse market. `earning` are the positions that pay their profit
    in the coins of this leg. `told` is whether its holder was ever read whole.
    """

    __slots__ = (
        "base_units", "cost", "doubt", "earning", "held", "market", "plan", "positions", "told",
        "underlying_units",
    )  # fmt: skip

    def __init__(self, plan: LegPlan, market: MarketRow) -> None:
        self.plan = plan
        self.market = market
        self.positions: tuple[PositionRow, ...] = ()
        self.doubt: Unknown | None = NOT_YET
        self.earning: tuple[PositionRow, ...] = ()
        self.held = 0.0
        self.told = False
        base = market.symbol.partition("/")[0]
        self.underlying_units = underlying_of(base)[1]
        self.base_units = underlying_of(plan.asset or base)[1] / self.underlying_units
        self.cost: float | None = None

    @property
    def inverse(self) -> bool:
        """Whether it is a position in a coin-margined contract."""
        market = self.market.market
        return market is not None and not market.linear and bool(self.plan.symbol)

    @property
    def quantity(self) -> float:
        """Signed units of the base at the price of now."""
        return self.quantity_at(self.market.price)

    def quantity_at(self, price: float) -> float:
        """What is held now, at another price: fewer coins are a face value that stays.

        The coins that back inverse contracts are exposure, with their profit (margin.md §3), of
        now at whatever price.
        """
        if self.inverse:
            return self.held / price if price else 0.0
        if self.earning:
            profit = sum(position.profit for position in self.earning)
            return self.held + profit * self.base_units * self.plan.share
        return self.held

    def hold(self, held: float) -> None:
        """Hold that much, bought at the first price that is seen.

        What is added later is taken as bought at the average so far.
        """
        if self.cost is not None and self.held:
            self.cost *= held / self.held
        else:
            self.cost = None
        self.held = held

    def profit(self) -> float:
        """In the quote currency; of coins that back contracts without the profit of these."""
        price = self.market.price
        if self.inverse:
            return price * (self.cost or 0.0) - self.held
        worth = self.held * price
        if self.cost is None:
            self.cost = worth
        return worth - self.cost


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
