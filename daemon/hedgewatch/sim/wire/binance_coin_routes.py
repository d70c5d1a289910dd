"""The addresses of COIN-M."""

from collections.abc import Callable, Mapping
from typing import Any

from hedgewatch.sim.wire import (
    binance_candles,
    binance_coin_account,
    binance_coin_market,
    binance_spot,
)
from hedgewatch.sim.wire.binance_route import (
    DEPTH_WEIGHTS,
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
    weight_of_depth,
)
from hedgewatch.sim.wire.signature import Refusal
from hedgewatch.sim.world import World


def _all(reply: Callable[[World, str], Any]) -> Callable[[Call], Any]:
    return one_or_all(reply, lambda world: world.coins.contracts)


def _listed(reply: Callable[[World, str], Any]) -> Callable[[Call], Any]:
    """A list also when one contract is asked for, as COIN-M answers."""
    answer = _all(reply)
    return lambda call: rows if isinstance(rows := answer(call), list) else [rows]


def _depth(call: Call) -> Any:
    symbol, limit = one_of(call, call.world.coins.contracts), limit_of(call.query)
    if limit not in DEPTH_WEIGHTS:
        raise Refusal(400, -4021, f"{limit} is not valid depth limit.")
    return binance_coin_market.depth(call.world, symbol, limit)


def _candles(call: Call) -> Any:
    symbol = one_of(call, call.world.coins.contracts)
    return binance_candles.coin_candles(call.world, symbol, call.query)


def _brackets(world: World, symbol: str) -> Any:
    return binance_coin_account.leverage_brackets(world.coins.contracts[symbol])


ROUTES: Mapping[str, Route] = {
    "GET /dapi/v1/ping": Route(lambda _: {}),
    "GET /dapi/v1/time": Route(lambda _: binance_spot.server_time()),
    "GET /dapi/v1/exchangeInfo": Route(lambda call: binance_coin_market.exchange_info(call.world)),
    "GET /dapi/v1/premiumIndex": Route(_listed(binance_coin_market.premium_index), weight=10),
    "GET /dapi/v1/fundingInfo": Route(lambda _: []),
    "GET /dapi/v1/depth": Route(_depth, weight=weight_of_depth),
    "GET /dapi/v1/markPriceKlines": Route(_candles, weight=binance_candles.weight_of_marks),
    "GET /dapi/v1/openInterest": Route(_all(binance_coin_market.open_interest)),
    "GET /dapi/v1/ticker/24hr": Route(
        _listed(binance_coin_market.day), weight=lambda query: 1 if query.get("symbol") else 40
    ),
    "GET /dapi/v2/leverageBracket": Route(_listed(_brackets), "signed"),
    "GET /dapi/v1/positionRisk": positions(binance_coin_account.position_risk),
    "GET /dapi/v1/account": signed(binance_coin_account.account_information),
    "GET /dapi/v1/adlQuantile": signed(binance_coin_account.adl_quantiles),
    "GET /dapi/v1/positionSide/dual": signed(
        lambda _, me: {"dualSidePosition": any(side != "BOTH" for _, side in me.coin_positions)},
        30,
    ),
    "POST /dapi/v1/listenKey": issue("coins"),
    "PUT /dapi/v1/listenKey": prolong("coins"),
    "DELETE /dapi/v1/listenKey": end("coins"),
}
