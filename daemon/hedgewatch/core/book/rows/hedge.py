"""A hedge and its legs, as the book knows them."""

from math import inf
from typing import TYPE_CHECKING

from hedgewatch.core.book.rows.hedge_break import HedgeBreak
from hedgewatch.core.book.rows.hedge_statistics import HedgeStatistics
from hedgewatch.core.book.rows.hedge_words import roll, trade_to_target, uncovered
from hedgewatch.core.book.rows.market import MarketRow
from hedgewatch.core.book.rows.position import PositionRow
from hedgewatch.core.book.rows.row import NOT_YET, Row
from hedgewatch.core.book.underlying import Assets
from hedgewatch.core.model import HedgePlan, Known, LegPlan, Scope, Subject, Unknown
from hedgewatch.core.statistics.estimates import HedgeEstimates

if TYPE_CHECKING:  # it is read by its name
    from hedgewatch.core.book.rows.account import AccountRow


class HedgeLeg:
    """One leg of a hedge, resolved: what it holds, and where its price comes from.

    `held` is signed units of its market's base, of which each is `underlying_units` coins of the
    underlying, and one coin of the plan's asset is `base_units`; of an `inverse` market it is units
    of the quote currency. `cost` is what it cost: money for units of the base (None until a first
    price is seen), coins for an inverse market. `earning` are the positions that pay their profit
    in the coins of this leg; `account` is where it is held, None of a wallet. `told` is whether its
    holder was ever read whole. `rate` is what its `quote` currency is worth in that of the hedge.
    """

    __slots__ = (
        "account", "apart", "assets", "base_units", "cost", "doubt", "earning", "held", "inverse",
        "market", "plan", "positions", "quote", "rate", "told", "underlying", "underlying_units",
    )  # fmt: skip

    def __init__(self, plan: LegPlan, market: MarketRow) -> None:
        self.plan = plan
        self.market = market
        self.account: AccountRow | None = None
        self.positions: tuple[PositionRow, ...] = ()
        self.doubt: Unknown | None = NOT_YET
        self.earning: tuple[PositionRow, ...] = ()
        self.held = 0.0
        self.told = False
        self.rate = 1.0
        self.cost: float | None = None

    def identify(self, assets: Assets, apart: frozenset[str]) -> None:
        """What it is about; `apart` are the assets of its account that are legs by themselves."""
        base = self.market.symbol.partition("/")[0]
        self.underlying_units = assets.underlying_of(base)[1]
        self.underlying, units = assets.underlying_of(self.plan.asset or base)
        self.base_units = units / self.underlying_units
        self.assets, self.apart = assets, apart
        market = self.market.market
        self.inverse = market is not None and not market.linear and bool(self.plan.symbol)
        self.quote = assets.underlying_of(self.market.symbol.partition("/")[2].partition(":")[0])[0]

    def part(self, held: str) -> float:
        """How much of the leg one unit of what its account holds is, an asset or a contract.

        A leg of BTC is all that is BTC there: LDBTC, which earns, too, unless that is a leg itself.
        """
        if held == (self.plan.symbol or self.plan.asset):
            return 1.0
        if self.plan.asset != self.underlying or held in self.apart:
            return 0.0
        name, units = self.assets.underlying_of(held)
        return units if name == self.underlying else 0.0

    def owned(self, account: "AccountRow") -> float:
        """All that its account holds of it, in units of the plan's asset."""
        return sum(held.total * self.part(asset) for asset, held in account.balances.items())

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

    @property
    def blindness(self) -> Unknown | None:
        """Why its price or its quantity cannot be vouched for."""
        return self.market.doubt or self.doubt

    @property
    def end(self) -> float:
        """When its contract ends (epoch seconds): +inf for what lies in a wallet or goes on."""
        market = self.market.market
        expiry = market.expiry if market is not None and self.plan.symbol else None
        return inf if expiry is None else expiry

    def delta(self, *, in_coins: bool) -> float:
        """What counts of it in the ratio of its hedge: coins, or weighted value."""
        if in_coins:
            return self.quantity * self.underlying_units
        return self.quantity * self.market.price * self.rate * self.plan.beta

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
        """In its quote currency; of coins that back contracts without the profit of these."""
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
    Values are told in `money`, the quote currency of the first exposure leg; `unpriced` are those
    that cannot be, and why: a leg is quoted in other money, which nothing prices.
    """

    __slots__ = (
        "aim", "basis", "blind_legs", "break_forced", "break_unexplained", "broken",
        "contracts_to_target", "cover", "cover_pnl", "cover_value", "drift_in_the_dark",
        "estimates", "exposure", "exposure_pnl", "exposure_value", "hedge_broken", "hedge_drift",
        "hedge_drift_floor", "hedge_ratio", "in_coins", "money", "plan", "required_contracts",
        "residual_delta", "residual_delta_coins", "target", "uncovered_coins", "uncovered_value",
        "unpriced",
    )  # fmt: skip

    def __init__(self, plan: HedgePlan) -> None:
        super().__init__(Subject(Scope.HEDGE, (("hedge", plan.name),)))
        self.plan = plan
        self.target: Known = plan.target
        self.aim = plan.target
        self.exposure: tuple[HedgeLeg, ...] = ()
        self.cover: tuple[HedgeLeg, ...] = ()
        self.in_coins = False
        self.money = ""
        self.unpriced: tuple[tuple[str, ...], Unknown] | None = None
        self.blind_legs: float = 0.0
        self.drift_in_the_dark: Known = NOT_YET
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
    def currency(self) -> str:
        """What its values are told in; `money` until that is known, and so are they."""
        return self.money or "money"

    @property
    def trade_in_words(self) -> str:
        """What brings it to its target."""
        return trade_to_target(self)

    @property
    def uncovered_in_words(self) -> str:
        """How much cover the target asks for and is not there, or is too much."""
        return uncovered(self)

    @property
    def roll_in_words(self) -> str:
        """What it costs to roll its near contract."""
        return roll(self)

    @property
    def break_reason(self) -> str:
        """Which leg lost what, and why; empty while the hedge is not broken."""
        return str(self.broken) if self.broken is not None and self.hedge_broken is True else ""

    @property
    def blind_reason(self) -> str:
        """Which account, or market, of a leg is not seen, and why."""
        legs = (*self.exposure, *self.cover)
        return "; ".join(dict.fromkeys(said for leg in legs if (said := _blindness(leg))))


def _blindness(leg: HedgeLeg) -> str:
    doubt = leg.blindness
    if doubt is None:
        return ""
    account = leg.account
    of = leg.market.venue if account is None else f"{account.name} ({account.venue})"
    return f"{of}: {doubt.reason}"
