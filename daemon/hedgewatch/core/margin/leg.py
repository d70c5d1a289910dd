"""One position as the solver sees it: a concave function of its price, made of straight pieces.

With marginal tiers the requirement is a maximum of lines, so profit less requirement is a minimum
of lines. In the settle currency of a linear market it is straight in the price P; of an inverse
one it is straight in 1/P, so that multiplied by P it is straight in P again (margin.md §2.4).
"""

from collections.abc import Sequence

from hedgewatch.core.margin.term import Term
from hedgewatch.core.model import Tier

_NOTHING = (Tier(0.0, 0.0, 0.0),)
"""The table of a position of no size, which has no line."""


class Leg(Term):
    """Profit less requirement of `quantity`, entered at `entry`: level + slope · P by pieces.

    Linear: `quantity` in base units, signed. Inverse: in quote units (contracts · face), signed,
    floors and deductions in the settle coin, and level + slope · P is P times the coins.
    The requirement is θ · (rate · notional − deduction + fixed + fee · notional): `fee` is the
    liquidation fee, `fixed` a part that no price changes (the fee to close at entry). `burden` is
    the requirement alone, negative; `profit_level` and `profit_slope` the line of the profit.
    """

    __slots__ = (
        "burden", "entry", "inverse", "maintained", "profit_level", "profit_slope", "quantity",
        "required", "size",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - the terms of a contract, each with its usual value
        self,
        quantity: float,
        entry: float,
        tiers: Sequence[Tier],
        *,
        fee: float = 0.0,
        theta: float = 1.0,
        inverse: bool = False,
        fixed: float = 0.0,
    ) -> None:
        self.quantity = quantity
        self.entry = entry if quantity else 1.0
        self.inverse = inverse
        self.size = abs(quantity)
        self.profit_level, self.profit_slope = _profit(quantity, entry, inverse=inverse)
        table = tiers if quantity else _NOTHING
        starts, ascending = _by_price(table, self.size, inverse=inverse)
        self.maintained = tuple((tier.rate, tier.deduction - fixed) for tier in ascending)
        self.required = tuple(
            (theta * (rate + fee), theta * deduction) for rate, deduction in self.maintained
        )
        self.burden = _burden(starts, self.required, self.size, inverse=inverse)
        super().__init__(
            starts,
            [self.profit_level + level for level in self.burden.levels],
            [self.profit_slope + slope for slope in self.burden.slopes],
            gross=abs(self.profit_slope),
        )

    def notional(self, price: float) -> float:
        """In the settle currency."""
        return self.size / price if self.inverse else self.size * price

    def value(self, price: float, piece: int) -> tuple[float, float]:
        """Profit, and the requirement with θ and fee, in the settle currency."""
        rate, deduction = self.required[piece]
        if self.inverse:
            profit = self.quantity * (price - self.entry) / (self.entry * price)
            return profit, rate * (self.size / price) - deduction
        return self.quantity * (price - self.entry), rate * (self.size * price) - deduction

    def maintenance(self, price: float, piece: int) -> float:
        """What the venue calls maintenance margin: without θ and liquidation fee."""
        rate, deduction = self.maintained[piece]
        return rate * self.notional(price) - deduction

    def plain(self) -> bool:
        """Whether the leg is linear and a price against it always hurts it: no rate reaches 1."""
        return not self.inverse and all(slope * self.quantity > 0.0 for slope in self.slopes)


def _profit(quantity: float, entry: float, *, inverse: bool) -> tuple[float, float]:
    """The line of the profit alone."""
    if not quantity:
        return 0.0, 0.0
    return (-quantity, quantity / entry) if inverse else (-quantity * entry, quantity)


def _by_price(
    tiers: Sequence[Tier], size: float, *, inverse: bool
) -> tuple[list[float], Sequence[Tier]]:
    """The prices at which the pieces start, and the tier of each."""
    higher = tiers[1:]
    if inverse:  # the notional in coins falls as the price rises
        return [0.0, *(size / tier.floor for tier in reversed(higher))], tiers[::-1]
    return [0.0, *(tier.floor / size for tier in higher)], tiers


def _burden(
    starts: Sequence[float], required: Sequence[tuple[float, float]], size: float, *, inverse: bool
) -> Term:
    """The lines of the requirement, of which a linear leg's rates go with P, an inverse one's
    deductions do.
    """
    rates = [-rate * size for rate, _ in required]
    deductions = [deduction for _, deduction in required]
    return Term(starts, rates, deductions) if inverse else Term(starts, deductions, rates)
