"""Leverage and sizes the other way round: what the live measures are checked against."""

from hedgewatch.core.model import Known
from hedgewatch.core.statistics.known import all_finite, unknown


def leverage_for_move(move: float, rate: float, fee: float = 0.0, *, long: bool) -> Known:
    """The leverage at which just that adverse move liquidates: the inverse of `adverse_move`."""
    required = rate + fee
    margin = required + move * (1.0 - required if long else 1.0 + required)
    return 1.0 / margin if margin > 0.0 else unknown("no leverage is low enough")


def tailed(contracts: float, spot: float, futures: float) -> Known:
    """Contracts of a quantity hedge, corrected for daily settlement: N · S ÷ F (Hull §3.4)."""
    if futures <= 0.0:
        return unknown("no price of the futures")
    return contracts * spot / futures


def adverse_move(leverage: float, rate: float, fee: float = 0.0, *, long: bool) -> Known:
    """The move against a fresh isolated position that liquidates it; 0 or less: at once.

    (1/L − m − f) ÷ (1 ∓ (m + f)), − for a long, + for a short.
    """
    required = rate + fee
    if leverage <= 0.0 or not all_finite(leverage, required) or (long and required >= 1.0):
        return unknown("no such position")
    return (1.0 / leverage - required) / (1.0 - required if long else 1.0 + required)
