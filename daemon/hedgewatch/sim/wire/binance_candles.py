"""Replies about the past: candles of a minute, of marks and of spot trades."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise

from hedgewatch.sim.past import MINUTE
from hedgewatch.sim.wire.numbers import money, on_tick, plain
from hedgewatch.sim.wire.signature import Refusal
from hedgewatch.sim.world import World

Candle = list[str | int]

MARK_LIMIT, SPOT_LIMIT = 1500, 1000
_USUAL_LIMIT = "500"
_WEIGHTS = ((99, 1), (499, 2), (1000, 5))
_HEAVIEST = 10


def mark_candles(world: World, symbol: str, query: Mapping[str, str]) -> list[Candle]:
    """GET /fapi/v1/markPriceKlines: what is no price in it is to be ignored."""
    return _candles(world, symbol, _count(query, MARK_LIMIT), money, "0")


def coin_candles(world: World, symbol: str, query: Mapping[str, str]) -> list[Candle]:
    """GET /dapi/v1/markPriceKlines: the past of a contract goes with that of its market."""
    contract = world.coins.contracts[symbol]
    count = _count(query, MARK_LIMIT)
    return _candles(
        world, contract.follows, count, lambda price: money(price * (1 + contract.premium)), "0"
    )


def spot_candles(world: World, symbol: str, query: Mapping[str, str]) -> list[Candle]:
    """GET /api/v3/klines: the past of a pair goes with that of its mark."""
    pair, mark = world.spot_pairs[symbol], world.marks[symbol]
    part = world.spot_price(symbol) / mark if mark else Decimal(1)
    return _candles(
        world,
        symbol,
        _count(query, SPOT_LIMIT),
        lambda price: plain(on_tick(price * part, pair.tick)),
        "1000",
    )


def weight_of_marks(query: Mapping[str, str]) -> int:
    """By how many candles are asked for."""
    limit = query.get("limit", _USUAL_LIMIT)
    count = int(limit) if limit.isdigit() else 0
    return next((weight for most, weight in _WEIGHTS if count <= most), _HEAVIEST)


def _count(query: Mapping[str, str], most: int) -> int:
    limit = query.get("limit", _USUAL_LIMIT)
    if query.get("interval") != "1m":
        raise Refusal(400, -1120, "Invalid interval.")
    if not limit.isdigit() or not 0 < int(limit) <= most:
        raise Refusal(400, -1130, "Data sent for parameter 'limit' is not valid.")
    return int(limit)


def _candles(
    world: World, symbol: str, count: int, written: Callable[[Decimal], str], volume: str
) -> list[Candle]:
    closes = world.past.closes(symbol, world.marks[symbol])[-count - 1 :]
    return [
        [
            start,
            written(before),
            written(max(before, price)),
            written(min(before, price)),
            written(price),
            volume,
            start + MINUTE - 1,
            volume,
            60,
            volume,
            volume,
            "0",
        ]
        for (_, before), (start, price) in pairwise(closes)
    ]
