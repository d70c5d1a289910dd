"""Positions whose requirement is not a marginal table, as pieces that may jump and bend."""

from bisect import bisect_right
from collections.abc import Sequence

from hedgewatch.core.margin.leg import Leg
from hedgewatch.core.margin.stretch import Shape
from hedgewatch.core.model import Tier


class Curve:
    """Profit less requirement by pieces from `starts[k]` on, which need not meet.

    Of a linear position in the price, of an inverse one in u = 1/price, in which its coins are
    straight. `profit` is the line of the profit alone, `gross` its steepness.
    """

    __slots__ = ("gross", "profit", "shapes", "starts")

    def __init__(
        self, profit: tuple[float, float], starts: Sequence[float], asked: Sequence[Shape]
    ) -> None:
        """`asked` are the requirements."""
        self.profit = profit
        self.gross = abs(profit[1])
        self.starts = tuple(starts)
        self.shapes = tuple(
            Shape(profit[0] - a.constant, profit[1] - a.linear, -a.square, -a.root) for a in asked
        )

    def value(self, z: float) -> tuple[float, float]:
        """Profit and requirement at `z`, in the settle currency."""
        profit = self.profit[0] + self.profit[1] * z
        shape = self.shapes[max(bisect_right(self.starts, z) - 1, 0)]
        return profit, profit - shape.at(z)


def stepped(
    quantity: float,
    entry: float,
    tiers: Sequence[Tier],
    *,
    fee: float = 0.0,
    theta: float = 1.0,
    inverse: bool = False,
) -> Curve:
    """Any table, each tier as it stands: whole-position rates, which jump with the notional."""
    size = abs(quantity)
    return Curve(
        _profit(quantity, entry, inverse=inverse),
        [tier.floor / size for tier in tiers],
        [Shape(-theta * tier.deduction, theta * (tier.rate + fee) * size) for tier in tiers],
    )


def square_root(
    quantity: float,
    entry: float,
    base: float,
    factor: float,
    *,
    fee: float = 0.0,
    theta: float = 1.0,
) -> Curve:
    """A linear position asked max(base, factor · √notional) of its notional (Backpack)."""
    size = abs(quantity)
    flat = Shape(0.0, theta * (base + fee) * size)
    if not factor:
        return Curve(_profit(quantity, entry, inverse=False), [0.0], [flat])
    bent = Shape(0.0, theta * fee * size, 0.0, theta * factor * size**1.5)
    starts = [0.0, (base / factor) ** 2 / size]
    return Curve(_profit(quantity, entry, inverse=False), starts, [flat, bent])


def growing(
    quantity: float,
    entry: float,
    base: float,
    slope: float,
    *,
    fee: float = 0.0,
    theta: float = 1.0,
) -> Curve:
    """An inverse position whose rate is base + slope · coins (Deribit): quadratic in 1/price."""
    size = abs(quantity)
    asked = Shape(0.0, theta * (base + fee) * size, theta * slope * size * size)
    return Curve(_profit(quantity, entry, inverse=True), [0.0], [asked])


def curve_of(leg: Leg) -> Curve:
    """A leg with a marginal table, to stand beside others that have none."""
    burden = leg.burden.reciprocal() if leg.inverse else leg.burden
    asked = [Shape(-lv, -sl) for lv, sl in zip(burden.levels, burden.slopes, strict=True)]
    return Curve(_profit(leg.quantity, leg.entry, inverse=leg.inverse), burden.starts, asked)


def _profit(quantity: float, entry: float, *, inverse: bool) -> tuple[float, float]:
    """The line of the profit: in the price, of an inverse position in 1/price."""
    if not quantity:
        return 0.0, 0.0
    return (quantity / entry, -quantity) if inverse else (-quantity * entry, quantity)
