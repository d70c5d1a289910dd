"""The holder of latest known state: what the desk watches, and who touches whom."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from hedgewatch.core.book.pooling import index_pool, is_inverse_in, sort_into_pools
from hedgewatch.core.book.prices import match_peers, watch_anew
from hedgewatch.core.book.rows import (
    NOT_YET,
    AccountRow,
    AssetRow,
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
from hedgewatch.core.book.underlying import Assets
from hedgewatch.core.book.worth import PriceSources, price_sources
from hedgewatch.core.events import DaemonObserved
from hedgewatch.core.model import (
    AccountPlan,
    Desk,
    HedgePlan,
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
        "accounts_blind", "adviser", "daemon", "gross_exposure", "gross_exposure_known",
        "left_out", "nearest_liquidation_distance", "net_exposure", "peg_coin", "stepped",
        "total_equity", "total_equity_known", "worst_margin_ratio", "worst_peg",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__(Subject(Scope.BOOK, ()))
        self.worst_margin_ratio: Known = NOT_YET
        self.nearest_liquidation_distance: Known = NOT_YET
        self.worst_peg: Known = NOT_YET
        self.peg_coin = ""
        self.accounts_blind = 0.0
        self.total_equity: Known = NOT_YET
        self.total_equity_known: Known = NOT_YET
        self.net_exposure: Known = NOT_YET
        self.gross_exposure: Known = NOT_YET
        self.gross_exposure_known: Known = NOT_YET
        self.left_out = ""
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
        self.holdings: dict[str, AssetRow] = {}
        self.worth: dict[str, float] = {}
        self.price_sources = PriceSources()
        self.remembered: dict[str, dict[str, str]] = {}
        self.remembered_until = now
        self.totals = BookRow()
        self.outside = Outside()
        self.watchers: Mapping[Scope, Callable[[Any], Watch]] = {}
        self.desk = desk
        self.replace_desk(desk, now)

    def replace_desk(self, desk: Desk, now: float) -> None:
        """Watch what `desk` says; accounts that stay keep their rows."""
        if (desk.assets, desk.currency) != (self.desk.assets, self.desk.currency):
            self.holdings, self.worth = {}, {}
        self.desk = desk
        self.assets = Assets(desk.assets)
        self.accounts = {plan.name: self._account(plan, now) for plan in desk.accounts}
        for account in self.accounts.values():
            account.assets, account.betas = self.assets, desk.betas
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
            self.accounts.values(), feeds, self.holdings.values(), (self.totals,),
            self.outside.rows(),
        )  # fmt: skip

    def feed(self, account: AccountRow, name: str) -> FeedRow:
        """The row of a feed, made when it is first heard of."""
        if name not in account.feeds:
            account.feeds[name] = FeedRow(account, name)
        return account.feeds[name]

    def asset(self, name: str) -> AssetRow:
        """The row of an underlying, made when it is first held."""
        if name not in self.holdings:
            self.holdings[name] = AssetRow(name, self.desk.currency)
        return self.holdings[name]

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
        match_peers(self.markets.values(), self.assets)
        self.price_sources = price_sources(self)
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
        hedge.exposure = tuple(
            self._leg(plan, hedge, hedge.exposure) for plan in hedge.plan.exposure
        )
        hedge.cover = tuple(self._leg(plan, hedge, hedge.cover) for plan in hedge.plan.cover)
        names = {leg.underlying for leg in hedge.exposure + hedge.cover}
        hedge.money = hedge.exposure[0].quote
        basis = hedge.plan.basis_of_drift
        hedge.in_coins = len(names) == 1 if basis is None else basis == "coins"

    def _leg(self, plan: LegPlan, hedge: HedgeRow, known: tuple[HedgeLeg, ...]) -> HedgeLeg:
        market = self._price_of(plan, hedge.plan)
        leg = next((leg for leg in known if leg.plan == plan and leg.market is market), None)
        if leg is None:
            leg = HedgeLeg(plan, market)
        leg.identify(self.assets, self._named_apart(plan))
        leg.account = self.accounts[plan.account] if plan.account else None
        if leg.account is not None:
            held = leg.account.positions.values()
            opened = [position for position in held if position.contracts]
            leg.positions = tuple(p for p in opened if p.symbol == plan.symbol)
            leg.earning = tuple(p for p in opened if is_inverse_in(p, plan.asset))
        return leg

    def _named_apart(self, plan: LegPlan) -> frozenset[str]:
        """What other legs name of the account of a leg."""
        legs = chain.from_iterable(hedge.exposure + hedge.cover for hedge in self.desk.hedges)
        named = {leg.asset for leg in legs if leg.account == plan.account}
        return frozenset(named - {plan.asset, ""})

    def _price_of(self, plan: LegPlan, of: HedgePlan) -> MarketRow:
        """Where the leg's price comes from: its own market, `prices:`, or a like base: where it is
        held rather than at another venue, of the hedge itself rather than of another one.

        Raises LookupError for an asset without a price, which the configuration refuses.
        """
        if plan.symbol:
            return self.market_of(plan)
        wanted = self.assets.underlying_of(plan.asset)[0]
        named = {self.assets.underlying_of(a)[0]: price for a, price in self.desk.prices.items()}
        price = self.desk.prices.get(plan.asset) or named.get(wanted)
        if price is not None:
            return self.market_of(price)
        for other in sorted(self._alike(wanted, of), key=lambda leg: leg.account != plan.account):
            return self.market_of(other)
        raise LookupError(f"no price source for {plan.asset}")

    def _alike(self, asset: str, first: HedgePlan) -> Iterator[LegPlan]:
        """Legs in contracts about an asset, those of one hedge first."""
        for hedge in (first, *self.desk.hedges):
            for leg in hedge.exposure + hedge.cover:
                base = leg.symbol.partition("/")[0]
                if leg.symbol and self.assets.underlying_of(base)[0] == asset:
                    yield leg

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
