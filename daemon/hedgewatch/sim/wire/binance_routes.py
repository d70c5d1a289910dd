"""Which address gives which reply, who may ask, and what it weighs."""

from collections.abc import Callable, Mapping
from typing import Any

from hedgewatch.sim.wire import (
    binance_account,
    binance_candles,
    binance_coin_routes,
    binance_listings,
    binance_market,
    binance_positions,
    binance_spot,
    binance_unified,
)
from hedgewatch.sim.wire.binance_route import (
    DEPTH_WEIGHTS,
    UNKNOWN_SYMBOL,
    Call,
    Route,
    end,
    issue,
    limit_of,
    one_of,
    one_or_all,
    positions,
    prolong,
    signed,
    since_then,
    weight_of_depth,
)
from hedgewatch.sim.wire.signature import Refusal
from hedgewatch.sim.world import World


def _futures(reply: Callable[[World, str], Any]) -> Callable[[Call], Any]:
    return one_or_all(reply, lambda world: world.markets)


def _spot(reply: Callable[[World, str], Any]) -> Callable[[Call], Any]:
    return one_or_all(reply, lambda world: world.spot_pairs)


def _depth(call: Call) -> Any:
    symbol, limit = one_of(call, call.world.markets), limit_of(call.query)
    if limit not in DEPTH_WEIGHTS:
        raise Refusal(400, -4021, f"{limit} is not valid depth limit.")
    return binance_market.depth(call.world, symbol, limit)


def _mark_candles(call: Call) -> Any:
    symbol = one_of(call, call.world.markets)
    return binance_candles.mark_candles(call.world, symbol, call.query)


def _spot_candles(call: Call) -> Any:
    symbol = one_of(call, call.world.spot_pairs)
    return binance_candles.spot_candles(call.world, symbol, call.query)


def _indices(call: Call) -> Any:
    symbol, assets = call.query.get("symbol"), list(call.world.indices)
    named = [asset for asset in assets if symbol in {None, f"{asset}USD"}]
    if not named:
        raise Refusal(*UNKNOWN_SYMBOL)
    replies = [binance_market.asset_index(call.world, asset) for asset in named]
    return replies[0] if symbol else replies


def _brackets(world: World, symbol: str) -> Any:
    return binance_account.leverage_brackets(world.markets[symbol])


ROUTES: Mapping[str, Route] = {
    "GET /fapi/v1/ping": Route(lambda _: {}),
    "GET /fapi/v1/time": Route(lambda _: binance_spot.server_time()),
    "GET /fapi/v1/exchangeInfo": Route(
        lambda call: binance_listings.futures_exchange_info(call.world)
    ),
    "GET /fapi/v1/premiumIndex": Route(_futures(binance_market.premium_index)),
    "GET /fapi/v1/fundingInfo": Route(lambda call: binance_market.funding_info(call.world)),
    "GET /fapi/v1/assetIndex": Route(_indices, weight=10),
    "GET /fapi/v1/depth": Route(_depth, weight=weight_of_depth),
    "GET /fapi/v1/markPriceKlines": Route(_mark_candles, weight=binance_candles.weight_of_marks),
    "GET /fapi/v1/openInterest": Route(_futures(binance_market.open_interest)),
    "GET /fapi/v1/ticker/24hr": Route(
        _futures(binance_market.futures_day),
        weight=lambda query: 1 if query.get("symbol") else 40,
    ),
    "GET /fapi/v1/ticker/bookTicker": Route(_futures(binance_market.futures_book), weight=5),
    "GET /fapi/v1/ticker/price": Route(_futures(binance_market.futures_price), weight=2),
    "GET /fapi/v2/ticker/price": Route(_futures(binance_market.futures_price), weight=2),
    "GET /fapi/v1/leverageBracket": Route(_futures(_brackets), "signed"),
    "GET /fapi/v2/positionRisk": positions(binance_positions.position_risk_v2),
    "GET /fapi/v3/positionRisk": positions(binance_positions.position_risk),
    "GET /fapi/v2/account": signed(binance_account.account_information_v2),
    "GET /fapi/v3/account": signed(binance_account.account_information),
    "GET /fapi/v2/balance": signed(binance_account.balances),
    "GET /fapi/v3/balance": signed(binance_account.balances),
    "GET /fapi/v1/symbolConfig": signed(binance_account.symbol_configuration),
    "GET /fapi/v1/multiAssetsMargin": signed(
        lambda _, me: {"multiAssetsMargin": me.multi_assets}, 30
    ),
    "GET /fapi/v1/positionSide/dual": signed(lambda _, me: {"dualSidePosition": me.hedge_mode}, 30),
    "POST /fapi/v1/listenKey": issue("futures"),
    "PUT /fapi/v1/listenKey": prolong("futures"),
    "DELETE /fapi/v1/listenKey": end("futures"),
    **binance_coin_routes.ROUTES,
    **binance_unified.ROUTES,
    "GET /api/v3/ping": Route(lambda _: {}),
    "GET /api/v3/time": Route(lambda _: binance_spot.server_time()),
    "GET /api/v3/exchangeInfo": Route(
        lambda call: binance_listings.spot_exchange_info(call.world), weight=20
    ),
    "GET /api/v3/klines": Route(_spot_candles, weight=2),
    "GET /api/v3/ticker/24hr": Route(_spot(binance_market.spot_day), weight=80),
    "GET /api/v3/ticker/bookTicker": Route(_spot(binance_market.spot_book), weight=4),
    "GET /api/v3/ticker/price": Route(_spot(binance_market.spot_price), weight=4),
    "GET /api/v3/account": signed(binance_spot.spot_account, 20),
    "GET /api/v3/myTrades": since_then(
        lambda call, since: binance_spot.own_trades(
            call.world, call.account, one_of(call, call.world.spot_pairs), since
        ),
        20,
    ),
    "GET /sapi/v1/asset/transfer": since_then(
        lambda call, since: binance_spot.transfers(call.account, call.query["type"], since)
    ),
    "GET /sapi/v1/capital/withdraw/history": since_then(
        lambda call, since: binance_spot.withdrawals(call.account, call.query["coin"], since)
    ),
    "GET /sapi/v1/simple-earn/flexible/position": signed(binance_spot.flexible_earn, 150),
    "GET /sapi/v1/simple-earn/locked/position": signed(binance_spot.locked_earn, 150),
    "GET /sapi/v1/asset/wallet/balance": signed(binance_spot.wallet_balances, 60),
    "POST /sapi/v1/asset/get-funding-asset": signed(binance_spot.funding_assets, 1),
    "POST /api/v3/userDataStream": issue("spot"),
    "PUT /api/v3/userDataStream": prolong("spot"),
    "DELETE /api/v3/userDataStream": end("spot"),
    "GET /sapi/v1/system/status": Route(lambda _: binance_spot.system_status()),
    "GET /sapi/v1/account/apiRestrictions": signed(binance_spot.api_restrictions, 1),
    "GET /sapi/v1/account/info": signed(binance_spot.account_info, 1),
    "GET /sapi/v1/margin/allPairs": Route(lambda _: []),
    "GET /sapi/v1/margin/isolated/allPairs": Route(lambda _: []),
    "GET /sapi/v1/capital/config/getall": signed(binance_spot.all_coins, 10),
}
