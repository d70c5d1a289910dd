"""Hedge ratios as the textbooks print them, from whole series or from their summary.

What the vectors ask for that others publish (tests/vectors) and the daemon does not: its live
measures estimate bar by bar. Both divide alike, by `quotient` and `correlation`
(Hull, Options Futures and Other Derivatives, ch. 3; RiskMetrics Technical Document 1996, ch. 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

from hedgewatch.core.model import Known
from hedgewatch.core.statistics.known import all_finite, correlation, quotient, unknown


@dataclass(frozen=True, slots=True)
class SeriesHedge:
    """What two series of changes say: sample standard deviations, correlation, and the ratio."""

    sigma_spot: float
    sigma_futures: float
    rho: Known
    ratio: Known


def hedge_from_series(
    spot_changes: Sequence[float], futures_changes: Sequence[float]
) -> SeriesHedge | None:
    """Hull ex. 3.3: sample moments (n − 1) of paired changes; None below two pairs or unpaired."""
    count = len(spot_changes)
    if count < 2 or len(futures_changes) != count:
        return None
    if not all_finite(*spot_changes, *futures_changes):
        return None
    spot, futures = _deviations(spot_changes), _deviations(futures_changes)
    spot_variance = _covariance(spot, spot)
    futures_variance = _covariance(futures, futures)
    covariance = _covariance(spot, futures)
    return SeriesHedge(
        sqrt(spot_variance),
        sqrt(futures_variance),
        correlation(covariance, spot_variance, futures_variance, "a series does not move"),
        quotient(covariance, futures_variance, "the futures do not move"),
    )


def _deviations(changes: Sequence[float]) -> list[float]:
    mean = sum(changes) / len(changes)
    return [change - mean for change in changes]


def _covariance(first: Sequence[float], second: Sequence[float]) -> float:
    """Of a sample, from its deviations; a variance when both are the same."""
    products = sum(x * y for x, y in zip(first, second, strict=True))
    return products / (len(first) - 1)


def minimum_variance_ratio(rho: float, sigma_spot: float, sigma_futures: float) -> Known:
    """h* = ρ σ_s ÷ σ_f (Johnson 1960)."""
    return quotient(rho * sigma_spot, sigma_futures, "the futures do not move")


def contracts(ratio: float, exposure: float, contract_size: float) -> Known:
    """N* = h Q_s ÷ Q_f: quantities, for a ratio of price changes; before rounding."""
    return quotient(ratio * exposure, contract_size, "the contract has no size")


def contracts_tailed(
    ratio: float, exposure: float, spot: float, contract_size: float, futures: float
) -> Known:
    """N* = h V_s ÷ V_f: values, for a ratio of returns, which daily settlement asks for."""
    return quotient(ratio * exposure * spot, contract_size * futures, "the contract has no value")


def beta_contracts(portfolio: float, beta: float, futures: float, multiplier: float) -> Known:
    """N* = β V_portfolio ÷ V_futures (Hull §3.5): contracts to sell against a portfolio."""
    return quotient(beta * portfolio, futures * multiplier, "the contract has no value")


def days_to_tolerance(decay: float, tolerance: float) -> Known:
    """Observations until the weight of all older ones is `tolerance`: ln τ ÷ ln λ, not rounded.

    RiskMetrics table 5.7 prints it rounded: 74 for λ 0.94 and 1 %, 151 for 0.97.
    """
    if not (0.0 < decay < 1.0 and 0.0 < tolerance < 1.0):
        return unknown("decay and tolerance lie between 0 and 1")
    return log(tolerance) / log(decay)
