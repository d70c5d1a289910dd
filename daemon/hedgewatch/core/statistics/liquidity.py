"""What it would cost to get out, against the order book as far as the venue shows it.

Beyond the last visible level nothing is known, and nothing is made up: what reaches further is
unknown. Levels are (price, amount in base units), best first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics.known import quotient, unknown

Level = tuple[float, float]

_NO_BOOK = unknown("the order book is empty")
_CROSSED = unknown("the order book is crossed")


@dataclass(frozen=True, slots=True)
class Fill:
    """What of a size the visible levels take: how much of it, and for how much money."""

    filled: float
    money: float


def middle(bids: Sequence[Level], asks: Sequence[Level]) -> Known:
    """(bid + ask) ÷ 2 of an order book that is one."""
    if not bids or not asks:
        return _NO_BOOK
    bid, ask = bids[0][0], asks[0][0]
    if not (isfinite(bid) and isfinite(ask) and bid > 0.0):
        return _NO_BOOK
    return (bid + ask) / 2.0 if ask >= bid else _CROSSED


def spread(bid: float, ask: float) -> Known:
    """(ask − bid) ÷ middle: a ratio, 0.0001 is a basis point."""
    if not (isfinite(bid) and isfinite(ask) and bid > 0.0):
        return _NO_BOOK
    return (ask - bid) / ((ask + bid) / 2.0) if ask >= bid else _CROSSED


def depth(levels: Sequence[Level], mid: float, width: float) -> Known:
    """Money that rests within `width` (a ratio) of the middle on one side of the book.

    Unknown when the visible book ends within: what lies behind it counts as well.
    """
    if not levels:
        return _NO_BOOK
    within = width * mid
    reach = abs(levels[-1][0] - mid)
    if reach <= within:
        return unknown(f"the order book is shown to {reach / mid:.2%} only")
    money = 0.0
    for price, amount in levels:
        if abs(price - mid) > within:
            break
        money += price * amount
    return money


def fill(levels: Sequence[Level], size: float) -> Fill:
    """Take levels from the best on until the size is filled or the visible book ends."""
    left, money = size, 0.0
    for price, amount in levels:
        taken = min(left, amount)
        money += taken * price
        left -= taken
        if left <= 0.0:
            break
    return Fill(size - max(0.0, left), money)


def unwind_cost(levels: Sequence[Level], size: float, mid: float, fee: float = 0.0) -> Known:
    """Money lost against the middle by trading that size at once, with the taker fee.

    Unknown beyond the visible book.
    """
    if size == 0.0:
        return 0.0
    if not levels:
        return _NO_BOOK
    done = fill(levels, size)
    if done.filled < size:
        return unknown(f"the order book shows {done.filled / size:.0%} of the size only")
    return abs(done.money - size * mid) + fee * done.money


def slippage(levels: Sequence[Level], size: float, mid: float) -> Known:
    """The same without fee as a fraction of the size's value at the middle: VWAP against it."""
    cost = unwind_cost(levels, size, mid)
    if isinstance(cost, Unknown) or size == 0.0:
        return cost
    return quotient(cost, size * mid, "no price")


def hours_to_unwind(size: float, day_volume: float, participation: float = 0.1) -> Known:
    """Hours to trade that size as a share of what the market trades anyway."""
    return quotient(24.0 * size, participation * day_volume, "nothing is traded in the market")
