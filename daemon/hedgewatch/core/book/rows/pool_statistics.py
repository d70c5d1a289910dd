"""Leverage and funding of a whole margin pool: worked out when it is asked for."""

from math import inf
from operator import mul
from typing import TYPE_CHECKING

from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics import carry, leverage
from hedgewatch.core.statistics.known import combine, unknown

if TYPE_CHECKING:  # a position names its pool
    from hedgewatch.core.book.rows.account import AccountRow
    from hedgewatch.core.book.rows.position import PositionRow

_NO_LIMIT = unknown("no limit is set")


class PoolStatistics:
    """The measures of a pool that nothing is kept for."""

    __slots__ = ()

    account: "AccountRow"
    plain: bool
    positions: "list[PositionRow]"
    equity: Known
    headroom: Known

    @property
    def effective_leverage(self) -> Known:
        return combine(leverage.effective_leverage, self._value(signed=False), self.equity)

    @property
    def leverage_limit(self) -> Known:
        limit = self.account.leverage_limit
        return _NO_LIMIT if limit is None else limit

    @property
    def net_leverage(self) -> Known:
        return combine(leverage.effective_leverage, self._value(signed=True), self.equity)

    @property
    def funding_per_day(self) -> Known:
        total = 0.0
        for position in self.positions:
            paid = position.funding_per_day
            if not self.plain:
                paid = combine(mul, paid, position.settle_price)
            if isinstance(paid, Unknown):
                return paid
            total += paid
        return total

    @property
    def median_time_to_liquidation_seconds(self) -> Known:
        """Of the market that is there first, the others standing still."""
        soonest: Known = inf
        for position in self.positions:
            soonest = combine(min, soonest, position.median_time_to_liquidation_seconds)
        return soonest

    @property
    def time_to_liquidation_by_funding_seconds(self) -> Known:
        return combine(carry.time_to_liquidation_by_funding, self.headroom, self.funding_per_day)

    def _value(self, *, signed: bool) -> Known:
        """The notional of all positions, in the currency of the pool, in which plain ones are."""
        total = 0.0
        if self.plain:
            for position in self.positions:
                notional = position.notional
                if isinstance(notional, Unknown):
                    return notional
                total += -notional if signed and position.contracts < 0.0 else notional
            return total
        for position in self.positions:
            value = combine(mul, position.notional, position.settle_price)
            if isinstance(value, Unknown):
                return value
            total += -value if signed and position.contracts < 0.0 else value
        return total
