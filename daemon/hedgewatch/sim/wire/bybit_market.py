"""Bybit's public replies and frames about prices: tickers, order books, candles, collateral."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.margin_bybit import ENDLESS, LOAN_RATE, RATIOS
from hedgewatch.sim.past import MINUTE
from hedgewatch.sim.wire.bybit_listings import Contract, contracts
from hedgewatch.sim.wire.numbers import on_tick, plain
from hedgewatch.sim.world import World

Row = dict[str, Any]

VENUE = "bybit"
QUANTITY = "1000"
OPEN_INTEREST = Decimal(1_000_000)
TRADED_IN_A_DAY = Decimal(100_000)
_HOUR = 3_600_000


def mark_of(world: World, contract: Contract) -> Decimal:
    """The mark of a contract: inverse ones go by that of another market."""
    return world.mark_at(VENUE, contract.follows) * (1 + contract.premium)


def best(price: Decimal, tick: Decimal) -> tuple[Decimal, Decimal]:
    """Bid and ask, one tick to either side."""
    middle = on_tick(price, tick)
    return middle - tick, middle + tick


def ticker(world: World, contract: Contract, now: int) -> Row:
    """What a derivative's ticker says, on the stream and in a reply."""
    mark = mark_of(world, contract)
    bid, ask = best(mark, contract.tick)
    interest = OPEN_INTEREST * (mark if contract.is_inverse else 1)
    traded = TRADED_IN_A_DAY * (mark if contract.is_inverse else 1)
    price = plain(mark)
    hours = contract.funding_hours * _HOUR
    perpetual = contract.expiry is None
    return {
        "symbol": contract.name,
        "tickDirection": "ZeroMinusTick",
        "price24hPcnt": "0",
        "lastPrice": plain(on_tick(mark, contract.tick)),
        "prevPrice24h": price,
        "highPrice24h": price,
        "lowPrice24h": price,
        "prevPrice1h": price,
        "markPrice": price,
        "indexPrice": plain(world.marks[contract.follows]),
        "openInterest": plain(interest),
        "openInterestValue": plain(OPEN_INTEREST * (1 if contract.is_inverse else mark)),
        "turnover24h": plain(TRADED_IN_A_DAY * (1 if contract.is_inverse else mark)),
        "volume24h": plain(traded),
        "fundingIntervalHour": str(contract.funding_hours) if perpetual else "",
        "fundingCap": "0.005" if perpetual else "",
        "nextFundingTime": str((now // hours + 1) * hours) if perpetual else "",
        "fundingRate": plain(world.funding_rate) if perpetual else "",
        "bid1Price": plain(bid),
        "bid1Size": QUANTITY,
        "ask1Price": plain(ask),
        "ask1Size": QUANTITY,
        "preOpenPrice": "",
        "preQty": "",
        "curPreListingPhase": "",
    }


def pair_ticker(world: World, symbol: str) -> Row:
    """What a pair's ticker says: no bid and no ask on the stream, both in a reply."""
    price = plain(world.spot_price(symbol))
    return {
        "symbol": symbol,
        "lastPrice": price,
        "highPrice24h": price,
        "lowPrice24h": price,
        "prevPrice24h": price,
        "volume24h": plain(TRADED_IN_A_DAY),
        "turnover24h": plain(world.spot_price(symbol) * TRADED_IN_A_DAY),
        "price24hPcnt": "0",
        "usdIndexPrice": price,
    }


def tickers(world: World, query: Mapping[str, str]) -> list[Row]:
    """GET /v5/market/tickers."""
    category, wanted = query.get("category", ""), query.get("symbol")
    rows = list(_all_tickers(world, category))
    return [row for row in rows if wanted in {None, row["symbol"]}]


def _all_tickers(world: World, category: str) -> Iterator[Row]:
    if category != "spot":
        now = epoch_milliseconds()
        yield from (ticker(world, contract, now) for contract in contracts(world, category))
        return
    for symbol, pair in world.spot_pairs.items():
        bid, ask = best(world.spot_price(symbol), pair.tick)
        quote = {"bid1Price": plain(bid), "bid1Size": QUANTITY, "ask1Price": plain(ask)}
        yield {**pair_ticker(world, symbol), **quote, "ask1Size": QUANTITY}


def price_and_tick(world: World, category: str, symbol: str) -> tuple[Decimal, Decimal] | None:
    """Of a market, None where it is not listed."""
    if category == "spot":
        pair = world.spot_pairs.get(symbol)
        return None if pair is None else (world.spot_price(symbol), pair.tick)
    found = next((each for each in contracts(world, category) if each.name == symbol), None)
    return None if found is None else (mark_of(world, found), found.tick)


def book(world: World, category: str, symbol: str, levels: int) -> Row | None:
    """Both sides, a level at each tick away, all of one amount; None of what is not listed."""
    found = price_and_tick(world, category, symbol)
    if found is None:
        return None
    (price, tick), now = found, epoch_milliseconds()
    bid, ask = best(price, tick)
    amount = world.level_amount * (price if category == "inverse" else 1)
    steps = [tick * step for step in range(levels)]
    return {
        "s": symbol,
        "b": [[plain(bid - step), plain(amount)] for step in steps if bid > step],
        "a": [[plain(ask + step), plain(amount)] for step in steps],
        "u": now,
        "seq": now,
    }


def mark_candles(world: World, query: Mapping[str, str]) -> list[list[str]] | None:
    """GET /v5/market/mark-price-kline: newest first, the running minute among them."""
    named = (query.get("category", ""), query.get("symbol", ""))
    found = next((each for each in contracts(world, named[0]) if each.name == named[1]), None)
    if found is None:
        return None
    above = 1 + found.premium
    return _candles(world, found.follows, query, lambda price: price * above, ())


def pair_candles(world: World, query: Mapping[str, str]) -> list[list[str]] | None:
    """GET /v5/market/kline of a pair, whose past goes with that of its mark."""
    symbol = query.get("symbol", "")
    if query.get("category") != "spot" or symbol not in world.spot_pairs:
        return None
    part = world.spot_price(symbol) / world.marks[symbol]
    tick = world.spot_pairs[symbol].tick
    return _candles(world, symbol, query, lambda price: on_tick(price * part, tick), ("9", "9"))


def _candles(
    world: World,
    symbol: str,
    query: Mapping[str, str],
    shown: Callable[[Decimal], Decimal],
    more: tuple[str, ...],
) -> list[list[str]]:
    count = int(query.get("limit", "200"))
    closes = world.past.closes(symbol, world.marks[symbol])[-count - 1 :]
    rows = []
    for (_, before), (start, close) in pairwise(closes):
        first, last = shown(before), shown(close)
        prices = (first, max(first, last), min(first, last), last)
        rows.append([str(start // MINUTE * MINUTE), *map(plain, prices), *more])
    return rows[::-1]


def collateral_ratios() -> list[Row]:
    """GET /v5/spot-margin-trade/collateral."""
    return [
        {"currency": coin, "collateralRatioList": list(_ratio_rows(tiers))}
        for coin, tiers in RATIOS.items()
    ]


def loan_tiers() -> list[Row]:
    """GET /v5/spot-margin-trade/position-tiers."""
    tier = {"tier": "1", "borrowLimit": "1000000", "positionMMR": plain(LOAN_RATE)}
    terms = [{**tier, "positionIMR": "0.2", "maxLeverage": "5"}]
    return [{"currency": coin, "positionTiersRatioList": terms} for coin in RATIOS]


def _ratio_rows(tiers: tuple[tuple[Decimal, Decimal], ...]) -> Iterator[Row]:
    floor = "0"
    for ceiling, ratio in tiers:
        top = "" if ceiling == ENDLESS else plain(ceiling)
        yield {"minQty": floor, "maxQty": top, "collateralRatio": plain(ratio)}
        floor = top
