"""What Bybit's public replies say of trading: tiers, fees, funding intervals, books and candles."""

from collections.abc import Iterable, Iterator, Mapping

from hedgewatch.core.events import BarsRead, LiquidityRead
from hedgewatch.core.model import Tier
from hedgewatch.venues.dialects.bybit_common import Category, listed, result
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    moment,
    number,
    number_or_none,
    positive,
    text,
)
from hedgewatch.venues.order_books import check_order, levels_of

LEVELS = 500
"""Of each side of an order book."""

Of = tuple[str, str]
"""A market: its venue, and its symbol."""

MOST_CANDLES = 1000
_MINUTE = 60.0
_HOUR = 3600.0
_SETTLING = 2.0
"""Seconds after its end in which the last candle may still change."""

_CLOSE, _VOLUME = 4, 5
_PERCENT = 10.0
"""Initial rate × highest leverage is 1; where it is above this, rates were told in per cent."""


def tiers(reply: object) -> tuple[Tier, ...]:
    """Of one market: each tier goes up to its limit, in the settle currency.

    "MM deduction = deduction of the tier before + its limit × (rate − rate before)" (help centre,
    Risk Limit), which is made so where the venue leaves it out.
    """
    ordered = sorted(listed(reply, "risk-limit"), key=lambda row: positive(row, "riskLimitValue"))
    if not ordered:
        raise OddReplyError("a market without risk limits")
    found: list[Tier] = []
    floor = 0.0
    for row in ordered:
        rate = _rate(row)
        found.append(Tier(floor, rate, _deduction(row, found, floor, rate)))
        floor = positive(row, "riskLimitValue")
    return tuple(found)


def _rate(row: Row) -> float:
    rate, initial = number(row, "maintenanceMargin"), positive(row, "initialMargin")
    in_percent = initial * positive(row, "maxLeverage") > _PERCENT
    return rate / 100.0 if in_percent else rate


def _deduction(row: Row, before: list[Tier], floor: float, rate: float) -> float:
    told = number_or_none(row, "mmDeduction")
    if told is not None:
        return told
    return before[-1].deduction + floor * (rate - before[-1].rate) if before else 0.0


def taker_fees(reply: object) -> dict[str, float]:
    """By id: what this account pays as a fraction of the notional."""
    return {text(row, "symbol"): number(row, "takerFeeRate") for row in listed(reply, "fee-rate")}


def funding_intervals(reply: object) -> dict[str, float]:
    """Seconds, by id: dated contracts have none."""
    told = ((row, number_or_none(row, "fundingIntervalHour")) for row in listed(reply, "tickers"))
    return {text(row, "symbol"): hours * _HOUR for row, hours in told if hours}


def liquidity(of: Of, category: Category, book: object, day: object) -> LiquidityRead:
    """The order book, and what was traded in a day. Amounts of inverse contracts are dollars."""
    told = result(book, "orderbook")
    bids = tuple(_in_coins(told.get("b"), category))
    asks = tuple(_in_coins(told.get("a"), category))
    check_order(bids, asks)
    return LiquidityRead(
        *of, bids, asks, moment(told, "ts"), _traded(listed(day, "tickers"), category)
    )


def _in_coins(side: object, category: Category) -> Iterator[tuple[float, float]]:
    for price, amount in levels_of(side):
        yield price, amount / price if category == "inverse" else amount


def _traded(day: Iterable[Row], category: Category) -> float | None:
    """In base units: of inverse contracts that is what is called the turnover."""
    row: Mapping[str, object] = next(iter(day), {})
    return number_or_none(row, "turnover24h" if category == "inverse" else "volume24h")


def bars(of: Of, reply: object, now: float, *, of_trades: bool = False) -> BarsRead:
    """The minutes that are over by the venue's clock, which shows `now`.

    A candle `of_trades` without any repeats the price of the one before: that is no price.
    """
    candles = result(reply, "candles").get("list")
    if not isinstance(candles, list):
        raise OddReplyError("the candles are not a list")
    ended = []
    for candle in candles:
        if not isinstance(candle, list) or len(candle) <= (_VOLUME if of_trades else _CLOSE):
            raise OddReplyError("a candle is no row of numbers")
        end = moment({"start": candle[0]}, "start") + _MINUTE
        traded = not of_trades or number({"volume": candle[_VOLUME]}, "volume") > 0.0
        if traded and end <= now - _SETTLING:
            ended.append((end, positive({"close": candle[_CLOSE]}, "close")))
    return BarsRead(*of, tuple(ended))
