"""Book to measures: recompute exactly what an event touches."""

from collections.abc import Callable, Iterable
from math import inf

from hedgewatch.core.book.book import Book
from hedgewatch.core.book.doubt import age_feeds, judge_sight
from hedgewatch.core.book.pegs import worst_peg
from hedgewatch.core.book.pooling import ACCOUNT_CURRENCY
from hedgewatch.core.book.rows import AccountRow, Cells, HedgeRow, MarketRow, PoolRow
from hedgewatch.core.book.worth import worths
from hedgewatch.core.breaks import forget_small_losses
from hedgewatch.core.comparison import age_numbers, compare_collateral, compare_marks
from hedgewatch.core.darkness import widen_hedge
from hedgewatch.core.exposure import total_exposure
from hedgewatch.core.hedging import hold_quantities, price_money, value_hedge
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.remembering import compare_with_before
from hedgewatch.core.sampling import close_bar, look_back
from hedgewatch.core.valuation import value_pool, value_position, widen

_STEP_REMEMBERED = 600.0
"""Seconds for which a step of this machine's clock is told."""


def price_moved(market: MarketRow) -> None:
    """Recompute what one price touches: its positions, their pools with all lines, its hedges."""
    for position in market.positions:
        value_position(position)
    for pool in market.pools:
        value_pool(pool)
        if pool.watch is not None:
            pool.watch.follow(market)
    for hedge in market.hedges:
        value_hedge(hedge)
        if hedge.watch is not None:
            hedge.watch.follow(market)


def account_changed(book: Book, account: AccountRow) -> None:
    """Recompute all of an account, and every hedge, since any may hold a leg in it."""
    for pool in account.pools.values():
        for position in pool.positions:
            value_position(position)
        value_pool(pool)
        _watch_anew(book, pool)
    wallets = {wallet.name: wallet for wallet in book.desk.wallets}
    for hedge in book.hedges.values():
        hold_quantities(hedge, book.accounts, wallets)
        price_money(hedge, book.worth)
        value_hedge(hedge)
        widen_hedge(hedge, book.now)
        _watch_anew(book, hedge)


def _watch_anew(book: Book, row: PoolRow | HedgeRow) -> None:
    """Stress what changed under the scenarios that rules read; nothing where they read none."""
    make = book.watchers.get(row.subject.scope)
    if make is not None or row.watch is not None:
        row.stressed = Cells()
        row.watch = make(row) if make is not None else None


def time_passed(book: Book, now: float) -> list[AccountRow]:
    """Age everything; the accounts that were lost sight of, or regained, are recomputed."""
    turned = [account for account in book.accounts.values() if judge_sight(account, now)]
    for account in turned:
        account_changed(book, account)
    close_bar(book, now)
    forget_small_losses(book.hedges.values(), now)
    look_back(book)
    _age_accounts(book, now)
    compare_marks(book.markets.values())
    if book.remembered:
        compare_with_before(book, now)
    _sum_up(book)
    total_exposure(book, now)
    for hedge in book.hedges.values():
        price_money(hedge, book.worth)
        widen_hedge(hedge, now)
    return turned


def _age_accounts(book: Book, now: float) -> None:
    backed = any(account.collateral for account in book.accounts.values())
    dollars = worths(book, ACCOUNT_CURRENCY, now, by_venues=False) if backed else {}
    for account in book.accounts.values():
        age_feeds(account, now)
        account.key.age(now)
        age_numbers(account, now)
        account.age_news(now)
        compare_collateral(account, dollars, now)
        positions = [p for pool in account.pools.values() for p in pool.positions]
        for position in positions:
            if position.terms or position.settings:
                position.age_news(now)
        widen(account, positions, now)


def _sum_up(book: Book) -> None:
    """The desk in three numbers; one that is unknown makes its extreme unknown."""
    totals = book.totals
    totals.accounts_blind = float(sum(a.account_blind is True for a in book.accounts.values()))
    totals.worst_margin_ratio = _extreme(max, (pool.margin_ratio for pool in book.pools()), 0.0)
    distances = (position.liquidation_distance for position in book.positions())
    totals.nearest_liquidation_distance = _extreme(min, distances, inf)
    if totals.stepped is not None and book.now - totals.stepped[1] > _STEP_REMEMBERED:
        totals.stepped = None
    totals.worst_peg, totals.peg_coin = worst_peg(book, book.now)
    totals.observed += 1


def _extreme(
    pick: Callable[[Iterable[float]], float], values: Iterable[Known], none: float
) -> Known:
    known = []
    for value in values:
        if isinstance(value, Unknown):
            return value
        known.append(value)
    return pick((none, *known))
