"""Coins as margin: what of their value counts, which venues cut down in slices (a haircut).

What is owned counts at a discount and what is owed in full, so that the counted value is concave
in the value: a hedge of discounted coins gains less than its cover loses (margin.md §2.6-11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from hedgewatch.core.margin.term import Term
from hedgewatch.core.model import CollateralSlice


class Discount:
    """How much of a value counts: `slices` of what is owned, `owed` for each unit of what is not.

    The first slice begins at 0; each counts at its own rate, never the whole at one. It is
    `straight` where all rates are one, so that there is nothing to look up, and `sliced` where not
    all of what is owned counts alike.
    """

    __slots__ = ("sliced", "straight", "term")

    def __init__(self, slices: Sequence[CollateralSlice], owed: float = 1.0) -> None:
        if slices[-1].ceiling < inf:  # what exceeds the last slice counts nothing
            slices = (*slices, CollateralSlice(inf, 0.0))
        rates = [owed, *(part.rate for part in slices)]
        starts = [-inf, 0.0, *(part.ceiling for part in slices[:-1])]
        if any(high > low for low, high in pairwise(rates)) or starts != sorted(starts):
            raise ValueError("more of a coin never counts more a unit than less of it")
        levels = [0.0]
        for start, (before, rate) in zip(starts[1:], pairwise(rates), strict=True):
            levels.append(levels[-1] + start * (before - rate))
        self.term = Term(starts, levels, rates)
        self.straight = rates[0] == rates[-1]
        self.sliced = rates[1] != rates[-1]

    def counted(self, value: float) -> float:
        """What counts of a value, both in the currency of the account."""
        level, rate = self.term.line_at(value)
        return level + rate * value


def at_rate(rate: float, owed: float = 1.0) -> Discount:
    """One rate for all that is owned: min(rate · value, value)."""
    return Discount((CollateralSlice(inf, rate),), owed)


IN_FULL = at_rate(1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collateral:
    """An amount of a coin, without unrealised profit, at its price in the account's currency.

    `beta` is its part of a common move (0 for the stable). `charge` is what it is asked by itself,
    in coins and before θ: a loan of it times the loan's maintenance rate.
    """

    coin: str
    amount: float
    price: float
    discount: Discount = IN_FULL
    beta: float = 0.0
    charge: float = 0.0
