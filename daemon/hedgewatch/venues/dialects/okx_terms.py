"""OKX's terms of trade: tiers by contracts, discounts of collateral, fees, funding, books, candles.

Sources: OKX API, "Get position tiers", "Get discount rate and interest-free quota", "Get fee
rates", "Get funding rate", "Get order book", "Get mark price candlesticks".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf

from hedgewatch.core.events import CollateralReading, LiquidityRead
from hedgewatch.core.model import CollateralSlice, Tier
from hedgewatch.venues.dialects.okx_account import data_of
from hedgewatch.venues.dialects.okx_listing import Listing
from hedgewatch.venues.dialects.okx_prices import first, interval
from hedgewatch.venues.fields import (
    OddReplyError,
    above_zero_or_none,
    moment,
    number,
    number_or_none,
    positive,
    rows,
    table,
    text,
)
from hedgewatch.venues.order_books import check_order, levels_of

FAMILIES = 5
"""Of which tiers may be asked for at once."""

_MINUTE = 60.0
_CLOSE, _VOLUME = 4, 5
"""Of a mark there is no volume: the word whether it is over stands in its place."""

_FEES = {"USDT": "takerU", "USDC": "takerUSDC"}
"""Where a fee goes by no group: by the settle currency, else that of coin-margined contracts."""


def tiers(reply: object) -> Mapping[str, tuple[Tier, ...]]:
    """By family: the rate of all of a position, from so many contracts on."""
    found: dict[str, list[Tier]] = {}
    for row in data_of(reply, "position-tiers"):
        tier = Tier(floor=number(row, "minSz"), rate=positive(row, "mmr"), deduction=0.0)
        found.setdefault(text(row, "instFamily"), []).append(tier)
    return {
        family: tuple(sorted(each, key=lambda tier: tier.floor)) for family, each in found.items()
    }


def fees(reply: object, listing: Listing, symbols: Iterable[str]) -> Mapping[str, float]:
    """What closing each costs: OKX writes what is paid negative, and a rebate positive."""
    told = first(table(reply, "trade-fee"))
    groups = {
        str(row.get("groupId")): number_or_none(row, "taker")
        for row in rows(told.get("feeGroup") or [], "feeGroup")
    }
    found: dict[str, float] = {}
    for symbol in symbols:
        fee = groups.get(listing.fee_group(symbol))
        if fee is None:
            fee = number_or_none(told, _FEES.get(listing.settles_in(symbol), "taker"))
        if fee is not None:
            found[symbol] = -fee
    return found


def funding_intervals(reply: object, listing: Listing) -> Mapping[str, float]:
    """Seconds by symbol, of all that pays funding."""
    found: dict[str, float] = {}
    for row in data_of(reply, "funding-rate"):
        seconds = interval(row)
        if seconds is not None and listing.lists(text(row, "instId")):
            found[listing.symbol(row)] = seconds
    return found


# collateral


def dollar_prices(reply: object) -> tuple[Mapping[str, float], float]:
    """The index of each coin in dollars, and the oldest moment among them."""
    priced, moments = {"USD": 1.0}, list[float]()
    for row in data_of(reply, "index-tickers"):
        coin, _, quote = text(row, "instId").partition("-")
        price = above_zero_or_none(row, "idxPx")
        if quote == "USD" and price is not None:
            priced[coin] = price
            moments.append(moment(row, "ts"))
    if not moments:
        raise OddReplyError("no index in dollars")
    return priced, min(moments)


def discounts(reply: object) -> Mapping[str, Sequence[tuple[float, float]]]:
    """By coin: up to so many coins, each at this rate; the last goes on for ever."""
    found: dict[str, Sequence[tuple[float, float]]] = {}
    for row in data_of(reply, "discount-rate"):
        listed = sorted(
            rows(row.get("details"), "details"), key=lambda each: number(each, "minAmt")
        )
        parts = [
            (number_or_none(each, "maxAmt") or inf, number(each, "discountRate")) for each in listed
        ]
        if not parts or parts[-1][0] < inf:
            parts.append((inf, number_or_none(row, "minDiscountRate") or 0.0))
        found[text(row, "ccy")] = parts
    return found


def collateral(
    prices: Mapping[str, float],
    counted: Mapping[str, Sequence[tuple[float, float]]],
    switched_off: Iterable[str],
) -> tuple[CollateralReading, ...]:
    """What each coin counts: OKX's slices are of coins, ours of their value. A coin without a
    discount, or that its owner took out of the collateral, counts nothing while it is owned.
    """
    return tuple(
        CollateralReading(
            asset=coin,
            price=price,
            slices=tuple(_slices(() if coin in switched_off else counted.get(coin, ()), price)),
            in_coins=True,
        )
        for coin, price in prices.items()
    )


def _slices(parts: Sequence[tuple[float, float]], price: float) -> Iterator[CollateralSlice]:
    if not parts:
        yield CollateralSlice(inf, 0.0)
    for most, rate in parts:
        yield CollateralSlice(most * price, rate)


# the book and the past


def liquidity(listing: Listing, symbol: str, depth: object, day: object) -> LiquidityRead:
    """Amounts are in contracts, ours in coins; the day's volume is told in coins beside that."""
    book, traded = first(table(depth, "books")), first(table(day, "ticker"))
    size, linear = listing.size(symbol), listing.is_linear(symbol)
    bids, asks = (
        tuple(
            (price, contracts * size / (1.0 if linear else price))
            for price, contracts in levels_of(book.get(side))
        )
        for side in ("bids", "asks")
    )
    check_order(bids, asks)
    volume = above_zero_or_none(traded, "volCcy24h")
    return LiquidityRead(listing.venue, symbol, bids, asks, moment(book, "ts"), volume)


def candles(reply: object, *, of_trades: bool) -> Iterator[tuple[float, float | None]]:
    """(end of the minute, close), the newest first; no close of one that still runs, by OKX's own
    word, which is the last field. A candle `of_trades` without any repeats the price before.
    """
    listed = table(reply, "candles").get("data")
    if not isinstance(listed, list):
        raise OddReplyError("the candles are not a list")
    for candle in listed:
        if not isinstance(candle, list) or len(candle) <= _VOLUME:
            raise OddReplyError("a candle is no row of numbers")
        began = moment({"ts": candle[0]}, "ts")
        if began % _MINUTE:
            raise OddReplyError(f"a candle of a minute that began at {began:.3f}")
        counts = candle[-1] == "1" and not (
            of_trades and not number({"vol": candle[_VOLUME]}, "vol")
        )
        close = positive({"close": candle[_CLOSE]}, "close")
        yield began + _MINUTE, close if counts else None
