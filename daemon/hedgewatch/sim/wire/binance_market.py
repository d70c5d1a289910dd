"""Replies about the markets, futures and spot: marks, quotes, the day's range."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.wire.numbers import money, on_tick, plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]
USUAL_HOURS = 8
FUNDING_INTERVAL = USUAL_HOURS * 3_600_000
QUANTITY = "1000"
TRADED_IN_A_DAY = "100000"


def next_funding(now: int) -> int:
    """The end of the running funding interval."""
    return (now // FUNDING_INTERVAL + 1) * FUNDING_INTERVAL


def premium_index(world: World, symbol: str) -> Reply:
    """One market of GET /fapi/v1/premiumIndex."""
    mark, now = world.marks[symbol], epoch_milliseconds()
    return {
        "symbol": symbol,
        "markPrice": money(mark),
        "indexPrice": money(mark),
        "estimatedSettlePrice": money(mark),
        "lastFundingRate": money(world.funding_rate),
        "interestRate": "0.00010000",
        "nextFundingTime": next_funding(now),
        "time": now,
    }


def funding_info(world: World) -> list[Reply]:
    """GET /fapi/v1/fundingInfo: only the markets whose terms were adjusted."""
    adjusted = [market for market in world.markets.values() if market.funding_hours != USUAL_HOURS]
    return [
        {
            "symbol": market.symbol,
            "adjustedFundingRateCap": "0.02000000",
            "adjustedFundingRateFloor": "-0.02000000",
            "fundingIntervalHours": market.funding_hours,
            "disclaimer": False,
        }
        for market in adjusted
    ]


def depth(world: World, symbol: str, limit: int) -> Reply:
    """GET /fapi/v1/depth: a level at each tick away from the mark, all of one amount."""
    tick, amount = world.markets[symbol].tick, plain(world.level_amount)
    bid, ask = (Decimal(price) for price in quote(world.marks[symbol], tick))
    now = epoch_milliseconds()
    return {
        "lastUpdateId": now,
        "E": now,
        "T": now,
        "bids": [[plain(bid - step * tick), amount] for step in range(limit) if bid > step * tick],
        "asks": [[plain(ask + step * tick), amount] for step in range(limit)],
    }


def asset_index(world: World, asset: str) -> Reply:
    """One asset of GET /fapi/v1/assetIndex. Automatic exchange has half of the buffers here."""
    terms = world.indices[asset]
    eased = replace(terms, bid_buffer=terms.bid_buffer / 2, ask_buffer=terms.ask_buffer / 2)
    return {
        "symbol": f"{asset}USD",
        "time": epoch_milliseconds(),
        "index": money(terms.index),
        "bidBuffer": money(terms.bid_buffer),
        "askBuffer": money(terms.ask_buffer),
        "bidRate": money(terms.bid_rate),
        "askRate": money(terms.ask_rate),
        "autoExchangeBidBuffer": money(eased.bid_buffer),
        "autoExchangeAskBuffer": money(eased.ask_buffer),
        "autoExchangeBidRate": money(eased.bid_rate),
        "autoExchangeAskRate": money(eased.ask_rate),
    }


def open_interest(_world: World, symbol: str) -> Reply:
    """GET /fapi/v1/openInterest."""
    return {"openInterest": "1000000.000", "symbol": symbol, "time": epoch_milliseconds()}


def quote(price: Decimal, tick: Decimal) -> tuple[str, str]:
    """Best bid and ask, one tick to either side of the price."""
    middle = on_tick(price, tick)
    return plain(middle - tick), plain(middle + tick)


def futures_book(world: World, symbol: str) -> Reply:
    """One market of GET /fapi/v1/ticker/bookTicker."""
    now = epoch_milliseconds()
    return {
        **_book(symbol, world.marks[symbol], world.markets[symbol].tick),
        "time": now,
        "lastUpdateId": now,
    }


def spot_book(world: World, symbol: str) -> Reply:
    """One pair of GET /api/v3/ticker/bookTicker."""
    return _book(symbol, world.spot_price(symbol), world.spot_pairs[symbol].tick)


def futures_price(world: World, symbol: str) -> Reply:
    """One market of GET /fapi/v1/ticker/price."""
    return {"symbol": symbol, "price": plain(world.marks[symbol]), "time": epoch_milliseconds()}


def spot_price(world: World, symbol: str) -> Reply:
    """One pair of GET /api/v3/ticker/price."""
    return {"symbol": symbol, "price": money(world.spot_price(symbol))}


def futures_day(world: World, symbol: str) -> Reply:
    """One market of GET /fapi/v1/ticker/24hr."""
    return _day(symbol, world.marks[symbol])


def spot_day(world: World, symbol: str) -> Reply:
    """One pair of GET /api/v3/ticker/24hr."""
    return {**spot_book(world, symbol), **_day(symbol, world.spot_price(symbol))}


def _book(symbol: str, price: Decimal, tick: Decimal) -> Reply:
    bid, ask = quote(price, tick)
    return {
        "symbol": symbol,
        "bidPrice": bid,
        "bidQty": QUANTITY,
        "askPrice": ask,
        "askQty": QUANTITY,
    }


def _day(symbol: str, price: Decimal) -> Reply:
    now, last = epoch_milliseconds(), plain(price)
    same = dict.fromkeys(
        ("weightedAvgPrice", "lastPrice", "openPrice", "highPrice", "lowPrice"), last
    )
    return {
        "symbol": symbol,
        "priceChange": "0",
        "priceChangePercent": "0.000",
        **same,
        "lastQty": "1",
        "volume": TRADED_IN_A_DAY,
        "quoteVolume": plain(price * Decimal(TRADED_IN_A_DAY)),
        "openTime": now - 86_400_000,
        "closeTime": now,
        "firstId": 1,
        "lastId": 2,
        "count": 2,
    }
