"""How well the two sides of a hedge move together, and what it costs to hold, roll and leave."""

from collections.abc import Callable, Iterator
from math import inf
from typing import TYPE_CHECKING, Literal

from hedgewatch.core.book.rows import trading
from hedgewatch.core.book.rows.position_statistics import funding_per_day_of
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics import basket, carry
from hedgewatch.core.statistics.calendar import calendar_spread
from hedgewatch.core.statistics.estimates import HedgeEstimates
from hedgewatch.core.statistics.known import combine, unknown

if TYPE_CHECKING:  # a hedge has these measures and lists its legs
    from hedgewatch.core.book.rows.hedge import HedgeLeg

_PERPETUAL = unknown("the cover does not expire")
_NO_END = unknown("no leg of it ends")
_NO_PAIR = unknown("the cover is not a near and a later contract")
_NOT_TRADED = unknown("not traded yet")


class HedgeStatistics:
    """The measures of a hedge that nothing is kept for but its estimates."""

    __slots__ = ()

    estimates: HedgeEstimates
    exposure: "tuple[HedgeLeg, ...]"
    cover: "tuple[HedgeLeg, ...]"
    in_coins: bool
    exposure_value: Known
    cover_value: Known
    basis: Known
    hedge_drift: Known
    drift_in_the_dark: Known
    target: Known

    @property
    def hedge_beta(self) -> Known:
        return self.estimates.beta

    @property
    def hedge_correlation(self) -> Known:
        return self.estimates.correlation

    @property
    def recent_correlation(self) -> Known:
        return self.estimates.recent

    @property
    def correlation_shift(self) -> Known:
        return self.estimates.shift

    @property
    def minimum_variance_ratio(self) -> Known:
        """h* in the terms of `hedge_ratio`: coins or weighted value for each unit of value."""
        return combine(
            lambda beta, cover, exposure: beta * cover / exposure,
            self.estimates.beta,
            _counted(self.cover, in_coins=self.in_coins),
            _counted(self.exposure, in_coins=self.in_coins),
        )

    @property
    def hedge_effectiveness(self) -> Known:
        return self.estimates.effectiveness

    @property
    def held_effectiveness(self) -> Known:
        return combine(lambda share: 1.0 - share, self.residual_share)

    @property
    def residual_share(self) -> Known:
        moments = self.estimates.moments
        return combine(
            lambda exposure, cover: basket.residual_share(moments, exposure, cover),
            self.exposure_value,
            self.cover_value,
        )

    @property
    def residual_volatility(self) -> Known:
        moments = self.estimates.moments
        return combine(
            lambda exposure, cover: basket.residual_volatility(moments, exposure, cover),
            self.exposure_value,
            self.cover_value,
        )

    @property
    def annualised_basis(self) -> Known:
        left = self.cover_time_to_expiry_seconds
        if left == inf:
            return _PERPETUAL
        return combine(carry.annualised, self.basis, left)

    @property
    def funding_carry_per_day(self) -> Known:
        """Of all legs that are positions: what is owned in a wallet pays no funding."""
        return _sum(
            self.exposure + self.cover,
            lambda leg: (
                funding_per_day_of(leg.market, leg.quantity * leg.market.price * leg.rate)
                if leg.plan.symbol
                else 0.0
            ),
        )

    @property
    def cover_unwind_cost(self) -> Known:
        return _sum(self.cover, lambda leg: _closing(leg, "cost"))

    @property
    def cover_unwind_seconds(self) -> Known:
        longest: Known = 0.0
        for leg in self.cover:
            longest = combine(max, longest, leg.doubt or _closing(leg, "seconds"))
        return longest

    @property
    def cover_time_to_expiry_seconds(self) -> Known:
        first: Known = inf
        for leg in self.cover:
            first = combine(min, first, trading.time_to_expiry(leg.market))
        return first

    @property
    def hedge_drift_worst(self) -> Known:
        known = self.hedge_drift
        return self.drift_in_the_dark if isinstance(known, Unknown) else known

    @property
    def hedge_drift_after_expiry(self) -> Known:
        """The drift once the first contract of it has ended, at the numbers of now."""
        first = min(leg.end for leg in self.exposure + self.cover)
        if first == inf:
            return _NO_END
        left = (self._left(self.exposure, first), self._left(self.cover, first))
        return combine(
            lambda _, aim: basket.hedge_ratio(*left) / aim - 1.0, self.hedge_drift, self.target
        )

    def _left(self, legs: "tuple[HedgeLeg, ...]", end: float) -> float:
        """What counts of a side without what has ended by then."""
        return sum(leg.delta(in_coins=self.in_coins) for leg in legs if leg.end > end)

    @property
    def roll_cost(self) -> Known:
        pair = self.calendar_pair()
        if pair is None:
            return _NO_PAIR
        near, far = pair
        buy, sell = trading.quote_of(near.market), trading.quote_of(far.market)
        if isinstance(buy, Unknown):
            return buy
        if isinstance(sell, Unknown):
            return sell
        short = near.quantity < 0.0
        there, here = (buy[1], sell[0]) if short else (buy[0], sell[1])
        return carry.roll_cost(near.quantity, there, here, 0.0)

    @property
    def calendar_zscore(self) -> Known:
        pair = self.calendar_pair()
        if pair is None:
            return _NO_PAIR
        tick = float(pair[0].market.market.tick) if pair[0].market.market is not None else 0.0
        floor = tick / pair[0].market.price if pair[0].market.price else 0.0
        return combine(lambda y: self.estimates.calendar.score(y, floor), self.calendar_spread())

    def calendar_spread(self) -> Known:
        """(F₂ − F₁) ÷ F₁ of the two nearest contracts of the cover that expire."""
        pair = self.calendar_pair()
        if pair is None:
            return _NO_PAIR
        near, far = (leg.market for leg in pair)
        return near.doubt or far.doubt or calendar_spread(near.price, far.price)

    def calendar_pair(self) -> "tuple[HedgeLeg, HedgeLeg] | None":
        """The nearest expiring contract of the cover and the next one of the same underlying."""
        dated = sorted(_dated(self.cover), key=lambda pair: pair[0])
        if not dated:
            return None
        (first, near), *rest = dated
        base = near.market.symbol.partition("/")[0]
        for expiry, far in rest:
            if expiry > first and far.market.symbol.partition("/")[0] == base:
                return near, far
        return None


