"""What statistics, time and the order book say of a position: worked out when it is asked for."""

from math import inf, log, sqrt
from typing import TYPE_CHECKING

from hedgewatch.core.book.rows import trading
from hedgewatch.core.book.rows.market import MarketRow
from hedgewatch.core.margin import Leg
from hedgewatch.core.model import Known, Market, Unknown
from hedgewatch.core.statistics import barrier, carry
from hedgewatch.core.statistics.known import combine, unknown
from hedgewatch.core.statistics.leverage import size_by_risk, size_that_stands

if TYPE_CHECKING:  # they list their positions
    from hedgewatch.core.book.rows.account import AccountRow
    from hedgewatch.core.book.rows.pool import PoolRow

MARK_STEP = 1.0
"""Seconds between two looks of the venue at its mark."""

RISK, STOP_SIGMAS = 0.02, 2.0
"""The part of the equity that one position may lose, and the daily sigmas of the move."""
_OF_A_DAY = sqrt(barrier.DAY / barrier.YEAR)

_NO_RATE = unknown("no funding rate was told")
_NO_INTERVAL = unknown("the funding interval was not told")
_INVERSE = unknown("only positions of linear markets are sized by risk")
_NO_INTEREST = unknown("the venue tells no open interest")
_NO_RANK = unknown("the venue tells no rank")
_NO_POOL = unknown("in no pool yet")


def funding_rate_of(market: MarketRow) -> Known:
    """The rate of the running interval; 0 where contracts end, for those have no funding."""
    if market.doubt is not None:
        return market.doubt
    if market.market is not None and market.market.dated:
        return 0.0
    return _NO_RATE if market.funding_rate is None else market.funding_rate


def funding_per_day_of(market: MarketRow, value: float) -> Known:
    """Money a day at the rate of now for a signed value; what is paid is negative."""
    rate = funding_rate_of(market)
    if isinstance(rate, Unknown) or rate == 0.0:
        return rate
    interval = market.market.funding_interval if market.market is not None else None
    return _NO_INTERVAL if interval is None else carry.funding_per_day(value, rate, interval)


