"""What Binance lists: exchangeInfo of the futures and of the spot venue."""

from decimal import Decimal
from typing import Any

from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.markets import QUOTE, Perpetual, SpotPair
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]
PERPETUAL_DELIVERY = 4_133_404_800_000
LISTED = 1_700_000_000_000
_TAKE_PROFIT = ("TAKE_PROFIT", "TAKE_PROFIT_MARKET")


def futures_exchange_info(world: World) -> Reply:
    """GET /fapi/v1/exchangeInfo."""
    return {
        "timezone": "UTC",
        "serverTime": epoch_milliseconds(),
        "futuresType": "U_MARGINED",
        "rateLimits": [weight_a_minute(2400)],
        "exchangeFilters": [],
        "assets": [{"asset": QUOTE, "marginAvailable": True, "autoAssetExchange": "-10000"}],
        "symbols": [_perpetual(market) for market in world.markets.values()],
    }


def spot_exchange_info(world: World) -> Reply:
    """GET /api/v3/exchangeInfo."""
    return {
        "timezone": "UTC",
        "serverTime": epoch_milliseconds(),
        "rateLimits": [weight_a_minute(6000)],
        "exchangeFilters": [],
        "symbols": [_spot_pair(pair) for pair in world.spot_pairs.values()],
    }


def weight_a_minute(limit: int) -> Reply:
    """One of the limits that a venue names."""
    return {
        "rateLimitType": "REQUEST_WEIGHT",
        "interval": "MINUTE",
        "intervalNum": 1,
        "limit": limit,
    }


def _perpetual(market: Perpetual) -> Reply:
    return {
        "symbol": market.symbol,
        "pair": market.symbol,
        "contractType": "PERPETUAL" if market.expiry is None else "CURRENT_QUARTER",
        "deliveryDate": market.expiry or market.delisted or PERPETUAL_DELIVERY,
        "onboardDate": LISTED,
        "status": market.status,
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": market.base,
        "quoteAsset": QUOTE,
        "marginAsset": QUOTE,
        "pricePrecision": places_of(market.tick),
        "quantityPrecision": places_of(market.step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["AI"],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": _futures_filters(market),
        "orderTypes": ["LIMIT", "MARKET", "STOP", "STOP_MARKET", *_TAKE_PROFIT],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
        "permissionSets": ["GRID", "COPY"],
    }


def _futures_filters(market: Perpetual) -> list[Reply]:
    tick, step = plain(market.tick), plain(market.step)
    lot = {"stepSize": step, "minQty": step, "maxQty": "10000000"}
    return [
        {"filterType": "PRICE_FILTER", "tickSize": tick, "minPrice": tick, "maxPrice": "1000000"},
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
    ]


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


def places_of(step: Decimal) -> int:
    """Decimals of a step."""
    exponent = step.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
