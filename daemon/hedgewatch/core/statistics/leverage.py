"""Leverage as it really is, and sizes that a loss can be borne at.

Sizes are rounded with Decimal where it matters, because floor(0.3 ÷ 0.1) is 2 in floats.
"""

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal
from math import inf, isfinite

from hedgewatch.core.model import Known
from hedgewatch.core.statistics.known import unknown

_HAIR, _MANY = 1e-6, 1e8
"""A quotient of floats below the one and not within the other of a whole number has the whole
part that the decimals have, for a fifth of the time.
"""


def effective_leverage(value: float, equity: float) -> float:
    """Gross value over equity, or net with a signed value; infinite when the equity is gone."""
    if value == 0.0:
        return 0.0
    return value / equity if equity > 0.0 else (inf if value > 0.0 else -inf)


def size_by_risk(
    equity: float,
    risk: float,
    entry: float,
    stop: float,
    contract: tuple[float, Decimal, float],
    most: float = inf,
) -> Known:
    """Contracts that lose `risk` (0.01 to 0.02) of the equity from entry to stop, rounded down.

    `contract` is its size in base units, its step, and the fees of both trades in money a
    contract; `most` are as many as the liquidation price lies beyond the stop with.
    """
    size, step, fees = contract
    loss = abs(entry - stop) * size + fees
    if not isfinite(equity + risk + loss) or loss <= 0.0 or step <= 0:
        return unknown("no loss to bound the size by")
    steps = min(max(0.0, risk * equity) / loss, max(0.0, most)) / float(step)
    if steps < _MANY and _HAIR < steps % 1.0 < 1.0 - _HAIR:
        return float(int(steps) * step)
    wanted = Decimal(repr(max(0.0, risk * equity))) / Decimal(repr(loss))
    bounded = min(wanted, Decimal(repr(max(0.0, most))))
    return float((bounded / step).to_integral_value(ROUND_FLOOR) * step)


def size_that_stands(
    spare: float, loss: float, notional: float, required: Iterable[tuple[float, float]]
) -> float:
    """Contracts with which a pool is just not liquidated before the stop.

    `spare` is its equity less what its other positions require, `loss` and `notional` are those of
    one contract at the stop, `required` the rate and deduction of each tier, θ and fee within. The
    requirement is the greatest of the tiers' lines, so the fewest contracts of them all hold.
    """
    return min([(spare + deduction) / (loss + rate * notional) for rate, deduction in required])
