"""The adverse move that textbooks give, which the solver is held against."""

from hedgewatch.core.model import Known
from hedgewatch.core.statistics.known import all_finite, unknown


def adverse_move(leverage: float, rate: float, fee: float = 0.0, *, long: bool) -> Known:
    """The move against a fresh isolated position that liquidates it; 0 or less: at once.

    (1/L − m − f) ÷ (1 ∓ (m + f)), − for a long, + for a short.
    """
    required = rate + fee
    if leverage <= 0.0 or not all_finite(leverage, required) or (long and required >= 1.0):
        return unknown("no such position")
    return (1.0 / leverage - required) / (1.0 - required if long else 1.0 + required)
