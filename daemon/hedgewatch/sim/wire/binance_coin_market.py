"""What the COIN-M venue says to everybody: listing, marks, quotes, order books."""

from decimal import Decimal
from typing import Any

from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.coin_contracts import CoinContract
from hedgewatch.sim.wire.binance_listings import (
    LISTED,
    PERPETUAL_DELIVERY,
    places_of,
    weight_a_minute,
)
from hedgewatch.sim.wire.binance_market import QUANTITY, next_funding, quote
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]
TRADED_IN_A_DAY = Decimal(90_000)


def exchange_info(world: World) -> Reply:
    """GET /dapi/v1/exchangeInfo."""
    return {
        "timezone": "UTC",
        "serverTime": epoch_milliseconds(),
        "rateLimits": [weight_a_minute(2400)],
        "exchangeFilters": [],
        "symbols": [_contract(contract) for contract in world.coins.contracts.values()],
    }


def _contract(contract: CoinContract) -> Reply:
    return {
        "symbol": contract.symbol,
        "pair": contract.pair,
        "contractType": "PERPETUAL" if contract.expiry is None else "NEXT_QUARTER",
        "deliveryDate": contract.expiry or PERPETUAL_DELIVERY,
        "onboardDate": LISTED,
        "contractStatus": contract.status,
        "contractSize": int(contract.face),
        "marginAsset": contract.base,
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": contract.base,
        "quoteAsset": "USD",
        "pricePrecision": places_of(contract.tick),
        "quantityPrecision": 0,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "equalQtyPrecision": 4,
        "maxMoveOrderLimit": 10000,
        "triggerProtect": "0.0500",
        "liquidationFee": "0.015000",
        "marketTakeBound": "0.05",
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW"],
        "filters": _filters(plain(contract.tick)),
        "orderTypes": ["LIMIT", "MARKET", "STOP", "STOP_MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
        "permissionSets": ["GRID", "COPY"],
    }


def _filters(tick: str) -> list[Reply]:
    lot = {"stepSize": "1", "minQty": "1", "maxQty": "1000000"}
    return [
        {
            "filterType": "PRICE_FILTER",
            "tickSize": tick,
            "minPrice": tick,
            "maxPrice": "4520958",
        },
        {"filterType": "LOT_SIZE", **lot},
        {"filterType": "MARKET_LOT_SIZE", **lot},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": "1.0500",
            "multiplierDown": "0.9500",
            "multiplierDecimal": "4",
        },
    ]


def premium_index(world: World, symbol: str) -> Reply:
    """One contract of GET /dapi/v1/premiumIndex."""
    contract, now = world.coins.contracts[symbol], epoch_milliseconds()
    dated = contract.expiry is not None
    return {
        "symbol": symbol,
        "pair": contract.pair,
        "markPrice": money(world.coins.mark(symbol)),
        "indexPrice": money(world.marks[contract.follows]),
        "estimatedSettlePrice": money(world.marks[contract.follows]),
        "lastFundingRate": "" if dated else money(world.funding_rate),
        "interestRate": "" if dated else "0.00010000",
        "nextFundingTime": 0 if dated else next_funding(now),
        "time": now,
    }


def depth(world: World, symbol: str, limit: int) -> Reply:
    """GET /dapi/v1/depth: a level at each tick, all of one number of contracts."""
    contract, amount, now = (
        world.coins.contracts[symbol],
        plain(world.level_amount),
        epoch_milliseconds(),
    )
    bid, ask = (Decimal(price) for price in quote(world.coins.mark(symbol), contract.tick))
    steps = [step * contract.tick for step in range(limit)]
    return {
        "lastUpdateId": now,
        "symbol": symbol,
        "pair": contract.pair,
        "E": now,
        "T": now,
        "bids": [[plain(bid - away), amount] for away in steps if bid > away],
        "asks": [[plain(ask + away), amount] for away in steps],
    }


def day(world: World, symbol: str) -> Reply:
    """One contract of GET /dapi/v1/ticker/24hr."""
    now, mark = epoch_milliseconds(), world.coins.mark(symbol)
    contract = world.coins.contracts[symbol]
    same = dict.fromkeys(
        ("weightedAvgPrice", "lastPrice", "openPrice", "highPrice", "lowPrice"), plain(mark)
    )
    return {
        "symbol": symbol,
        "pair": contract.pair,
        "priceChange": "0",
        "priceChangePercent": "0.000",
        **same,
        "lastQty": "1",
        "volume": plain(TRADED_IN_A_DAY),
        "baseVolume": money(TRADED_IN_A_DAY * contract.face / mark),
        "openTime": now - 86_400_000,
        "closeTime": now,
        "firstId": 1,
        "lastId": 2,
        "count": 2,
    }


def open_interest(world: World, symbol: str) -> Reply:
    """GET /dapi/v1/openInterest, in contracts."""
    contract = world.coins.contracts[symbol]
    return {
        "symbol": symbol,
        "pair": contract.pair,
        "openInterest": plain(world.coins.open_interest),
        "contractType": "PERPETUAL" if contract.expiry is None else "NEXT_QUARTER",
        "time": epoch_milliseconds(),
    }


def mark_frame(world: World, symbol: str, now: int) -> Reply:
    """`<symbol>@markPrice`."""
    told = premium_index(world, symbol)
    return {
        "e": "markPriceUpdate",
        "E": now,
        "s": symbol,
        "p": told["markPrice"],
        "P": told["estimatedSettlePrice"],
        "i": told["indexPrice"],
        "r": told["lastFundingRate"],
        "T": told["nextFundingTime"],
    }


def book_frame(world: World, symbol: str, update: int, now: int) -> Reply:
    """`<symbol>@bookTicker`."""
    contract = world.coins.contracts[symbol]
    bid, ask = quote(world.coins.mark(symbol), contract.tick)
    return {
        "e": "bookTicker",
        "u": update,
        "s": symbol,
        "ps": contract.pair,
        "b": bid,
        "B": QUANTITY,
        "a": ask,
        "A": QUANTITY,
        "T": now,
        "E": now,
    }
