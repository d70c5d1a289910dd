"""What Binance's candles of a minute say of the past: how each minute ended."""

from collections.abc import Sequence

from hedgewatch.core.events import BarsRead
from hedgewatch.venues.fields import OddReplyError, moment, number, positive

MOST_OF_MARKS = 1500
"""Candles a request, the running one among them: weight 10 of 2400 a minute. Up to 99 weigh 1, up
to 499 weigh 2, up to 1,000 weigh 5.
"""

MOST_OF_SPOT = 1000
"""The same of a spot pair: weight 2 of 6000 a minute, however many."""

_MINUTE = 60.0
_SETTLING = 2.0
"""Seconds after its end in which the last candle may still change."""

_OPEN_TIME, _CLOSE, _TRADES = 0, 4, 8


def bars(
    venue: str, symbol: str, reply: object, now: float, *, of_trades: bool = False
) -> BarsRead:
    """The minutes that are over by the venue's clock, which shows `now`.

    A candle `of_trades` without any repeats the price of the one before: that is no price.
    """
    if not isinstance(reply, list):
        raise OddReplyError("the candles are not a list")
    ended = []
    for candle in reply:
        if not isinstance(candle, list) or len(candle) <= _TRADES:
            raise OddReplyError("a candle is no row of numbers")
        end = _end(candle)
        traded = not of_trades or number({"trades": candle[_TRADES]}, "trades") > 0.0
        if traded and end <= now - _SETTLING:
            ended.append((end, positive({"close": candle[_CLOSE]}, "close")))
    return BarsRead(venue, symbol, tuple(ended))


def _end(candle: Sequence[object]) -> float:
    """Of the minute that began at the candle's time."""
    began = moment({"open time": candle[_OPEN_TIME]}, "open time")
    if began % _MINUTE:
        raise OddReplyError(f"a candle of a minute that began at {began:.3f}")
    return began + _MINUTE
