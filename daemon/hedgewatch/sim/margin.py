"""Binance's published margin formulas, from its own pages: nothing is shared with the monitor.

The liquidation price is that of the FAQ "How to Calculate Liquidation Price of USD-M Futures
Contracts", with the bracket taken at the liquidation price itself ("substitute and recalculate").
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product

from hedgewatch.sim.accounts import ZERO, Account, Position
from hedgewatch.sim.markets import QUOTE, AssetIndex, Perpetual, Tier

HALVINGS = 120
FAR = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Venue:
    """What the formulas need to know beside the account: listings and marks."""

    markets: Mapping[str, Perpetual]
    marks: Mapping[str, Decimal]
    indices: Mapping[str, AssetIndex] = field(default_factory=dict)

    def maintenance(self, position: Position) -> Decimal:
        """Maintenance of one position at its mark."""
        notional = abs(position.notional(self.marks[position.symbol]))
        tier = self.markets[position.symbol].tier_of(notional)
        return notional * tier.rate - tier.deduction

    def pnl(self, position: Position) -> Decimal:
        """Unrealised profit of one position at its mark."""
        return position.pnl(self.marks[position.symbol])


def cross(account: Account) -> list[Position]:
    """The positions that share the cross wallet."""
    return [position for position in account.held() if position.isolated_wallet is None]


def maintenance_margin(account: Account, venue: Venue) -> Decimal:
    """Maintenance of all cross positions, in USDT; in multi-assets mode in USD."""
    needed = sum((venue.maintenance(position) for position in cross(account)), ZERO)
    return needed * venue.indices[QUOTE].ask_rate if account.multi_assets else needed


def margin_balance(account: Account, venue: Venue) -> Decimal:
    """Cross wallet and the unrealised profit of the cross positions, in USDT.

    In multi-assets mode that of every asset, in USD: what is owned at its bid rate, what is owed
    at its ask rate (FAQ "How to Calculate Margin Ratio in the Multi-Assets Mode").
    """
    usdt = account.cross_wallet + sum((venue.pnl(position) for position in cross(account)), ZERO)
    if not account.multi_assets:
        return usdt
    equities = {**account.collateral, QUOTE: usdt}
    return sum((_worth(equity, venue.indices[asset]) for asset, equity in equities.items()), ZERO)


def _worth(equity: Decimal, index: AssetIndex) -> Decimal:
    return min(equity * index.bid_rate, equity * index.ask_rate)


def margin_ratio(account: Account, venue: Venue) -> Decimal:
    """Maintenance over margin balance: 1 is liquidation, infinite when nothing is left."""
    needed, balance = maintenance_margin(account, venue), margin_balance(account, venue)
    if not needed:
        return ZERO
    return needed / balance if balance > 0 else Decimal("Infinity")


def liquidation_price(position: Position, account: Account, venue: Venue) -> Decimal:
    """The price at which the position's pool is liquidated, other marks frozen; 0 when none is."""
    if account.multi_assets:
        return _halved_in_on(position.symbol, account, venue)
    if position.isolated_wallet is not None:
        return _nearest_root([position], position.isolated_wallet, venue)
    legs = [leg for leg in cross(account) if leg.symbol == position.symbol]
    others = [other for other in cross(account) if other.symbol != position.symbol]
    backing = account.cross_wallet + sum(
        (venue.pnl(o) - venue.maintenance(o) for o in others), ZERO
    )
    return _nearest_root(legs, backing, venue)


def _halved_in_on(symbol: str, account: Account, venue: Venue) -> Decimal:
    """No formula is published for multi-assets mode: try prices until the ratio is 1."""
    mark = venue.marks[symbol]

    def safe(price: Decimal) -> bool:
        there = replace(venue, marks={**venue.marks, symbol: price})
        return maintenance_margin(account, there) < margin_balance(account, there)

    ends = [end for end in (mark / FAR, mark * FAR) if not safe(end)] if safe(mark) else []
    prices = [_between(mark, end, safe) for end in ends]
    return min(prices, key=lambda price: abs(price - mark), default=ZERO)


def _between(good: Decimal, bad: Decimal, safe: Callable[[Decimal], bool]) -> Decimal:
    for _ in range(HALVINGS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if safe(middle) else (good, middle)
    return bad


def _nearest_root(legs: list[Position], backing: Decimal, venue: Venue) -> Decimal:
    market, mark = venue.markets[legs[0].symbol], venue.marks[legs[0].symbol]
    choices = product(market.tiers, repeat=len(legs))
    prices = [price for tiers in choices for price in _consistent(legs, tiers, backing, market)]
    return min(prices, key=lambda price: abs(price - mark), default=ZERO)


def _consistent(
    legs: list[Position], tiers: tuple[Tier, ...], backing: Decimal, market: Perpetual
) -> Iterable[Decimal]:
    """The published formula for one choice of brackets, if its result lies in those brackets."""
    above = backing + sum((tier.deduction for tier in tiers), ZERO)
    above -= sum((leg.amount * leg.entry for leg in legs), ZERO)
    below = sum(
        (abs(leg.amount) * tier.rate - leg.amount for leg, tier in zip(legs, tiers, strict=True)),
        ZERO,
    )
    price = above / below if below else ZERO
    fits = all(
        market.tier_of(abs(leg.amount) * price) == tier
        for leg, tier in zip(legs, tiers, strict=True)
    )
    return [price] if price > 0 and fits else []
