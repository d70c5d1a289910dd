"""What is liquidated together: positions sorted into pools, each with its solvers."""

from collections.abc import Iterable

from hedgewatch.core.book.legs import regime_of
from hedgewatch.core.book.rows import AccountRow, MarketRow, PoolRow, PositionRow
from hedgewatch.core.margin import Edges, Line
from hedgewatch.core.margin.bent import BentLeg
from hedgewatch.core.margin.regimes import Netting

ACCOUNT_POOL, ACCOUNT_CURRENCY = "account", "USD"
"""The pool of an account that is liquidated as a whole, and what its venue counts it in."""


def sort_into_pools(account: AccountRow) -> None:
    """Open positions: isolated by themselves, cross by settle currency or by account.

    A balance that backs no position yet is a pool too.
    """
    known, account.pools = account.pools, {}
    whole = account.is_whole
    for asset, balance in account.balances.items():
        if balance.cross_wallet:
            name, currency = (ACCOUNT_POOL, ACCOUNT_CURRENCY) if whole else (asset, asset)
            _pool_named(account, known, name, currency, isolated=False)
    for position in account.positions.values():
        if position.contracts:
            name, currency, isolated = _pool_of(account, position)
            pool = _pool_named(account, known, name, currency, isolated=isolated)
            pool.positions.append(position)
            position.pool = pool


def index_pool(pool: PoolRow) -> None:
    """Tell the markets of a pool whom they touch, and make its solvers."""
    by_market: dict[MarketRow, list[PositionRow]] = {}
    for position in pool.positions:
        by_market.setdefault(position.market, []).append(position)
    for market, positions in by_market.items():
        market.pools.append(pool)
        market.positions.extend(positions)
    pool.as_one = all(pool.account.beta_of(base_of(p)) == 1.0 for p in pool.positions)
    pool.bent = any(isinstance(position.leg, BentLeg) for position in pool.positions)
    pool.plain = _is_plain(pool)
    pool.markets = tuple(by_market.items())
    _make_solvers(pool, by_market.values())
    pool.sources = tuple(by_market) or (pool.account,)
    for position in pool.positions:
        position.sources = pool.sources
        side = "long" if position.contracts > 0 else "short"
        position.exported = (*position.subject.labels, ("side", side))


def settle_of(position: PositionRow) -> str:
    """The coin that a position pays in."""
    market = position.market.market
    return market.settle if market else position.symbol.rpartition(":")[2]


def base_of(position: PositionRow) -> str:
    """The asset that a position is about."""
    return position.symbol.partition("/")[0]


def is_inverse_in(position: PositionRow, asset: str) -> bool:
    """Whether it pays its profit in the asset that it is about."""
    market = position.market.market
    inverse = base_of(position) == asset if market is None else not market.linear
    return inverse and settle_of(position) == asset


def is_whole(pool: PoolRow) -> bool:
    """Whether the pool is all of its account, coins of every kind together."""
    return not pool.isolated and pool.account.is_whole


def can_be_scanned(pool: PoolRow) -> bool:
    """Whether a bent pool is of one currency, in full on both sides, and moves as one."""
    netted = regime_of(pool.account, isolated=pool.isolated).netting is not Netting.SUM
    return pool.as_one and not netted and not is_whole(pool)


def wallet_of(pool: PoolRow) -> float:
    """What backs a pool of one currency, without unrealised profit."""
    if pool.isolated:
        return pool.positions[0].isolated_wallet or 0.0
    return pool.account.balances[pool.currency].cross_wallet


def _pool_of(account: AccountRow, position: PositionRow) -> tuple[str, str, bool]:
    """Name, currency and isolation of the pool that a position belongs to."""
    settle = settle_of(position)
    if position.isolated_wallet is not None:
        alone = position.kind == "net"
        return position.symbol if alone else f"{position.symbol}:{position.kind}", settle, True
    if account.is_whole:
        return ACCOUNT_POOL, ACCOUNT_CURRENCY, False
    return settle, settle, False


def _pool_named(
    account: AccountRow, known: dict[str, PoolRow], name: str, currency: str, *, isolated: bool
) -> PoolRow:
    if name not in account.pools:
        pool = known.get(name)
        if pool is None or pool.isolated is not isolated:
            pool = PoolRow(account, name, currency, isolated=isolated)
        pool.positions = []
        account.pools[name] = pool
    return account.pools[name]


def _is_plain(pool: PoolRow) -> bool:
    """Whether the fast solver is exact: linear contracts of one currency."""
    regime = regime_of(pool.account, isolated=pool.isolated)
    if regime.netting is not Netting.SUM or is_whole(pool) or pool.bent:
        return False
    return all(position.leg is not None and not position.leg.inverse for position in pool.positions)


def _make_solvers(pool: PoolRow, by_market: Iterable[list[PositionRow]]) -> None:
    """A position that is alone in its market has a simpler line than a pair that shares one."""
    pool.lines, pool.hedged = [], []
    if not pool.plain:
        return
    pool.shock_edges = Edges([p.leg for p in pool.positions if p.leg is not None])
    for positions in by_market:
        legs = [position.leg for position in positions if position.leg is not None]
        if len(positions) == len(legs) == 1 and legs[0].plain():
            pool.lines.append((positions[0], Line(legs[0])))
        else:
            pool.hedged.append((positions, Edges(legs)))
