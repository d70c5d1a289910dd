"""One market at a time, as venues document it: a wallet, a rate, a price of liquidation.

The solver is the one of the live book (`Leg`, `Edges`); these functions only put a published
example into its terms, and its answer back into the example's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from hedgewatch.core.margin.edges import Edges
from hedgewatch.core.margin.leg import Leg
from hedgewatch.core.margin.tiers import tier_of
from hedgewatch.core.model import Tier


@dataclass(frozen=True, slots=True)
class Terms:
    """A position and what is asked of it: (rate + fee) · notional − deduction.

    `quantity` is signed coins, of an inverse contract its signed face value in the quote
    currency; deduction and tiers are in the settle currency. `tiers` stand for rate and
    deduction where the rate depends on the notional.
    """

    quantity: float
    entry: float
    rate: float = 0.0
    deduction: float = 0.0
    fee: float = 0.0
    linear: bool = True
    tiers: tuple[Tier, ...] = ()

    def marked(self, price: float) -> "Terms":
        """The same position as if entered at `price`, for balances that include its profit."""
        return replace(self, entry=price)

    def leg(self) -> Leg:
        """As the solver sees it."""
        tiers = self.tiers or (Tier(0.0, self.rate, self.deduction),)
        return Leg(self.quantity, self.entry, tiers, fee=self.fee, inverse=not self.linear)


@dataclass(frozen=True, slots=True)
class Prices:
    """Where one market is liquidated, falling and rising; None where it is not."""

    down: float | None
    up: float | None

    def only(self, market: Sequence[Terms]) -> float | None:
        """The one that venues print: the one against the net position, else the other."""
        net = sum(terms.quantity for terms in market)
        first, second = (self.down, self.up) if net > 0.0 else (self.up, self.down)
        return second if first is None else first


def liquidation_prices(market: Sequence[Terms], constant: float) -> Prices:
    """The prices between which the legs of one market are safe, all else worth `constant`.

    For an isolated position `constant` is its wallet, in cross it is wallet + Σ (profit −
    requirement) of the rest. None for a price that would be 0 or less, or that does not exist.
    """
    legs = [terms.leg() for terms in market if terms.quantity]
    if not legs:
        return Prices(None, None)
    # The solver counts an inverse market in quote units: its coins are a constant × price.
    fixed, carry = (0.0, constant) if legs[0].inverse else (constant, 0.0)
    low, high = Edges(legs).interval(fixed, (1.0,) * len(legs), carry)
    return Prices(_price(low), _price(high))


def cross_prices(
    market: Sequence[Terms], wallet: float, others: Sequence[tuple[Terms, float]]
) -> Prices:
    """The same in a cross pool: `others` are its positions in other markets, with their marks."""
    rest = sum(surplus(terms, mark) for terms, mark in others)
    return liquidation_prices(market, wallet + rest)


def liquidation_price(terms: Terms, wallet: float) -> float | None:
    """Where one position is liquidated with nothing but `wallet` behind it."""
    return liquidation_prices((terms,), wallet).only((terms,))


def bankrupt_at(terms: Terms, wallet: float) -> float | None:
    """Where the wallet is lost: the liquidation price of a position of which nothing is asked."""
    return liquidation_price(Terms(terms.quantity, terms.entry, linear=terms.linear), wallet)


def requirement(terms: Terms, price: float) -> float:
    """Maintenance margin and liquidation fee at a price, in the settle currency."""
    return _value(terms, price)[1]


def maintenance_margin(terms: Terms, price: float) -> float:
    """Maintenance margin alone: rate · notional − deduction."""
    leg = terms.leg()
    return leg.maintenance(price, leg.piece_at(price)) if terms.quantity else 0.0


def surplus(terms: Terms, price: float) -> float:
    """Profit − requirement: what a position at its mark adds to the pool of another market."""
    profit, required = _value(terms, price)
    return profit - required


def implied_wallet(terms: Terms, price: float) -> float:
    """The wallet with which the position is liquidated at `price`: requirement − profit there."""
    return -surplus(terms, price)


def equity_over_requirement(terms: Terms, wallet: float, price: float) -> float:
    """(Wallet + profit) ÷ (maintenance + fee) at a price: 1 is liquidation, +inf of no position."""
    profit, required = _value(terms, price)
    return (wallet + profit) / required if required else inf


@dataclass(frozen=True, slots=True)
class Charge:
    """What a notional is asked for, and the tier that asks."""

    notional: float
    maintenance_margin: float
    rate: float
    deduction: float


def charge(terms: Terms, price: float) -> Charge:
    """The maintenance margin at a price, with the notional and the tier it comes from."""
    notional = terms.leg().notional(price)
    tier = tier_of(terms.tiers, notional) if terms.tiers else None
    return Charge(
        notional,
        maintenance_margin(terms, price),
        tier.rate if tier else terms.rate,
        tier.deduction if tier else terms.deduction,
    )


def charge_of_notional(notional: float, terms: Terms) -> Charge:
    """The same of a notional alone: so many units at a price of 1."""
    return charge(replace(terms, quantity=notional, entry=1.0, linear=True), 1.0)


def _value(terms: Terms, price: float) -> tuple[float, float]:
    """Profit and requirement."""
    leg = terms.leg()
    return leg.value(price, leg.piece_at(price)) if terms.quantity else (0.0, 0.0)


def _price(edge: float) -> float | None:
    return edge if 0.0 < edge < inf else None
