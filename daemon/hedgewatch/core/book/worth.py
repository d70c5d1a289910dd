"""What money and coins are worth in one currency, by what is watched anyway.

A stable coin is priced like anything else: nothing here takes one dollar coin for another.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from hedgewatch.core.book.doubt import COLLATERAL_STALE_AFTER
from hedgewatch.core.book.pooling import ACCOUNT_CURRENCY
from hedgewatch.core.book.prices import pair_of
from hedgewatch.core.book.rows import AccountRow, MarketRow
from hedgewatch.core.book.underlying import Assets
from hedgewatch.core.model import Desk, PricePlan
from hedgewatch.core.scenarios import MONEY

Rate = tuple[str, str, float]
"""An underlying, what it is priced in, and how much of that one of it is worth."""


class Priced(Protocol):
    """What prices coins."""

    desk: Desk
    assets: Assets
    accounts: dict[str, AccountRow]
    markets: dict[tuple[str, str], MarketRow]


def worths(book: Priced, currency: str, now: float, *, by_venues: bool = True) -> dict[str, float]:
    """By underlying, in a currency, over as few prices as it takes; what is left out has no price.

    An asset that `prices:` of the desk names is priced there or not at all; others by spot pairs,
    venues that price their collateral, contracts, in this order. A coin that is no money goes by
    the word of a venue on collateral only where `by_venues`.
    """
    rates = _known_rates(book, now, by_venues=by_venues)
    found = {currency: 1.0}
    while True:
        known = dict(found)
        for asset, quote, rate in rates:
            if quote in found:
                known.setdefault(asset, found[quote] * rate)
            if asset in found and asset in MONEY and quote in MONEY:
                known.setdefault(quote, found[asset] / rate)
        if len(known) == len(found):
            return found
        found = known


def _known_rates(book: Priced, now: float, *, by_venues: bool) -> list[Rate]:
    named = {book.assets.underlying_of(asset)[0] for asset in book.desk.prices}
    sources = (book.markets.get(_key(book, plan)) for plan in book.desk.prices.values())
    rates = [*_rates(book, filter(None, sources))]
    others = (*_of_markets(book, spot=True), *_of_collateral(book, now, by_venues=by_venues))
    rates += [rate for rate in others if rate[0] not in named]
    return rates + [rate for rate in _of_markets(book, spot=False) if rate[0] not in named]


def _key(book: Priced, plan: PricePlan) -> tuple[str, str]:
    return book.accounts[plan.account].venue, plan.symbol


def _of_markets(book: Priced, *, spot: bool) -> Iterator[Rate]:
    """Contracts that never end before those that do."""
    markets = [market for market in book.markets.values() if (":" not in market.symbol) is spot]
    return _rates(book, sorted(markets, key=_is_dated))


def _is_dated(market: MarketRow) -> bool:
    return "-" in market.symbol.rpartition(":")[2]


def _rates(book: Priced, markets: Iterable[MarketRow]) -> Iterator[Rate]:
    """What the prices say that can be vouched for."""
    for market in markets:
        if market.doubt is None and market.price:
            base, quote = pair_of(market.symbol)
            asset, units = book.assets.underlying_of(base)
            yield asset, book.assets.underlying_of(quote)[0], market.price / units


def _of_collateral(book: Priced, now: float, *, by_venues: bool) -> Iterator[Rate]:
    """What venues take the coins of whole accounts to be worth in dollars."""
    for account in book.accounts.values():
        if now - account.collateral_at > COLLATERAL_STALE_AFTER:
            continue
        for coin, reading in account.collateral.items():
            asset, units = book.assets.underlying_of(coin)
            if asset != ACCOUNT_CURRENCY and (by_venues or asset in MONEY):
                yield asset, ACCOUNT_CURRENCY, reading.price / units


def cross_rate(worth: Mapping[str, float], of: str, into: str) -> float | None:
    """How much of one currency a unit of another is worth; None where nothing tells."""
    if of == into:
        return 1.0
    return worth[of] / worth[into] if of in worth and into in worth else None
