"""Hyperliquid's public replies: the listing with its margin tables, contexts, books, candles.

Field names: Hyperliquid documentation, "Info endpoint", "Perpetuals", "Spot". Spot pairs are named
`@` and their index, but for the first, which is named by its tokens.
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Any

from hedgewatch.sim.accounts import ZERO
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.markets import Perpetual, SpotPair
from hedgewatch.sim.past import MINUTE
from hedgewatch.sim.wire.numbers import on_tick, plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]
VENUE = "hyperliquid"
MONEY = "USDC"
HOUR = 3_600_000
LEVELS = 20
"""Of each side of a book; no more are shown."""

TABLES_FROM = 50
"""Numbers below it are tables of one tier, with that very leverage."""

UNIT_TOKENS = {"BTC": ("UBTC", "Unit Bitcoin")}
"""Coins that lie on other chains, by the tokens that stand for them here."""

TRADED_IN_A_DAY = Decimal(100_000)


def decimals_of(step: Decimal) -> int:
    """`szDecimals`: how many decimals a quantity has."""
    return max(0, -int(step.normalize().as_tuple().exponent))


def coins(world: World) -> dict[str, Perpetual]:
    """The perpetuals by their names; dated contracts are not listed here."""
    return {market.base: market for market in world.markets.values() if market.expiry is None}


def pairs(world: World) -> dict[str, SpotPair]:
    """The spot pairs by their names."""
    listed = world.spot_pairs.values()
    return {
        f"@{index}" if index else f"{token_of(pair.base)}/{MONEY}": pair
        for index, pair in enumerate(listed)
    }


def token_of(asset: str) -> str:
    """The name of the token that an asset is here."""
    return UNIT_TOKENS.get(asset, (asset, ""))[0]


def tokens(world: World) -> list[str]:
    """Assets by the index of their token."""
    return [MONEY, *(pair.base for pair in world.spot_pairs.values())]


def meta(world: World) -> Reply:
    """`meta`: what is listed, and the tiers."""
    listed = list(coins(world).values())
    rows = [
        {
            "szDecimals": decimals_of(market.step),
            "name": market.base,
            "maxLeverage": market.tiers[0].leverage,
            "marginTableId": TABLES_FROM + index,
        }
        for index, market in enumerate(listed)
    ]
    tables = [[TABLES_FROM + index, _table(market)] for index, market in enumerate(listed)]
    return {"universe": rows, "marginTables": tables, "collateralToken": 0}


def _table(market: Perpetual) -> Reply:
    tiers = [
        {"lowerBound": _money(tier.floor), "maxLeverage": tier.leverage} for tier in market.tiers
    ]
    return {"description": f"tiered {market.tiers[0].leverage}x", "marginTiers": tiers}


def contexts(world: World) -> list[Reply]:
    """The second part of `metaAndAssetCtxs`, in the order of the universe."""
    return [context(world, coin) for coin in coins(world)]


def context(world: World, coin: str) -> Reply:
    """What a perpetual is at: its mark, its oracle price, its funding of an hour."""
    market = coins(world)[coin]
    mark, oracle = world.mark_at(VENUE, market.symbol), world.marks[market.symbol]
    bid, ask = best(mark, market.tick)
    return {
        "funding": plain(world.funding_rate),
        "openInterest": "1000000.0",
        "prevDayPx": plain(mark),
        "dayNtlVlm": plain(mark * TRADED_IN_A_DAY),
        "premium": plain(mark / oracle - 1),
        "oraclePx": plain(oracle),
        "markPx": plain(mark),
        "midPx": plain(mark),
        "impactPxs": [plain(bid), plain(ask)],
        "dayBaseVlm": plain(TRADED_IN_A_DAY),
    }


def spot_meta(world: World) -> Reply:
    """`spotMeta`: tokens and pairs."""
    named = [
        {
            "name": token_of(asset),
            "szDecimals": 8 if asset == MONEY else 2,
            "weiDecimals": 8,
            "index": index,
            "tokenId": f"0x{index:032x}",
            "isCanonical": True,
            "evmContract": None,
            "fullName": UNIT_TOKENS.get(asset, ("", None))[1],
        }
        for index, asset in enumerate(tokens(world))
    ]
    universe = [
        {"name": name, "tokens": [index + 1, 0], "index": index, "isCanonical": not index}
        for index, name in enumerate(pairs(world))
    ]
    return {"tokens": named, "universe": universe}


def spot_contexts(world: World) -> list[Reply]:
    """The second part of `spotMetaAndAssetCtxs`."""
    return [spot_context(world, name) for name in pairs(world)]


def spot_context(world: World, name: str) -> Reply:
    """What a pair is at."""
    price = plain(world.spot_price(pairs(world)[name].symbol))
    return {
        "prevDayPx": price,
        "dayNtlVlm": "1000000.0",
        "markPx": price,
        "midPx": price,
        "circulatingSupply": "1000000.0",
        "coin": name,
        "totalSupply": "1000000.0",
        "dayBaseVlm": plain(TRADED_IN_A_DAY),
    }


def mids(world: World) -> dict[str, str]:
    """`allMids`."""
    perpetuals = {coin: context(world, coin)["midPx"] for coin in coins(world)}
    return perpetuals | {name: spot_context(world, name)["midPx"] for name in pairs(world)}


def price_of(world: World, coin: str) -> tuple[Decimal, Decimal]:
    """What a coin or pair trades at, and its tick; KeyError for one that is not listed."""
    market = coins(world).get(coin)
    if market is not None:
        return world.mark_at(VENUE, market.symbol), market.tick
    pair = pairs(world)[coin]
    return world.spot_price(pair.symbol), pair.tick


def best(price: Decimal, tick: Decimal) -> tuple[Decimal, Decimal]:
    """Bid and ask, a tick to either side."""
    middle = on_tick(price, tick)
    return middle - tick, middle + tick


def book(world: World, coin: str, figures: int | None = None, *, behind: int = 0) -> Reply:
    """`l2Book`: a level at each tick, or at each step of so many significant figures."""
    price, tick = price_of(world, coin)
    bid, ask = best(price, tick)
    step = tick if figures is None else max(tick, _step(price, figures))
    sides = _levels(bid, -step, world.level_amount), _levels(ask, step, world.level_amount)
    now = epoch_milliseconds() - behind
    return {"coin": coin, "time": now, "levels": [list(side) for side in sides]}


def _levels(best_price: Decimal, step: Decimal, amount: Decimal) -> Iterator[Reply]:
    rounding = ROUND_CEILING if step > 0 else ROUND_FLOOR
    first = (best_price / abs(step)).to_integral_value(rounding) * abs(step)
    for number in range(LEVELS):
        price = first + number * step
        if price > ZERO:
            yield level(price, amount)


def level(price: Decimal, amount: Decimal) -> Reply:
    """One price of a book."""
    return {"px": plain(price), "sz": plain(amount), "n": 1}


def _step(price: Decimal, figures: int) -> Decimal:
    return Decimal(1).scaleb(price.adjusted() - figures + 1)


def candles(world: World, coin: str, start: int, end: int) -> list[Reply]:
    """`candleSnapshot`, of minutes."""
    market = coins(world).get(coin)
    symbol = market.symbol if market is not None else pairs(world)[coin].symbol
    closes = world.past.closes(symbol, world.marks[symbol])
    return [
        _candle(coin, began, before, price)
        for (_, before), (began, price) in pairwise(closes)
        if start <= began <= end
    ]


def _candle(coin: str, began: int, before: Decimal, price: Decimal) -> Reply:
    return {
        "t": began,
        "T": began + MINUTE - 1,
        "s": coin,
        "i": "1m",
        "o": plain(before),
        "c": plain(price),
        "h": plain(max(before, price)),
        "l": plain(min(before, price)),
        "v": "1000.0",
        "n": 60,
    }


def _money(value: Decimal) -> str:
    return f"{value:.1f}"
