"""Bybit's margin formulas of a unified trading account, from its own pages, in USD.

Help centre: "Glossary: Unified Trading Account" (margin balance, maintenance margin rate), "The New
Margin Calculation" (2025-09: the value at the mark, the fee to close at the bankruptcy price of the
entry), "Tiered Collateral Value Ratio", "Liquidation Price (Unified Trading Account)". Nothing is
shared with the monitor: prices of liquidation are found by halving, never by a formula of ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from hedgewatch.sim.accounts import ZERO, Account, CoinPosition, Position
from hedgewatch.sim.coin_contracts import COIN_CONTRACTS, CoinContract
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


LOAN_RATE = Decimal("0.04")
"""What a loan asks for as maintenance, a part of its value (API documentation, position tiers)."""


def coins(account: Account) -> dict[str, Decimal]:
    """All that the account owns: a unified account has one wallet."""
    owned = {QUOTE: account.wallet}
    spot = {coin: held.free + held.locked for coin, held in account.spot.items()}
    for part in (account.collateral, account.coins, spot):
        for coin, amount in part.items():
            owned[coin] = owned.get(coin, ZERO) + amount
    return owned


def price_of(coin: str, venue: Venue) -> Decimal:
    """The index of a coin in USD: it goes with its mark where it has one; 0 where none is known."""
    if coin + QUOTE in venue.marks:
        return venue.marks[coin + QUOTE] * venue.indices[QUOTE].index
    return venue.indices[coin].index if coin in venue.indices else ZERO


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


@dataclass(frozen=True, slots=True)
class InverseLeg:
    """A position of `dollars` (signed) that pays in its coin. All of it but prices is in coins."""

    contract: CoinContract
    dollars: Decimal
    entry: Decimal

    @property
    def coin(self) -> str:
        """What it settles in."""
        return self.contract.base

    def mark(self, venue: Venue) -> Decimal:
        """That of the market which it follows, and its premium."""
        return venue.marks[self.contract.follows] * (1 + self.contract.premium)

    def profit(self, venue: Venue) -> Decimal:
        """Q·(1 ÷ entry − 1 ÷ mark)."""
        return self.dollars * (1 / self.entry - 1 / self.mark(venue))

    def initial_margin(self, account: Account, venue: Venue) -> Decimal:
        """Value ÷ leverage + fee to close."""
        return abs(self.dollars) / self.mark(venue) / account.leverage + self._fee(account)

    def maintenance(self, account: Account, venue: Venue) -> Decimal:
        """Value × rate − deduction + fee to close."""
        value = abs(self.dollars) / self.mark(venue)
        tier = self.contract.tier_of(value)
        return value * tier.rate - tier.deduction + self._fee(account)

    def _fee(self, account: Account) -> Decimal:
        """Taker fee on the value at the bankruptcy price, entry · leverage ÷ (leverage ± 1)."""
        side = 1 if self.dollars > 0 else -1
        bankrupt = self.entry * account.leverage / (account.leverage + side)
        return abs(self.dollars) / bankrupt * TAKER


_INVERSE = {contract.symbol: contract for contract in COIN_CONTRACTS}


def inverse_leg(held: CoinPosition) -> InverseLeg:
    """A position of the world's, which counts contracts of a face."""
    contract = _INVERSE[held.symbol]
    return InverseLeg(contract, held.contracts * contract.face, held.entry)


def inverse_legs(account: Account) -> list[InverseLeg]:
    """Those that are open."""
    return [inverse_leg(held) for held in account.coin_positions.values() if held.contracts]


def maintenance_margin(account: Account, venue: Venue) -> Decimal:
    """Of all positions and loans, in USD."""
    needed = (maintenance_of(position, account, venue) for position in account.held())
    total = sum(needed, ZERO) * venue.indices[QUOTE].index + _of_loans(account, venue)
    for leg in inverse_legs(account):
        total += leg.maintenance(account, venue) * price_of(leg.coin, venue)
    return total


def borrowed(held: Decimal) -> Decimal:
    """What of a coin is owed."""
    return max(-held, ZERO)


def _of_loans(account: Account, venue: Venue) -> Decimal:
    owed = ((coin, borrowed(held)) for coin, held in coins(account).items())
    return sum((debt * price_of(coin, venue) for coin, debt in owed), ZERO) * LOAN_RATE


def wallet_balance(account: Account, venue: Venue) -> Decimal:
    """Σ coins × index × collateral value ratio: what of the wallet is margin, in USD."""
    owned = coins(account).items()
    return sum((counted(coin, held) * price_of(coin, venue) for coin, held in owned), ZERO)


def profit(account: Account, venue: Venue) -> Decimal:
    """Unrealised profit of all positions, in USD: it counts in full."""
    profits = (venue.pnl(position) for position in account.held())
    total = sum(profits, ZERO) * venue.indices[QUOTE].index
    for leg in inverse_legs(account):
        total += leg.profit(venue) * price_of(leg.coin, venue)
    return total


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
    return _line(position.symbol, venue, lambda there: _headroom(position, account, there))


def inverse_liquidation_price(held: CoinPosition, account: Account, venue: Venue) -> Decimal:
    """The same of an inverse contract, with which its coin moves."""
    contract = _INVERSE[held.symbol]
    followed = _line(contract.follows, venue, lambda there: _of_all(account, there))
    return followed * (1 + contract.premium)


def _line(symbol: str, venue: Venue, headroom: Callable[[Venue], Decimal]) -> Decimal:
    mark = venue.marks[symbol]

    def safe(price: Decimal) -> bool:
        return headroom(replace(venue, marks={**venue.marks, symbol: price})) > 0

    ends = [end for end in (mark / FAR, mark * FAR) if not safe(end)] if safe(mark) else []
    prices = []
    for end in ends:
        good, bad = mark, end
        for _ in range(HALVINGS):
            middle = (good + bad) / 2
            good, bad = (middle, bad) if safe(middle) else (good, middle)
        prices.append(bad)
    return min(prices, key=lambda price: abs(price - mark), default=ZERO)


def _of_all(account: Account, venue: Venue) -> Decimal:
    return margin_balance(account, venue) - maintenance_margin(account, venue)


def _headroom(position: Position, account: Account, venue: Venue) -> Decimal:
    if position.isolated_wallet is None:
        return _of_all(account, venue)
    left = position.isolated_wallet + venue.pnl(position)
    return left - maintenance_of(position, account, venue)


def shown(price: Decimal, amount: Decimal, tick: Decimal) -> Decimal:
    """On the tick, rounded against whoever holds it: up for a long, down for a short."""
    ticks = price / tick
    rounding = "ROUND_CEILING" if amount > 0 else "ROUND_FLOOR"
    return ticks.quantize(Decimal(1), rounding=rounding) * tick
