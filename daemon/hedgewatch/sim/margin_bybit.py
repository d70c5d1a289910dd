"""Bybit's margin formulas of a unified trading account, from its own pages, in USD.

Help centre: "Glossary: Unified Trading Account" (margin balance, maintenance margin rate), "The New
Margin Calculation" (2025-09: the value at the mark, the fee to close at the bankruptcy price of the
entry), "Tiered Collateral Value Ratio", "Liquidation Price (Unified Trading Account)". Nothing is
shared with the monitor: prices of liquidation are found by halving, never by a formula of ours.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from hedgewatch.sim.accounts import ZERO, Account, Position
from hedgewatch.sim.margin import Venue
from hedgewatch.sim.markets import QUOTE

TAKER = Decimal("0.00055")
"""The fee rate of a perpetual for whoever has no VIP level."""

ENDLESS = Decimal("Infinity")
HALVINGS = 100
FAR = Decimal(1000)

RATIOS: Mapping[str, tuple[tuple[Decimal, Decimal], ...]] = MappingProxyType(
    {
        "USDT": ((ENDLESS, Decimal(1)),),
        "USDC": ((ENDLESS, Decimal("0.975")),),
        "BTC": ((Decimal(5), Decimal("0.95")), (Decimal(50), Decimal("0.9")), (ENDLESS, ZERO)),
    }
)
"""Of the coins that count as collateral: (up to so many coins, the part of their value)."""


def coins(account: Account) -> dict[str, Decimal]:
    """All that the account owns: a unified account has one wallet."""
    owned = {QUOTE: account.wallet}
    spot = {coin: held.free + held.locked for coin, held in account.spot.items()}
    for part in (account.collateral, spot):
        for coin, amount in part.items():
            owned[coin] = owned.get(coin, ZERO) + amount
    return owned


def price_of(coin: str, venue: Venue) -> Decimal:
    """The index of a coin in USD, 0 where there is none."""
    if coin in venue.indices:
        return venue.indices[coin].index
    return venue.marks.get(coin + QUOTE, ZERO) * venue.indices[QUOTE].index


def counted(coin: str, amount: Decimal) -> Decimal:
    """How many coins of so many count: each tier at its own ratio, and what is owed in full."""
    if amount <= 0:
        return amount
    total, floor = ZERO, ZERO
    for ceiling, ratio in RATIOS.get(coin, ()):
        total += (min(amount, ceiling) - floor) * ratio if amount > floor else ZERO
        floor = ceiling
    return total


def is_isolated(account: Account) -> bool:
    """Margin mode belongs to the account: it is isolated as soon as a position of it is."""
    return any(position.isolated_wallet is not None for position in account.held())


def fee_to_close(position: Position, account: Account) -> Decimal:
    """Taker fee at the bankruptcy price of the entry, E·(1 ∓ 1 ÷ leverage)."""
    side = 1 if position.amount > 0 else -1
    bankrupt = position.entry * (1 - Decimal(side) / account.leverage)
    return abs(position.amount) * bankrupt * TAKER


def initial_margin(position: Position, account: Account, venue: Venue) -> Decimal:
    """Value ÷ leverage + fee to close; of an isolated position what was set aside for it."""
    if position.isolated_wallet is not None:
        return position.isolated_wallet
    worth = abs(position.notional(venue.marks[position.symbol]))
    return worth / account.leverage + fee_to_close(position, account)


def maintenance_of(position: Position, account: Account, venue: Venue) -> Decimal:
    """Value at the mark × rate − deduction + fee to close, in USDT."""
    return venue.maintenance(position) + fee_to_close(position, account)


def maintenance_margin(account: Account, venue: Venue) -> Decimal:
    """Of all positions, in USD."""
    needed = (maintenance_of(position, account, venue) for position in account.held())
    return sum(needed, ZERO) * venue.indices[QUOTE].index


def wallet_balance(account: Account, venue: Venue) -> Decimal:
    """Σ coins × index × collateral value ratio: what of the wallet is margin, in USD."""
    owned = coins(account).items()
    return sum((counted(coin, held) * price_of(coin, venue) for coin, held in owned), ZERO)


def profit(account: Account, venue: Venue) -> Decimal:
    """Unrealised profit of all positions, in USD: it counts in full."""
    profits = (venue.pnl(position) for position in account.held())
    return sum(profits, ZERO) * venue.indices[QUOTE].index


def margin_balance(account: Account, venue: Venue) -> Decimal:
    """Wallet balance and profit of perpetuals and futures, in USD."""
    return wallet_balance(account, venue) + profit(account, venue)


def margin_ratio(account: Account, venue: Venue) -> Decimal:
    """The account's maintenance margin rate: 1 is liquidation. None of isolated positions."""
    needed, balance = maintenance_margin(account, venue), margin_balance(account, venue)
    if not needed or is_isolated(account):
        return ZERO
    return needed / balance if balance > 0 else ENDLESS


def liquidation_price(position: Position, account: Account, venue: Venue) -> Decimal:
    """Where the maintenance margin is all that is left, other marks frozen; 0 where nowhere."""
    mark = venue.marks[position.symbol]

    def safe(price: Decimal) -> bool:
        there = replace(venue, marks={**venue.marks, position.symbol: price})
        return _headroom(position, account, there) > 0

    ends = [end for end in (mark / FAR, mark * FAR) if not safe(end)] if safe(mark) else []
    prices = []
    for end in ends:
        good, bad = mark, end
        for _ in range(HALVINGS):
            middle = (good + bad) / 2
            good, bad = (middle, bad) if safe(middle) else (good, middle)
        prices.append(bad)
    return min(prices, key=lambda price: abs(price - mark), default=ZERO)


def _headroom(position: Position, account: Account, venue: Venue) -> Decimal:
    if position.isolated_wallet is None:
        return margin_balance(account, venue) - maintenance_margin(account, venue)
    left = position.isolated_wallet + venue.pnl(position)
    return left - maintenance_of(position, account, venue)


def shown(price: Decimal, position: Position, tick: Decimal) -> Decimal:
    """On the tick, rounded against whoever holds it: up for a long, down for a short."""
    ticks = price / tick
    rounding = "ROUND_CEILING" if position.amount > 0 else "ROUND_FLOOR"
    return ticks.quantize(Decimal(1), rounding=rounding) * tick
