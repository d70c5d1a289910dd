"""What comes out of a formula is a number or says why it is none: a NaN would pass every rule."""

from collections.abc import Callable
from math import isfinite, sqrt

from hedgewatch.core.model import Known, Unknown


def unknown(reason: str) -> Unknown:
    """Not known for a reason that has no moment of its own."""
    return Unknown(reason, 0.0)


def quotient(top: float, bottom: float, reason: str) -> Known:
    """A finite `top` ÷ `bottom`, else unknown for that reason."""
    if bottom == 0.0 or not all_finite(top, bottom):
        return unknown(reason)
    value = top / bottom
    return value if isfinite(value) else unknown(reason)


def all_finite(*values: float) -> bool:
    """Whether every input is a number at all."""
    return all(map(isfinite, values))


def correlation(covariance: float, variance: float, other: float, reason: str) -> Known:
    """Covariance over both standard deviations, which rounding must not carry beyond ±1."""
    rho = quotient(covariance, sqrt(variance) * sqrt(other), reason)
    return rho if isinstance(rho, Unknown) else max(-1.0, min(rho, 1.0))


def combine(function: Callable[..., Known], *values: Known) -> Known:
    """The function of some numbers, or the first of them that is unknown."""
    for value in values:
        if isinstance(value, Unknown):
            return value
    return function(*values)
