"""Replies about the markets, futures and spot: listings, marks, quotes, the day's range."""

from decimal import Decimal
from typing import Any

from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.markets import QUOTE, Perpetual, SpotPair
from hedgewatch.sim.wire.numbers import money, on_tick, plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]
PERPETUAL_DELIVERY = 4_133_404_800_000
LISTED = 1_700_000_000_000
FUNDING_INTERVAL = 8 * 3_600_000
QUANTITY = "1000"


def futures_exchange_info(world: World) -> Reply:
    """GET /fapi/v1/exchangeInfo."""
    limit = {
        "rateLimitType": "REQUEST_WEIGHT",
        "interval": "MINUTE",
        "intervalNum": 1,
        "limit": 2400,
    }
    return {
        "timezone": "UTC",
        "serverTime": epoch_milliseconds(),
        "futuresType": "U_MARGINED",
        "rateLimits": [limit],
        "exchangeFilters": [],
        "assets": [{"asset": QUOTE, "marginAvailable": True, "autoAssetExchange": "-10000"}],
        "symbols": [_perpetual(market) for market in world.markets.values()],
    }


def spot_exchange_info(world: World) -> Reply:
    """GET /api/v3/exchangeInfo."""
    limit = {
        "rateLimitType": "REQUEST_WEIGHT",
        "interval": "MINUTE",
        "intervalNum": 1,
        "limit": 6000,
    }
    return {
        "timezone": "UTC",
        "serverTime": epoch_milliseconds(),
        "rateLimits": [limit],
        "exchangeFilters": [],
        "symbols": [_spot_pair(pair) for pair in world.spot_pairs.values()],
    }


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


def funding_info(_world: World, symbol: str) -> Reply:
    """One market of GET /fapi/v1/fundingInfo."""
    return {
        "symbol": symbol,
        "adjustedFundingRateCap": "0.02000000",
        "adjustedFundingRateFloor": "-0.02000000",
        "fundingIntervalHours": 8,
        "disclaimer": False,
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
        "volume": QUANTITY,
        "quoteVolume": plain(price * Decimal(QUANTITY)),
        "openTime": now - 86_400_000,
        "closeTime": now,
        "firstId": 1,
        "lastId": 2,
        "count": 2,
    }


def _perpetual(market: Perpetual) -> Reply:
    tick, step = plain(market.tick), plain(market.step)
    lot = {"stepSize": step, "minQty": step, "maxQty": "10000000"}
    return {
        "symbol": market.symbol,
        "pair": market.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": PERPETUAL_DELIVERY,
        "onboardDate": LISTED,
        "status": "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": market.base,
        "quoteAsset": QUOTE,
        "marginAsset": QUOTE,
        "pricePrecision": _places(market.tick),
        "quantityPrecision": _places(market.step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["AI"],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "tickSize": tick,
                "minPrice": tick,
                "maxPrice": "1000000",
            },
            {"filterType": "LOT_SIZE", **lot},
            {"filterType": "MARKET_LOT_SIZE", **lot},
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
            {"filterType": "MIN_NOTIONAL", "notional": "5"},
            {
                "filterType": "PERCENT_PRICE",
                "multiplierUp": "1.0500",
                "multiplierDown": "0.9500",
                "multiplierDecimal": "4",
            },
        ],
        "orderTypes": [
            "LIMIT",
            "MARKET",
            "STOP",
            "STOP_MARKET",
            "TAKE_PROFIT",
            "TAKE_PROFIT_MARKET",
        ],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
        "permissionSets": ["GRID", "COPY"],
    }


def _spot_pair(pair: SpotPair) -> Reply:
    tick, step = money(pair.tick), money(pair.step)
    lot = {"stepSize": step, "minQty": step, "maxQty": "9000000.00000000"}
    precisions = ("baseAssetPrecision", "quotePrecision", "quoteAssetPrecision")
    allowed = (
        "icebergAllowed",
        "ocoAllowed",
        "otoAllowed",
        "quoteOrderQtyMarketAllowed",
        "isSpotTradingAllowed",
    )
    return {
        "symbol": pair.symbol,
        "status": "TRADING",
        "baseAsset": pair.base,
        "quoteAsset": QUOTE,
        **dict.fromkeys(precisions, 8),
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
        **dict.fromkeys(allowed, True),
        "isMarginTradingAllowed": False,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "tickSize": tick,
                "minPrice": tick,
                "maxPrice": "1000000.00000000",
            },
            {"filterType": "LOT_SIZE", **lot},
            {
                "filterType": "NOTIONAL",
                "minNotional": "5.00000000",
                "applyMinToMarket": True,
                "avgPriceMins": 5,
            },
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
    }


def _places(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
