"""The solver: how much margin a position needs, and between which prices a pool is safe.

With marginal tiers the requirement is a maximum of lines, so the surplus of a pool (equity less
requirement) is concave and piecewise linear in the price of a linear contract, and in a common
shock of all prices. The safe set is one interval; its edges are found by Newton steps on the
lines, exactly and without a tolerance (`daemon/NUMBERS.md`; Binance FAQ b3c689c1 for the terms).

Written for `y` > 0, which is a price (scale 1) or 1 + shock (scale = the price): leg `i` adds
`level[k] + slope[k]·scale·y` to the surplus, where `k` is its tier at the notional size·scale·y.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import inf

from hedgewatch.core.model import Tier

EMPTY = (inf, -inf)
"""The safe interval of a pool that no price can save."""

_FLAT = 1e-9
"""A slope below this fraction of the gross size is a hedge so even that no root means anything."""


class Leg:
    """One position as the solver sees it: `quantity` signed base units, entered at `entry`."""

    __slots__ = ("ceilings", "floors", "levels", "quantity", "rates", "size", "slopes")

    def __init__(self, quantity: float, entry: float, tiers: Sequence[Tier]) -> None:
        self.quantity = quantity
        self.size = abs(quantity)
        self.floors = tuple(tier.floor for tier in tiers)
        self.ceilings = (*self.floors[1:], inf)
        self.rates = tuple((tier.rate, tier.deduction) for tier in tiers)
        self.levels = tuple(tier.deduction - quantity * entry for tier in tiers)
        self.slopes = tuple(quantity - tier.rate * self.size for tier in tiers)

    def tier_at(self, notional: float, hint: int = 0) -> int:
        """The tier of a notional, walked from `hint` because it moves by one at most on a tick."""
        while notional >= self.ceilings[hint]:
            hint += 1
        while hint and notional < self.floors[hint]:
            hint -= 1
        return hint

    def requirement(self, notional: float, tier: int) -> float:
        """Maintenance margin, in the settle currency: rate · notional − deduction."""
        rate, deduction = self.rates[tier]
        return rate * notional - deduction


def are_marginal(tiers: Sequence[Tier]) -> bool:
    """Whether the requirement is continuous and ever steeper, which the solver stands on."""
    if not tiers or tiers[0].floor != 0.0 or tiers[0].deduction != 0.0:
        return False
    for low, high in pairwise(tiers):
        step = low.deduction + high.floor * (high.rate - low.rate)
        if high.floor <= low.floor or high.rate < low.rate:
            return False
        if abs(step - high.deduction) > 1e-6 * max(1.0, abs(step)):
            return False
    return True


class Edges:
    """Finds the safe interval of some legs, remembering the tiers of its last answer.

    The remembered tiers are tried first: a root whose own tiers they are is the root.
    """

    __slots__ = ("_down", "_legs", "_up")

    def __init__(self, legs: Sequence[Leg]) -> None:
        self._legs = tuple(legs)
        self._down = [0] * len(self._legs)
        self._up = [len(leg.floors) - 1 for leg in self._legs]

    def interval(self, constant: float, scales: Sequence[float]) -> tuple[float, float]:
        """Where constant + Σ legs ≥ 0: (low, high), −inf or +inf on an open side, or EMPTY."""
        high = self._edge(constant, scales, self._up, up=True)
        if high == -inf:
            return EMPTY
        return self._edge(constant, scales, self._down, up=False), high

    def _edge(
        self, constant: float, scales: Sequence[float], tiers: list[int], *, up: bool
    ) -> float:
        level, slope = self._line(constant, scales, tiers)
        if (slope < 0.0) is up and slope:
            root = -level / slope
            if root > 0.0 and self._holds(root, scales, tiers):
                return root
        return self._newton(constant, scales, tiers, up=up)

    def _newton(
        self, constant: float, scales: Sequence[float], tiers: list[int], *, up: bool
    ) -> float:
        """From the outermost lines inwards; each step lands on or outside the root."""
        nowhere, everywhere = (-inf, inf) if up else (inf, -inf)
        for index, leg in enumerate(self._legs):
            tiers[index] = len(leg.floors) - 1 if up else 0
        level, slope = self._line(constant, scales, tiers)
        flat = _FLAT * sum(leg.size * scale for leg, scale in zip(self._legs, scales, strict=True))
        if slope > -flat if up else slope < flat:
            return nowhere if up and slope <= flat and level < 0.0 else everywhere
        while (slope < 0.0) is up and slope:
            root = -level / slope
            if root <= 0.0:
                return nowhere if up else everywhere
            if not self._step(root, scales, tiers, up=up):
                return root
            level, slope = self._line(constant, scales, tiers)
        return nowhere

    def _line(
        self, constant: float, scales: Sequence[float], tiers: Sequence[int]
    ) -> tuple[float, float]:
        slope = 0.0
        for leg, scale, tier in zip(self._legs, scales, tiers, strict=True):
            constant += leg.levels[tier]
            slope += leg.slopes[tier] * scale
        return constant, slope

    def _holds(self, root: float, scales: Sequence[float], tiers: Sequence[int]) -> bool:
        for leg, scale, tier in zip(self._legs, scales, tiers, strict=True):
            notional = leg.size * scale * root
            if notional < leg.floors[tier] or notional >= leg.ceilings[tier]:
                return False
        return True

    def _step(self, root: float, scales: Sequence[float], tiers: list[int], *, up: bool) -> bool:
        """Move to the tiers at `root`, inwards only, so that rounding cannot make it circle."""
        moved = False
        for index, (leg, scale) in enumerate(zip(self._legs, scales, strict=True)):
            tier = leg.tier_at(leg.size * scale * root, tiers[index])
            if tier < tiers[index] if up else tier > tiers[index]:
                tiers[index] = tier
                moved = True
        return moved
