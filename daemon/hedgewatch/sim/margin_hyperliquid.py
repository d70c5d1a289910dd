"""Margin as Hyperliquid documents it, independent of what watches it.

Sources: Hyperliquid documentation, "Margining", "Margin tiers", "Liquidations". Each tier of a
market's margin table has a maximum leverage; its maintenance rate is half the initial margin rate
at that leverage, whatever leverage the trader chose, less the deduction that makes the requirement
continuous. A position is liquidated when the account value (of an isolated one: its margin), with
the unrealised profit in it, is below that.
"""

from collections.abc import Iterable
from decimal import Decimal

from hedgewatch.sim.accounts import ZERO, Account, Position
from hedgewatch.sim.margin import Venue
from hedgewatch.sim.markets import Perpetual

FARTHEST = Decimal(10) ** 15
"""Above it no liquidation price is shown."""


def maintenance_margin(account: Account, venue: Venue) -> Decimal:
    """`crossMaintenanceMarginUsed`, in USDC."""
    return sum((of_position(each, venue) for each in cross(account)), ZERO)


def margin_balance(account: Account, venue: Venue) -> Decimal:
    """`crossMarginSummary.accountValue`: with the unrealised profit of the cross positions."""
    return account.cross_wallet + sum((venue.pnl(each) for each in cross(account)), ZERO)


def margin_ratio(account: Account, venue: Venue) -> Decimal:
    """`crossMaintenanceMarginUsed` over the cross account value: 1 is liquidation."""
    needed, balance = maintenance_margin(account, venue), margin_balance(account, venue)
    if not needed:
        return ZERO
    return needed / balance if balance > 0 else Decimal("Infinity")


def liquidation_price(position: Position, account: Account, venue: Venue) -> Decimal:
    """By "price - side * margin_available / position_size / (1 - l * side)", with the l of the
    tier that the notional has there; 0 where there is none.
    """
    if position.isolated_wallet is None:
        rest = maintenance_margin(account, venue) - of_position(position, venue)
        backing = margin_balance(account, venue) - rest
    else:
        backing = position.isolated_wallet + venue.pnl(position)
    prices = _prices(position, backing, venue)
    return next((price for price in prices if ZERO < price <= FARTHEST), ZERO)


def of_position(position: Position, venue: Venue) -> Decimal:
    """Maintenance of one position at its mark."""
    notional = abs(position.notional(venue.marks[position.symbol]))
    return max(
        (notional * rate - less for _, rate, less in table_of(venue.markets[position.symbol])),
        default=ZERO,
    )


def table_of(market: Perpetual) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Lower bound, maintenance rate and deduction of each tier, from the maximum leverages."""
    rows: list[tuple[Decimal, Decimal, Decimal]] = []
    before, less = ZERO, ZERO
    for tier in market.tiers:
        rate = 1 / Decimal(2 * tier.leverage)
        less += tier.floor * (rate - before)
        rows.append((tier.floor, rate, less))
        before = rate
    return rows


def cross(account: Account) -> list[Position]:
    """The positions that share the account value."""
    return [position for position in account.held() if position.isolated_wallet is None]


def _prices(position: Position, backing: Decimal, venue: Venue) -> Iterable[Decimal]:
    """One a tier, if its notional at that price lies in the tier."""
    mark, size = venue.marks[position.symbol], abs(position.amount)
    side = 1 if position.amount > 0 else -1
    table = table_of(venue.markets[position.symbol])
    ends = [floor for floor, _, _ in table[1:]] + [Decimal("Infinity")]
    for (floor, rate, less), end in zip(table, ends, strict=True):
        available = backing - (size * mark * rate - less)
        price = mark - side * available / size / (1 - rate * side)
        if floor <= size * price <= end:
            yield price
