"""Positions whose requirement jumps or bends, and the pools that hold one.

Such a pool is of one currency and of one kind of market, linear or inverse: what the scan solves.
"""

from collections.abc import Sequence

from hedgewatch.core.margin.account import reciprocal
from hedgewatch.core.margin.curve import Curve, curve_of
from hedgewatch.core.margin.edges import EMPTY
from hedgewatch.core.margin.leg import Leg
from hedgewatch.core.margin.scan import Scan
from hedgewatch.core.margin.tiers import at_any_price


class BentLeg(Leg):
    """A leg whose requirement is that of `curve`, which has θ and fee in it.

    Its pieces are those of the profit alone.
    """

    __slots__ = ("_fee", "_theta", "curve")

    def __init__(
        self,
        quantity: float,
        entry: float,
        curve: Curve,
        *,
        inverse: bool,
        fee: float = 0.0,
        theta: float = 1.0,
    ) -> None:
        super().__init__(quantity, entry, at_any_price(0.0), inverse=inverse)
        self.curve = curve
        self._fee = fee
        self._theta = theta

    def value(self, price: float, piece: int) -> tuple[float, float]:  # noqa: ARG002 - has none
        """Profit, and the requirement with θ and fee, in the settle currency."""
        return self.curve.value(1.0 / price if self.inverse else price)

    def maintenance(self, price: float, piece: int) -> float:
        """Without θ and liquidation fee."""
        return self.value(price, piece)[1] / self._theta - self._fee * self.notional(price)

    def plain(self) -> bool:
        """Never for the fast solver."""
        return False


def shock_interval(
    legs: Sequence[Leg], prices: Sequence[float], wallet: float
) -> tuple[float, float]:
    """The common moves x between which a pool stands, every price going by x.

    When it does not stand now, those of the nearest moves between which it would.
    """
    scales = [1.0 / price for price in prices] if legs[0].inverse else prices
    low, high = _scanned(legs, scales, wallet, 1.0)
    return low - 1.0, high - 1.0


def price_interval(legs: Sequence[Leg], price: float, rest: float) -> tuple[float, float]:
    """The prices of one market between which its legs and the `rest` of the surplus stand."""
    now = 1.0 / price if legs[0].inverse else price
    return _scanned(legs, [1.0] * len(legs), rest, now)


def _scanned(
    legs: Sequence[Leg], scales: Sequence[float], constant: float, now: float
) -> tuple[float, float]:
    curves = [leg.curve if isinstance(leg, BentLeg) else curve_of(leg) for leg in legs]
    found = Scan(constant, curves, scales).interval(now)
    return reciprocal(found) if legs[0].inverse and found != EMPTY else found
