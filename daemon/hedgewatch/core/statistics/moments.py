"""Exponentially weighted moments of returns on bars: variance, covariance, and what follows.

RiskMetrics' form with the mean taken as zero: over bars of a minute a mean is a hundredth of the
noise, and to estimate it would hide a steady slide from the volatility. Every squared return is
added to a sum and weighted down, never E[x²] − E[x]², so nothing cancels. Young sums are divided
by their own weight, 1 − λⁿ, so that a start is unbiased; what few bars say is `Unknown` all the
same. The cost of a bar is constant. (RiskMetrics Technical Document 1996, §5.2.)
"""

from math import atanh, sqrt

from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics.known import all_finite, correlation, quotient, unknown

WARM = 30
"""Bars before any estimate is told."""

_VARIANCE_FLOOR = 1e-18
"""Below a thousandth of a basis point a bar, a price does not move and predicts nothing."""

_PERFECT = 1.0 - 1e-12
"""atanh(1) is infinite."""


def decay_of(half_life: float) -> float:
    """λ of a half-life in bars, which must leave an effective sample of `WARM` bars at least."""
    decay = float(2.0 ** (-1.0 / half_life))
    if (1.0 + decay) / (1.0 - decay) < WARM:
        raise ValueError(f"a half-life of {half_life} bars never warms up")
    return decay


def not_warm(bars: int, needed: int = WARM) -> Unknown:
    """The reason of an estimate that has not seen enough."""
    return unknown(f"{bars} of {needed} minutes seen")


class _Weights:
    """How many bars were seen, and how many independent ones their weights amount to."""

    __slots__ = ("bars", "decay", "weight", "weight_squared")

    def __init__(self, half_life: float) -> None:
        self.decay = decay_of(half_life)
        self.bars = 0
        self.weight = 0.0
        self.weight_squared = 0.0

    def age(self) -> None:
        """Weigh down what was, for one more bar."""
        self.bars += 1
        self.weight = self.decay * self.weight + 1.0
        self.weight_squared = self.decay * self.decay * self.weight_squared + 1.0

    @property
    def effective(self) -> float:
        """n_eff = (Σw)² ÷ Σw² (Kish), which tends to (1 + λ) ÷ (1 − λ)."""
        return self.weight * self.weight / self.weight_squared if self.bars else 0.0


class Variance(_Weights):
    """The variance of one return a bar."""

    __slots__ = ("total",)

    def __init__(self, half_life: float) -> None:
        super().__init__(half_life)
        self.total = 0.0

    def add(self, change: float) -> None:
        """Take the return of one bar; what is no number is no return."""
        if not all_finite(change):
            return
        self.age()
        self.total = self.decay * self.total + change * change

    @property
    def value(self) -> Known:
        """σ² of one bar."""
        return self.total / self.weight if self.bars >= WARM else not_warm(self.bars)


class Covariance(_Weights):
    """Both variances and the covariance of two returns of the same bars."""

    __slots__ = ("product", "x_total", "y_total")

    def __init__(self, half_life: float) -> None:
        super().__init__(half_life)
        self.x_total = 0.0
        self.y_total = 0.0
        self.product = 0.0

    def add(self, x: float, y: float) -> None:
        """Take the two returns of one bar; half a pair is no pair."""
        if not all_finite(x, y):
            return
        self.age()
        self.x_total = self.decay * self.x_total + x * x
        self.y_total = self.decay * self.y_total + y * y
        self.product = self.decay * self.product + x * y

    def _flat(self, total: float) -> bool:
        return total <= _VARIANCE_FLOOR * self.weight

    @property
    def beta(self) -> Known:
        """Cov ÷ Var y: the minimum-variance ratio of covering x with y, in value (h*)."""
        if self.bars < WARM:
            return not_warm(self.bars)
        if self._flat(self.y_total):
            return unknown("the cover does not move")
        return quotient(self.product, self.y_total, "the cover does not move")

    @property
    def correlation(self) -> Known:
        """ρ, within ±1 whatever rounding does."""
        if self.bars < WARM:
            return not_warm(self.bars)
        if self._flat(self.x_total) or self._flat(self.y_total):
            return unknown("a side does not move")
        return correlation(self.product, self.x_total, self.y_total, "a side does not move")

    @property
    def effectiveness(self) -> Known:
        """ρ²: the share of the variance that the best ratio takes away (Ederington 1979)."""
        rho = self.correlation
        return rho if isinstance(rho, Unknown) else rho * rho

    def residual_variance(self, ratio: float) -> Known:
        """σ² of x − ratio·y over one bar, never below 0."""
        if self.bars < WARM:
            return not_warm(self.bars)
        total = self.x_total - ratio * (2.0 * self.product - ratio * self.y_total)
        return max(0.0, total) / self.weight

    def effectiveness_at(self, ratio: float) -> Known:
        """1 − residual variance ÷ own variance: below 0 when the cover makes it worse."""
        residual = self.residual_variance(ratio)
        if isinstance(residual, Unknown):
            return residual
        if self._flat(self.x_total):
            return unknown("the exposure does not move")
        return 1.0 - residual * self.weight / self.x_total


def correlation_shift(fast: Covariance, slow: Covariance) -> Known:
    """(atanh ρ_fast − atanh ρ_slow) ÷ its standard error (Fisher 1921): a score, not a p-value.

    The windows overlap and returns have fat tails, so it exceeds 3 more often than a normal would.
    Until the slow window holds twice what the fast one does, the two say the same.
    """
    recent, usual = fast.correlation, slow.correlation
    if isinstance(recent, Unknown):
        return recent
    if isinstance(usual, Unknown):
        return usual
    if slow.effective < 2.0 * fast.effective:
        return not_warm(slow.bars, int(2.0 * (1.0 + fast.decay) / (1.0 - fast.decay)) + 1)
    error = sqrt(1.0 / (fast.effective - 3.0) + 1.0 / (slow.effective - 3.0))
    return (_z(recent) - _z(usual)) / error


def _z(rho: float) -> float:
    return atanh(max(-_PERFECT, min(rho, _PERFECT)))
