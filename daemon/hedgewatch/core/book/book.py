"""The holder of latest known state: what the desk watches, and who touches whom."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from hedgewatch.core.book.pooling import index_pool, is_inverse_in, sort_into_pools
from hedgewatch.core.book.prices import watch_anew
from hedgewatch.core.book.rows import (
    NOT_YET,
    AccountRow,
    FeedRow,
    HedgeLeg,
    HedgeRow,
    MarketRow,
    PoolRow,
    PositionRow,
    Row,
    Watch,
)
from hedgewatch.core.book.rows.daemon import DaemonHealth
from hedgewatch.core.book.rows.evenness import Adviser, DeskEvenness
from hedgewatch.core.book.rows.outside import Outside
from hedgewatch.core.book.underlying import underlying_of
from hedgewatch.core.events import DaemonObserved
from hedgewatch.core.model import (
    AccountPlan,
    Desk,
    Known,
    LegPlan,
    PricePlan,
    Scope,
    Subject,
    Unknown,
)
from hedgewatch.core.statistics.bars import bar_of
from hedgewatch.core.statistics.estimates import HedgeEstimates


class BookRow(DaemonHealth, DeskEvenness, Row):
    """The whole desk in a few numbers, and how who watches it is."""

    __slots__ = (
        "accounts_blind", "adviser", "daemon", "nearest_liquidation_distance", "peg_coin",
        "stepped", "worst_margin_ratio", "worst_peg",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__(Subject(Scope.BOOK, ()))
        self.worst_margin_ratio: Known = NOT_YET
        self.nearest_liquidation_distance: Known = NOT_YET
        self.worst_peg: Known = NOT_YET
        self.peg_coin = ""
        self.accounts_blind = 0.0
        self.adviser: Adviser | None = None
        self.daemon: DaemonObserved | None = None
        self.stepped: tuple[float, float] | None = None


class Book:
    """Everything known, by what it is about. `reindex` after any change of structure."""

    def __init__(self, desk: Desk, now: float) -> None:
        self.now = now
        self.bar = bar_of(now)
        self.markets: dict[tuple[str, str], MarketRow] = {}
        self.accounts: dict[str, AccountRow] = {}
        self.hedges: dict[str, HedgeRow] = {}
        self.totals = BookRow()
        self.outside = Outside()
        self.watchers: Mapping[Scope, Callable[[Any], Watch]] = {}
        self.desk = desk
        self.replace_desk(desk, now)

    def replace_desk(self, desk: Desk, now: float) -> None:
        """Watch what `desk` says; accounts that stay keep their rows."""
        self.desk = desk
        self.accounts = {plan.name: self._account(plan, now) for plan in desk.accounts}
        for account in self.accounts.values():
            account.betas = desk.betas
        for plan in desk.accounts:
            self.accounts[plan.name].leverage_limit = plan.leverage_limit
        self.hedges = {plan.name: self._hedge(plan.name) for plan in desk.hedges}
        self.reindex()

    def market(self, venue: str, symbol: str) -> MarketRow:
        """The row of a market, made when it is first heard of."""
        key = (venue, symbol)
        if key not in self.markets:
            self.markets[key] = MarketRow(venue, symbol, self.now)
        return self.markets[key]

    def market_of(self, plan: PricePlan | LegPlan) -> MarketRow:
        """The market that a plan names by account and symbol."""
        return self.market(self.accounts[plan.account].venue, plan.symbol)

    def positions(self) -> Iterator[PositionRow]:
        """Every open position."""
        for account in self.accounts.values():
            for pool in account.pools.values():
                yield from pool.positions

    def pools(self) -> Iterator[PoolRow]:
        for account in self.accounts.values():
            yield from account.pools.values()

    def rows(self) -> Iterator[Row]:
        """Every subject that can be judged and scraped."""
        feeds = chain.from_iterable(account.feeds.values() for account in self.accounts.values())
        return chain(
            self.positions(), self.pools(), self.hedges.values(),
            self.accounts.values(), feeds, (self.totals,), self.outside.rows(),
        )  # fmt: skip

    def feed(self, account: AccountRow, name: str) -> FeedRow:
        """The row of a feed, made when it is first heard of."""
        if name not in account.feeds:
            account.feeds[name] = FeedRow(account, name)
        return account.feeds[name]

    def reindex(self) -> None:
        """Bring pools, legs and the lists of what a price touches in line with the positions."""
        for account in self.accounts.values():
            sort_into_pools(account)
        for hedge in self.hedges.values():
            self._resolve(hedge)
        for market in self.markets.values():
            market.positions, market.pools, market.hedges = [], [], []
        for pool in self.pools():
            index_pool(pool)
            pool.adviser = self.totals.adviser
        for hedge in self.hedges.values():
            self._index_hedge(hedge)
        for market in self.markets.values():
            positions = chain.from_iterable(pool.positions for pool in market.pools)
            market.touched = (*positions, *market.pools, *market.hedges)
        self._watch()

    def _watch(self) -> None:
        """Which prices each account needs; of one that nobody needed lately, time starts anew, and
        one that nobody needs any more may stop.
        """
        before = self._watched_by_any()
        for account in self.accounts.values():
            account.watched = tuple(self._watched(account))
        watched = self._watched_by_any()
        for market in watched - before:
            watch_anew(market, self.now)
        for market in self.markets.values():
            if market not in watched and market.doubt is None:
                market.doubt = Unknown(f"nobody watches {market.symbol} any more", self.now)

    def _watched_by_any(self) -> set[MarketRow]:
        return set(chain.from_iterable(account.watched for account in self.accounts.values()))

    def _hedge(self, name: str) -> HedgeRow:
        plan = next(plan for plan in self.desk.hedges if plan.name == name)
        hedge = self.hedges.get(name) or HedgeRow(plan)
        if (hedge.plan.exposure, hedge.plan.cover) != (plan.exposure, plan.cover):
            hedge.estimates = HedgeEstimates()  # it is another hedge now, whatever its name
        hedge.plan = plan
        if not plan.minimum_variance:
            hedge.target = hedge.aim = plan.target
        return hedge

    def _account(self, plan: AccountPlan, now: float) -> AccountRow:
        known = self.accounts.get(plan.name)
        return (
            known if known and known.venue == plan.venue else AccountRow(plan.name, plan.venue, now)
        )

    @staticmethod
    def _index_hedge(hedge: HedgeRow) -> None:
        legs = hedge.exposure + hedge.cover
        markets = dict.fromkeys(leg.market for leg in legs)
        markets |= dict.fromkeys(position.market for leg in legs for position in leg.earning)
        for market in markets:
            market.hedges.append(hedge)
        hedge.sources = tuple(markets) or (hedge,)

    def _resolve(self, hedge: HedgeRow) -> None:
        hedge.exposure = tuple(self._leg(plan, hedge.exposure) for plan in hedge.plan.exposure)
        hedge.cover = tuple(self._leg(plan, hedge.cover) for plan in hedge.plan.cover)
        names = {self._underlying(leg) for leg in hedge.exposure + hedge.cover}
        basis = hedge.plan.basis_of_drift
        hedge.in_coins = len(names) == 1 if basis is None else basis == "coins"

    def _leg(self, plan: LegPlan, known: tuple[HedgeLeg, ...]) -> HedgeLeg:
        market = self._price_of(plan)
        leg = next((leg for leg in known if leg.plan == plan and leg.market is market), None)
        if leg is None:
            leg = HedgeLeg(plan, market)
        if plan.account:
            held = self.accounts[plan.account].positions.values()
            opened = [position for position in held if position.contracts]
            leg.positions = tuple(p for p in opened if p.symbol == plan.symbol)
            leg.earning = tuple(p for p in opened if is_inverse_in(p, plan.asset))
        return leg

    def _price_of(self, plan: LegPlan) -> MarketRow:
        """Where the leg's price comes from: its own market, `prices:`, or a like base.

        Raises LookupError for an asset without a price, which the configuration refuses.
        """
        if plan.symbol:
            return self.market_of(plan)
        if plan.asset in self.desk.prices:
            return self.market_of(self.desk.prices[plan.asset])
        for hedge in self.desk.hedges:
            for other in hedge.exposure + hedge.cover:
                base = other.symbol.partition("/")[0]
                if other.symbol and underlying_of(base)[0] == underlying_of(plan.asset)[0]:
                    return self.market_of(other)
        raise LookupError(f"no price source for {plan.asset}")

    @staticmethod
    def _underlying(leg: HedgeLeg) -> str:
        base = leg.plan.asset or leg.plan.symbol.partition("/")[0]
        return underlying_of(base)[0]

    def _watched(self, account: AccountRow) -> Iterator[MarketRow]:
        """The markets whose prices this account's feeds must deliver."""
        seen = dict.fromkeys(p.market for p in account.positions.values() if p.contracts)
        seen |= dict.fromkeys(
            self.market_of(plan)
            for plan in self.desk.prices.values()
            if plan.account == account.name
        )
        for hedge in self.desk.hedges:
            for plan in hedge.exposure + hedge.cover:
                if plan.symbol and plan.account == account.name:
                    seen[self.market_of(plan)] = None
        return iter(seen)
