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
from operator import le, lt, mul

from hedgewatch.core.model import Tier

EMPTY = (inf, -inf)
"""The safe interval of a pool that no price can save."""

_ROUNDED = 1e-3
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

    def plain(self) -> bool:
        """Whether every rate is below 1, so that a price against the leg always hurts it."""
        return all(slope * self.quantity > 0.0 for slope in self.slopes)

    def requirement(self, notional: float, tier: int) -> float:
        """Maintenance margin, in the settle currency: rate · notional − deduction."""
        rate, deduction = self.rates[tier]
        return rate * notional - deduction


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


class _Side:
    """The tiers that one edge was last found in, and the line that they make."""

    __slots__ = ("ends", "legs", "level", "outermost", "slopes", "starts", "tiers")

    def __init__(self, legs: Sequence[Leg], *, up: bool) -> None:
        self.legs = legs
        self.outermost = [len(leg.floors) - 1 if up else 0 for leg in legs]
        self.settle(self.outermost)

    def settle(self, tiers: list[int]) -> None:
        """Take the line of these tiers."""
        chosen = tuple(zip(self.legs, tiers, strict=True))
        self.tiers = tiers
        self.level = sum(leg.levels[tier] for leg, tier in chosen)
        self.slopes = tuple(leg.slopes[tier] for leg, tier in chosen)
        self.starts = tuple(leg.floors[tier] / leg.size for leg, tier in chosen)
        self.ends = tuple(leg.ceilings[tier] / leg.size for leg, tier in chosen)

    def contains(self, root: float, scales: Sequence[float]) -> bool:
        """Whether every leg is within its tier at `root`."""
        prices = [scale * root for scale in scales]
        return all(map(le, self.starts, prices)) and all(map(lt, prices, self.ends))

    def step(self, root: float, scales: Sequence[float], *, up: bool) -> bool:
        """Move to the tiers at `root`, inwards only, so that rounding cannot make it circle."""
        inwards = min if up else max
        tiers = [
            inwards(tier, leg.tier_at(leg.size * scale * root, tier))
            for leg, scale, tier in zip(self.legs, scales, self.tiers, strict=True)
        ]
        if tiers == self.tiers:
            return False
        self.settle(tiers)
        return True


class Edges:
    """Finds the safe interval of some legs, remembering the tiers of its last answer.

    The remembered tiers are tried first: a root within the tiers that made it is the root.
    """

    __slots__ = ("_down", "_gross", "_up")

    def __init__(self, legs: Sequence[Leg]) -> None:
        self._down = _Side(tuple(legs), up=False)
        self._up = _Side(tuple(legs), up=True)
        self._gross = tuple(leg.size for leg in legs)

    def interval(self, constant: float, scales: Sequence[float]) -> tuple[float, float]:
        """Where constant + Σ legs ≥ 0: (low, high), −inf or +inf on an open side, or EMPTY."""
        high = self._edge(self._up, constant, scales, up=True)
        if high == -inf:
            return EMPTY
        return self._edge(self._down, constant, scales, up=False), high

    def _edge(self, side: _Side, constant: float, scales: Sequence[float], *, up: bool) -> float:
        slope: float = sum(map(mul, side.slopes, scales))
        if (slope < 0.0) is up and slope:
            root = -(constant + side.level) / slope
            if root > 0.0 and side.contains(root, scales):
                return root
        return self._newton(side, constant, scales, up=up)

    def _newton(self, side: _Side, constant: float, scales: Sequence[float], *, up: bool) -> float:
        """From the outermost lines inwards; each step lands on or outside the root."""
        nowhere, everywhere = (-inf, inf) if up else (inf, -inf)
        if side.tiers != side.outermost:
            side.settle(side.outermost)
        slope: float = sum(map(mul, side.slopes, scales))
        flat = _FLAT * sum(map(mul, self._gross, scales))
        if slope > -flat if up else slope < flat:
            short = up and slope <= flat and constant + side.level < 0.0
            return nowhere if short else everywhere
        while (slope < 0.0) is up and slope:
            root = -(constant + side.level) / slope
            if root <= 0.0:
                return nowhere if up else everywhere
            if not side.step(root, scales, up=up):
                return root
            slope = sum(map(mul, side.slopes, scales))
        return nowhere


class Line:
    """The same for one leg alone, which is what most markets of most pools are.

    A long has a lower edge only and a short an upper one: its one line is remembered. For legs
    that are `plain`: a requirement that grows slower than the price.
    """

    __slots__ = ("_edges", "_ends", "_long", "_sides", "_starts", "_tier", "leg")

    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self._long = leg.quantity > 0.0
        self._edges = Edges((leg,))
        self._starts = tuple(floor / leg.size for floor in leg.floors)
        self._ends = (*self._starts[1:], inf)
        self._tier = 0

    def interval(self, constant: float) -> tuple[float, float]:
        """As `Edges.interval`, in prices."""
        leg, tier = self.leg, self._tier
        if self._long and constant + leg.levels[0] >= 0.0:
            return -inf, inf  # the pool stands even when the price is nothing
        root = -(constant + leg.levels[tier]) / leg.slopes[tier]
        if root > 0.0 and self._starts[tier] <= root < self._ends[tier]:
            return (root, inf) if self._long else (-inf, root)
        low, high = interval = self._edges.interval(constant, _ONE)
        edge = low if self._long else high
        if 0.0 < edge < inf:
            self._tier = leg.tier_at(leg.size * edge, tier)
        return interval


_ONE = (1.0,)
