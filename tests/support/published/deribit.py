"""Deribit's prices of liquidation: the rate grows with the size, so inverse ones are quadratic."""

from math import sqrt

from hedgewatch.core.margin.deribit import SizedRate
from tests.support.published.single import Prices


def inverse_prices(quantity: float, entry: float, wallet: float, rate: SizedRate) -> Prices:
    """Where an inverse position is liquidated, falling and rising; None where it is not.

    With u = 1 ÷ P the surplus is W + Q ÷ E − (s + base)·|Q|·u − slope·Q²·u²: safe between its
    roots, of which the greater is the price below and the smaller, if positive, the one above.
    """
    side, face = (1.0, quantity) if quantity > 0.0 else (-1.0, -quantity)
    if not face:
        return Prices(None, None)
    square = rate.slope * face * face
    line = (side + rate.base) * face
    constant = wallet + quantity / entry
    if not square:
        return _of_line(line, constant)
    inside = line * line + 4.0 * square * constant
    if inside < 0.0:
        return Prices(None, None)
    # The root without cancellation first, the other by their product −constant ÷ square.
    far = -0.5 * (line + sqrt(inside) if line >= 0.0 else line - sqrt(inside))
    roots = sorted((far / square, -constant / far)) if far else [0.0, 0.0]
    return Prices(_inverse(roots[1]), _inverse(roots[0]))


def _of_line(line: float, constant: float) -> Prices:
    root = _inverse(constant / line) if line else None
    return Prices(root, None) if line > 0.0 else Prices(None, root)


def _inverse(root: float) -> float | None:
    return 1.0 / root if root > 0.0 else None
