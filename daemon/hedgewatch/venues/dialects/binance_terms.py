"""What Binance's public replies say of trading: funding intervals, order books, collateral."""

from collections.abc import Container, Iterable, Iterator, Mapping
from math import inf

from hedgewatch.core.events import CollateralReading, LiquidityRead
from hedgewatch.core.model import CollateralSlice
from hedgewatch.venues.dialects.binance_common import Funding, Listing
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    moment,
    number,
    number_or_none,
    positive,
    rows,
    table,
    text,
)
from hedgewatch.venues.order_books import check_order, levels_of

LEVELS = 500
"""Of each side of an order book, at request weight 10 of 2400 a minute. 100 weigh 5, but reach no
further than 1 bp in a market with as fine a tick as BTC's.
"""

_HOUR = 3600.0
USUAL_FUNDING = Funding(interval=8 * _HOUR)


def funding(reply: object, listing: Listing) -> Mapping[str, Funding]:
    """By symbol. The venue names what it adjusted; every other perpetual pays each 8 h, within
    bounds that are not told.
    """
    adjusted = {text(row, "symbol"): _adjusted(row) for row in rows(reply, "fundingInfo")}
    pairs = listing.perpetuals()
    return {symbol: adjusted.get(market, USUAL_FUNDING) for market, symbol in pairs}


def _adjusted(row: Row) -> Funding:
    told = row.get("fundingIntervalHours") is not None
    return Funding(
        interval=positive(row, "fundingIntervalHours") * _HOUR if told else USUAL_FUNDING.interval,
        cap=number_or_none(row, "adjustedFundingRateCap"),
        floor=number_or_none(row, "adjustedFundingRateFloor"),
    )


def liquidity(
    venue: str, symbol: str, depth: object, day: object, face: float | None = None
) -> LiquidityRead:
    """The order book and what was traded in a day. Contracts are base units; those of COIN-M are
    of `face` quote units each, and a level's are worth face ÷ its price in base units.
    """
    book, traded = table(depth, "depth"), _of_the_day(day, symbol)
    bids, asks = tuple(_in_coins(book.get("bids"), face)), tuple(_in_coins(book.get("asks"), face))
    check_order(bids, asks)
    name = "volume" if face is None else "baseVolume"
    volume = positive(traded, name) if traded.get(name) is not None else None
    return LiquidityRead(venue, symbol, bids, asks, moment(book, "E"), volume)


def middle_of(book: LiquidityRead) -> float | None:
    """Between the best bid and ask, None where a side is empty."""
    return (book.bids[0][0] + book.asks[0][0]) / 2.0 if book.bids and book.asks else None


def _of_the_day(reply: object, symbol: str) -> Row:
    """COIN-M answers with a list, also when one market is asked for."""
    if not isinstance(reply, list):
        return table(reply, "ticker/24hr")
    listed = rows(reply, "ticker/24hr")
    if len(listed) != 1:
        raise OddReplyError(f"{len(listed)} rows of a day of {symbol}")
    return listed[0]


def _in_coins(side: object, face: float | None) -> Iterator[tuple[float, float]]:
    for price, amount in levels_of(side):
        yield price, amount if face is None else amount * face / price


def collateral(
    reply: object, settling: Container[str] = ()
) -> tuple[tuple[CollateralReading, ...], float]:
    """What each asset counts in multi-assets mode, in USD, and the oldest time among them.

    Binance counts what is owned of an asset at its bid rate and what is owed at its ask rate:
    "Account Equity = sum of min(assetEquity * bidRate, assetEquity * askRate)". The maintenance
    margin is converted at the ask rate as well, so that of `settling` assets, in which contracts
    ask for margin, the ask rate is the price, and what is owned counts less by both buffers.
    """
    listed = [row for row in rows(reply, "assetIndex") if text(row, "symbol").endswith("USD")]
    if not listed:
        raise OddReplyError("no asset index")
    readings = tuple(_collateral(row, settling) for row in listed)
    return readings, min(moment(row, "time") for row in listed)


def _collateral(row: Row, settling: Container[str]) -> CollateralReading:
    asset = text(row, "symbol").removesuffix("USD")
    bid, ask = positive(row, "bidRate"), positive(row, "askRate")
    price = ask if asset in settling else positive(row, "index")
    slices = (CollateralSlice(inf, bid / price),)
    return CollateralReading(asset=asset, price=price, slices=slices, liability_rate=ask / price)


_LIKE_A_DOLLAR = (0.9, 1.01)


def of_the_rest(account: Row, priced: Iterable[CollateralReading]) -> tuple[CollateralReading, ...]:
    """What the only coin counts that backs contracts and is in no list of prices (BFUSD): the rest
    of the account's equity in USD, which is a sum over its coins, each at the rate above.

    Believed where it comes out as a dollar, which Binance buys BFUSD back for (FAQ "What is BFUSD
    and How to Use it as Margin"): with another coin a rest of what moved meanwhile is no price.
    """
    known = {reading.asset: reading for reading in priced}
    held = [
        (text(row, "asset"), amount)
        for row in rows(account.get("assets"), "assets")
        if (amount := number(row, "marginBalance"))
    ]
    missing = [(asset, amount) for asset, amount in held if asset not in known]
    total = number_or_none(account, "totalMarginBalance")
    if total is None or len(missing) != 1 or missing[0][1] <= 0.0:
        return ()
    counted = sum(_counted(known[asset], amount) for asset, amount in held if asset in known)
    (asset, amount), (low, high) = missing[0], _LIKE_A_DOLLAR
    price = (total - counted) / amount
    return (CollateralReading(asset=asset, price=price),) if low < price < high else ()


def _counted(reading: CollateralReading, amount: float) -> float:
    rate = reading.slices[0].rate if amount > 0.0 else reading.liability_rate
    return amount * reading.price * rate