def _closing(leg: "HedgeLeg", name: Literal["cost", "seconds"]) -> Known:
    closing = trading.closing_of(leg.market, leg.quantity)
    if isinstance(closing, Unknown):
        return closing
    if name == "seconds":
        return closing.seconds
    return combine(lambda cost: cost * leg.rate, closing.cost)


def _dated(legs: "tuple[HedgeLeg, ...]") -> "Iterator[tuple[float, HedgeLeg]]":
    for leg in legs:
        if leg.market.market is not None and leg.market.market.expiry is not None:
            yield leg.market.market.expiry, leg


def _sum(legs: "tuple[HedgeLeg, ...]", measure: "Callable[[HedgeLeg], Known]") -> Known:
    total: Known = 0.0
    for leg in legs:
        total = combine(lambda a, b: a + b, total, leg.market.doubt or leg.doubt or measure(leg))
    return total


def _counted(legs: "tuple[HedgeLeg, ...]", *, in_coins: bool) -> Known:
    """How much of what the hedge ratio counts in is one unit of value of this side.

    Without holdings it is as if the first leg were held.
    """
    value = counted = 0.0
    for leg in legs:
        value += leg.quantity * leg.market.price * leg.rate
        counted += leg.delta(in_coins=in_coins)
    if value and counted:
        return counted / value
    leg = legs[0]
    if not in_coins:
        return leg.plan.beta
    return leg.underlying_units / leg.market.price if leg.market.price else _NOT_TRADED