class PositionStatistics:
    """The measures of a position that nothing is kept for: properties, so that a tick pays for
    those only that a loaded rule reads.
    """

    __slots__ = ()

    account: "AccountRow"
    market: MarketRow
    pool: "PoolRow | None"
    contracts: float
    leg: Leg | None
    flaw: str
    requirement: float
    notional: Known
    mark_price: Known
    venue_liquidation_price: Known
    liquidation_price_down: Known
    liquidation_price_up: Known
    tiers_changed_at: float | None
    told_adl_rank: float | None

    @property
    def volatility(self) -> Known:
        return self.market.estimates.volatility

    @property
    def liquidation_distance_sigmas(self) -> Known:
        """A shipped rule reads it on every tick, hence nothing general is asked on the way."""
        sigma, price = self.volatility, self.mark_price
        down, up = self.liquidation_price_down, self.liquidation_price_up
        if isinstance(sigma, Unknown):
            return sigma
        if isinstance(price, Unknown) or isinstance(down, Unknown) or isinstance(up, Unknown):
            return combine(min, price, down, up)
        below = abs(log(down / price)) if down > 0.0 else inf
        above = abs(log(up / price)) if up < inf else inf
        return barrier.sigma_distance(min(below, above), sigma)

    @property
    def touch_probability(self) -> Known:
        sigma = self.volatility
        if isinstance(sigma, Unknown):
            return sigma
        both = self._log_distances()
        if isinstance(both, Unknown):
            return both
        down, up = both
        return combine(barrier.either_touched, _touch(down, sigma), _touch(up, sigma))

    @property
    def median_time_to_liquidation_seconds(self) -> Known:
        sigma = self.volatility
        if isinstance(sigma, Unknown):
            return sigma
        both = self._log_distances()
        return both if isinstance(both, Unknown) else barrier.time_to_touch(min(both), sigma)

    @property
    def adverse_move(self) -> Known:
        long = self.contracts > 0.0
        price = self.mark_price
        line = self.liquidation_price_down if long else self.liquidation_price_up
        if isinstance(price, Unknown):
            return price
        if isinstance(line, Unknown):
            return line
        return 1.0 - line / price if long else line / price - 1.0

    @property
    def risk_sized_contracts(self) -> Known:
        pool, market, leg = self.pool, self.market.market, self.leg
        if pool is None or market is None or leg is None:
            return unknown(self.flaw) if self.flaw else _NO_POOL
        if not market.linear:
            return _INVERSE
        price, sigma = self.mark_price, self.volatility
        if isinstance(price, Unknown):
            return price
        if isinstance(sigma, Unknown):
            return sigma
        money = self._money(pool)
        return money if isinstance(money, Unknown) else _size(money, price, sigma, market, leg)

    @property
    def contracts_to_safe(self) -> Known:
        adviser = None if self.pool is None else self.pool.adviser
        return _NO_POOL if adviser is None else adviser.cut_of(self)

    def _money(self, pool: "PoolRow") -> tuple[float, float] | Unknown:
        """The equity of its pool, and that less what all but this position require, in the settle
        currency.
        """
        equity, headroom, worth = pool.equity, pool.headroom, self.settle_price
        if isinstance(equity, Unknown):
            return equity
        if isinstance(worth, Unknown):
            return worth
        if isinstance(headroom, Unknown):
            return headroom
        others = (equity - headroom) / worth - self.requirement
        return equity / worth, equity / worth - max(0.0, others)

    @property
    def settle_price(self) -> Known:
        """What a unit of its settle currency is worth in the currency of its pool."""
        settle = self.market.symbol.rpartition(":")[2].partition("-")[0]
        if self.pool is None:
            return _NO_POOL
        if settle == self.pool.currency:
            return 1.0
        told = self.account.collateral.get(settle)
        return unknown(f"no price of {settle} was told") if told is None else told.price

    @property
    def funding_rate(self) -> Known:
        return funding_rate_of(self.market)

    @property
    def funding_apr(self) -> Known:
        return funding_per_day_of(self.market, -365.0)

    @property
    def funding_per_day(self) -> Known:
        value = self.notional
        if isinstance(value, Unknown):
            return value
        return funding_per_day_of(self.market, value if self.contracts > 0.0 else -value)

    @property
    def time_to_expiry_seconds(self) -> Known:
        return trading.time_to_expiry(self.market)

    @property
    def tier_change_age_seconds(self) -> Known:
        """As of the last price."""
        changed = self.tiers_changed_at
        return inf if changed is None else max(0.0, self.market.seen_at - changed)

    @property
    def adl_rank(self) -> Known:
        return _NO_RANK if self.told_adl_rank is None else self.told_adl_rank

    @property
    def open_interest(self) -> Known:
        told = self.market.open_interest
        return _NO_INTEREST if told is None else self.market.doubt or told

    @property
    def open_interest_share(self) -> Known:
        terms, price = self.market.market, self.market.price
        if terms is None or not price:
            return _NO_POOL
        all_of_it = self.open_interest
        if isinstance(all_of_it, Unknown):
            return all_of_it
        coins = abs(self.contracts) * terms.contract_size / (1.0 if terms.linear else price)
        return coins / all_of_it if all_of_it else inf

    @property
    def venue_liquidation_distance(self) -> Known:
        """Either way: which side of its mark the venue means is the venue's to know."""
        return combine(
            lambda mark, line: abs(mark - line) / mark,
            self.mark_price,
            self.venue_liquidation_price,
        )

    @property
    def market_status(self) -> str:
        """What may be done in its market, in the venue's word."""
        terms = self.market.market
        return "unknown" if terms is None else terms.status

    @property
    def spread(self) -> Known:
        return trading.spread_of(self.market)

    @property
    def depth(self) -> Known:
        closing = trading.closing_of_contracts(self.market, self.contracts)
        return closing if isinstance(closing, Unknown) else closing.depth

    @property
    def unwind_cost(self) -> Known:
        closing = trading.closing_of_contracts(self.market, self.contracts)
        return closing if isinstance(closing, Unknown) else closing.cost

    @property
    def closing_in_words(self) -> str:
        """What closing all of it at once would cost."""
        return trading.closing_in_words(trading.closing_of_contracts(self.market, self.contracts))

    @property
    def unwind_slippage(self) -> Known:
        closing = trading.closing_of_contracts(self.market, self.contracts)
        return closing if isinstance(closing, Unknown) else closing.slippage

    @property
    def unwindable_share(self) -> Known:
        closing = trading.closing_of_contracts(self.market, self.contracts)
        return closing if isinstance(closing, Unknown) else closing.share

    @property
    def unwind_seconds(self) -> Known:
        closing = trading.closing_of_contracts(self.market, self.contracts)
        return closing if isinstance(closing, Unknown) else closing.seconds

    def _log_distances(self) -> tuple[float, float] | Unknown:
        """To the lower and to the upper price at which its pool is liquidated."""
        down = combine(barrier.log_distance, self.mark_price, self.liquidation_price_down)
        up = combine(barrier.log_distance, self.mark_price, self.liquidation_price_up)
        if isinstance(down, Unknown):
            return down
        return up if isinstance(up, Unknown) else (down, up)


def _touch(distance: float, sigma: float) -> Known:
    return barrier.touch_probability(distance, sigma, barrier.DAY, step=MARK_STEP)


def _size(
    money: tuple[float, float], price: float, sigma: float, market: Market, leg: Leg
) -> Known:
    """Contracts whose loss is `RISK` of the equity when the price moves by the stop, and that are
    not liquidated before. `money` is the pool's equity, and that less what the others require.

    The taker fee is reckoned twice, for both trades at the price of now; 0 where none was told.
    """
    move = STOP_SIGMAS * sigma * _OF_A_DAY
    stop = price * (1.0 - move if leg.quantity > 0.0 else 1.0 + move)
    size = market.contract_size
    fees = 2.0 * (market.taker_fee or 0.0) * size * price
    loss = abs(price - stop) * size + fees
    equity, spare = money
    most = size_that_stands(spare, loss, max(0.0, stop) * size, leg.required) if loss else 0.0
    return size_by_risk(equity, RISK, price, stop, (size, market.step, fees), most)
