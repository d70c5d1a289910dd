"""Reads order books in replies: most venues tell a side as a list of pairs, price and amount.

What an amount counts (coins, contracts, dollars) is for each dialect to know.
"""

from collections.abc import Iterator

from hedgewatch.venues.fields import OddReplyError, positive

Side = tuple[tuple[float, float], ...]
"""Price and amount of each level, the best first."""


def levels_of(side: object) -> Iterator[tuple[float, float]]:
    """Price and amount of each level, as the venue counts; OddReplyError."""
    if not isinstance(side, list):
        raise OddReplyError("a side of an order book is no list")
    for level in side:
        if not isinstance(level, list) or len(level) < 2:  # noqa: PLR2004 - a price and an amount
            raise OddReplyError("a level of an order book is no pair")
        pair = {"price": level[0], "amount": level[1]}
        yield positive(pair, "price"), positive(pair, "amount")


def check_order(bids: Side, asks: Side) -> None:
    """OddReplyError where a side is not told from its best price on, or the two cross: what a trade
    is reckoned to cost would be wrong and look right.
    """
    falling, rising = [-price for price, _ in bids], [price for price, _ in asks]
    if falling != sorted(falling) or rising != sorted(rising):
        raise OddReplyError("an order book out of order")
    if bids and asks and bids[0][0] >= asks[0][0]:
        raise OddReplyError("an order book whose sides cross")
