"""What money and coins are worth in one currency, by what is watched anyway.

A stable coin is priced like anything else: nothing here takes one dollar coin for another.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Quoted:
    """A market as a source of a price: what it prices, how many of it one unit is, and in what."""

    market: MarketRow
    asset: str
    units: float
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSources:
    """Every market in the order in which it is asked; `named` are what `prices:` of the desk says
    where to price.
    """

    named: frozenset[str] = frozenset()
    first: tuple[Quoted, ...] = ()
    contracts: tuple[Quoted, ...] = ()


class Priced(Protocol):
    """What prices coins."""

    desk: Desk
    assets: Assets
    accounts: dict[str, AccountRow]
    markets: dict[tuple[str, str], MarketRow]
    price_sources: PriceSources


def price_sources(book: Priced) -> PriceSources:
    """What of the markets prices what, which only a change of structure changes: the sources that
    the desk names, then spot pairs; contracts that never end before those that do.
    """
    named = frozenset(book.assets.underlying_of(asset)[0] for asset in book.desk.prices)
    own = (book.markets.get(_key(book, plan)) for plan in book.desk.prices.values())
    every = [_quoted(book, market) for market in sorted(book.markets.values(), key=_is_dated)]
    others = [each for each in every if each.asset not in named]
    spot = (each for each in others if ":" not in each.market.symbol)
    return PriceSources(
        named=named,
        first=(*(_quoted(book, market) for market in filter(None, own)), *spot),
        contracts=tuple(each for each in others if ":" in each.market.symbol),
    )


def _quoted(book: Priced, market: MarketRow) -> Quoted:
    base, quote = pair_of(market.symbol)
    return Quoted(market, *book.assets.underlying_of(base), book.assets.underlying_of(quote)[0])


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
    sources = book.price_sources
    by_word = _of_collateral(book, now, by_venues=by_venues)
    word = [rate for rate in by_word if rate[0] not in sources.named]
    return [*_rates(sources.first), *word, *_rates(sources.contracts)]


def _key(book: Priced, plan: PricePlan) -> tuple[str, str]:
    return book.accounts[plan.account].venue, plan.symbol


def _is_dated(market: MarketRow) -> bool:
    return "-" in market.symbol.rpartition(":")[2]


def _rates(sources: Iterable[Quoted]) -> Iterator[Rate]:
    """What the prices say that can be vouched for."""
    for each in sources:
        market = each.market
        if market.doubt is None and market.price:
            yield each.asset, each.quote, market.price / each.units


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
