"""Basis and roll as textbooks print them (Hull ch. 5), for the live measures to be held against."""

from math import log

from hedgewatch.core.model import Known
from hedgewatch.core.statistics.carry import annualised
from hedgewatch.core.statistics.known import quotient, unknown

_HOUR = 3_600.0
_YEAR = 365.0 * 86_400.0
_EXPIRED = unknown("the contract has expired")


def annualised_basis_continuous(futures: float, spot: float, left: float) -> Known:
    """ln(F ÷ S) · year ÷ time left, with the same limits."""
    ratio = quotient(futures, spot, "no spot price")
    if left <= 0.0:
        return _EXPIRED
    if not isinstance(ratio, float):
        return ratio
    return log(ratio) * _YEAR / max(left, _HOUR) if ratio > 0.0 else unknown("no price")


def roll_yield(near: float, far: float, between: float) -> Known:
    """(F₂ ÷ F₁ − 1) · year ÷ time between the expiries: what a short gains a year by rolling."""
    if between < _HOUR:
        return unknown("both expire at the same time")
    ratio = quotient(far, near, "no price of the near contract")
    return (ratio - 1.0) * _YEAR / between if isinstance(ratio, float) else ratio


def basis(futures: float, spot: float) -> Known:
    """Futures ÷ spot − 1."""
    ratio = quotient(futures, spot, "no spot price")
    return ratio - 1.0 if isinstance(ratio, float) else ratio


def annualised_basis(futures: float, spot: float, left: float) -> Known:
    """(F ÷ S − 1) · year ÷ time left."""
    simple = basis(futures, spot)
    return annualised(simple, left) if isinstance(simple, float) else simple


def funding_apr(rate: float, interval: float) -> Known:
    """A rate a year, not compounded: rate · 8760 ÷ hours of the interval."""
    return quotient(rate * _YEAR, interval, "the market has no funding interval")
