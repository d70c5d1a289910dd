"""Tables of maintenance tiers: the deductions that keep a table continuous, and whether one is."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from hedgewatch.core.model import Tier

_ROUNDED = 1e-3


def deductions(brackets: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """What venues publish as `cum`, from (floor, rate): cum += floor · (rate − the rate before).

    In decimals, so that published tables are met to their last digit (margin.md §1.1).
    """
    cum, before, found = Decimal(0), Decimal(0), list[float]()
    for position, (floor, rate) in enumerate(brackets):
        exact = Decimal(repr(rate))
        if position:
            cum += Decimal(repr(floor)) * (exact - before)
        before = exact
        found.append(float(cum))
    return tuple(found)


def marginal(brackets: Sequence[tuple[float, float]]) -> tuple[Tier, ...]:
    """The tiers of (floor, rate) with the deductions that make the requirement continuous."""
    return tuple(
        Tier(floor, rate, cum)
        for (floor, rate), cum in zip(brackets, deductions(brackets), strict=True)
    )


def are_marginal(tiers: Sequence[Tier]) -> bool:
    """Whether the requirement is continuous and ever steeper, which the solver stands on.

    Venues round their deductions: a step of a thousandth of the requirement passes for none.
    """
    if not tiers or tiers[0].floor != 0.0 or tiers[0].deduction != 0.0:
        return False
    for low, high in pairwise(tiers):
        step = low.deduction + high.floor * (high.rate - low.rate)
        if high.floor <= low.floor or high.rate < low.rate:
            return False
        if abs(step - high.deduction) > _ROUNDED * high.floor * high.rate:
            return False
    return True


def tier_of(tiers: Sequence[Tier], size: float) -> Tier:
    """The tier of a whole position by its size (OKX: contracts), the first for what is below it."""
    return next((tier for tier in reversed(tiers) if size >= tier.floor), tiers[0])


def at_any_price(rate: float) -> tuple[Tier, ...]:
    """The table of a position whose rate does not change with the price."""
    return (Tier(0.0, rate, 0.0),)
