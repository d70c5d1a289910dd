"""Which address gives which reply, who may ask, and what it weighs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.wire import (
    binance_account,
    binance_candles,
    binance_listings,
    binance_market,
    binance_positions,
    binance_spot,
)
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.signature import Refusal
from hedgewatch.sim.world import World

UNKNOWN_SYMBOL = (400, -1121, "Invalid symbol.")
DEPTH_WEIGHTS = {5: 2, 10: 2, 20: 2, 50: 2, 100: 5, 500: 10, 1000: 20}
NO_LISTEN_KEY = (400, -1125, "This listenKey does not exist.")


@dataclass(frozen=True, slots=True)
class Call:
    """One request as its reply needs it."""

    service: Service
    query: Mapping[str, str]
    caller: Account | None = None

    @property
    def world(self) -> World:
        """The truth."""
        return self.service.world

    @property
    def account(self) -> Account:
        """Who asks; only routes with security read it."""
        if self.caller is None:
            raise LookupError("a public route asked for its caller")
        return self.caller


@dataclass(frozen=True, slots=True)
class Route:
    """How one address is answered."""

    reply: Callable[[Call], Any]
    security: str = "none"
    weight: int | Callable[[Mapping[str, str]], int] = 1

    def weight_of(self, query: Mapping[str, str]) -> int:
        """What a request with these parameters weighs."""
        return self.weight if isinstance(self.weight, int) else self.weight(query)


def _one_or_all(
    reply: Callable[[World, str], Any], listed: Callable[[World], Iterable[str]]
) -> Callable[[Call], Any]:
    """The market that the query names, those that it lists, or all of them."""

    def answer(call: Call) -> Any:
        symbol, known = call.query.get("symbol"), list(listed(call.world))
        named = [symbol] if symbol else _named(call.query.get("symbols")) or known
        if not set(named) <= set(known):
            raise Refusal(*UNKNOWN_SYMBOL)
        replies = [reply(call.world, name) for name in named]
        return replies[0] if symbol else replies

    return answer


def _named(symbols: str | None) -> list[str]:
    """The query's `symbols`, a JSON list."""
    try:
        return [str(symbol) for symbol in orjson.loads(symbols or "[]")]
    except (orjson.JSONDecodeError, TypeError) as error:
        raise Refusal(400, -1100, "Illegal characters found in parameter 'symbols'.") from error


def _futures(reply: Callable[[World, str], Any]) -> Callable[[Call], Any]:
    return _one_or_all(reply, lambda world: world.markets)


def _spot(reply: Callable[[World, str], Any]) -> Callable[[Call], Any]:
    return _one_or_all(reply, lambda world: world.spot_pairs)


def _signed(reply: Callable[[World, Account], Any], weight: int = 5) -> Route:
    return Route(lambda call: reply(call.world, call.account), "signed", weight)


def _positions(reply: Callable[[World, Account], Any]) -> Route:
    def answer(call: Call) -> Any:
        empty = call.service.faults.take_empty_positions()
        rows = [] if empty else reply(call.world, call.account)
        symbol = call.query.get("symbol")
        return [row for row in rows if symbol in {None, row["symbol"]}]

    return Route(answer, "signed", 5)


def _since(reply: Callable[[Call, int], Any], weight: int = 1) -> Route:
    return Route(lambda call: reply(call, int(call.query.get("startTime", "0"))), "signed", weight)


def _one_of(call: Call, listed: Iterable[str]) -> str:
    symbol = call.query.get("symbol", "")
    if symbol not in listed:
        raise Refusal(*UNKNOWN_SYMBOL)
    return symbol


def _issue(venue: str) -> Route:
    return Route(
        lambda call: {"listenKey": call.service.listen_keys.issue(call.account, venue)}, "key"
    )


def _prolong(venue: str) -> Route:
    def answer(call: Call) -> Any:
        if not call.service.listen_keys.prolong(call.account, venue):
            raise Refusal(*NO_LISTEN_KEY)
        return {"listenKey": call.service.listen_keys.issue(call.account, venue)}

    return Route(answer, "key")


def _end(venue: str) -> Route:
    def answer(call: Call) -> Any:
        call.service.listen_keys.end(call.account.name, venue)
        return {}

    return Route(answer, "key")


def _depth(call: Call) -> Any:
    symbol, limit = _one_of(call, call.world.markets), _limit(call.query)
    if limit not in DEPTH_WEIGHTS:
        raise Refusal(400, -4021, f"{limit} is not valid depth limit.")
    return binance_market.depth(call.world, symbol, limit)


def _mark_candles(call: Call) -> Any:
    symbol = _one_of(call, call.world.markets)
    return binance_candles.mark_candles(call.world, symbol, call.query)


def _spot_candles(call: Call) -> Any:
    symbol = _one_of(call, call.world.spot_pairs)
    return binance_candles.spot_candles(call.world, symbol, call.query)


def _weight_of_depth(query: Mapping[str, str]) -> int:
    return DEPTH_WEIGHTS.get(_limit(query), 1)


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", "500")
    return int(text) if text.isdigit() else 0


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
    "GET /fapi/v1/depth": Route(_depth, weight=_weight_of_depth),
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
    "GET /fapi/v2/positionRisk": _positions(binance_positions.position_risk_v2),
    "GET /fapi/v3/positionRisk": _positions(binance_positions.position_risk),
    "GET /fapi/v2/account": _signed(binance_account.account_information_v2),
    "GET /fapi/v3/account": _signed(binance_account.account_information),
    "GET /fapi/v2/balance": _signed(binance_account.balances),
    "GET /fapi/v3/balance": _signed(binance_account.balances),
    "GET /fapi/v1/symbolConfig": _signed(binance_account.symbol_configuration),
    "GET /fapi/v1/multiAssetsMargin": _signed(
        lambda _, me: {"multiAssetsMargin": me.multi_assets}, 30
    ),
    "GET /fapi/v1/positionSide/dual": _signed(
        lambda _, me: {"dualSidePosition": me.hedge_mode}, 30
    ),
    "POST /fapi/v1/listenKey": _issue("futures"),
    "PUT /fapi/v1/listenKey": _prolong("futures"),
    "DELETE /fapi/v1/listenKey": _end("futures"),
    "GET /dapi/v1/exchangeInfo": Route(lambda _: {"symbols": []}),
    "GET /api/v3/ping": Route(lambda _: {}),
    "GET /api/v3/time": Route(lambda _: binance_spot.server_time()),
    "GET /api/v3/exchangeInfo": Route(
        lambda call: binance_listings.spot_exchange_info(call.world), weight=20
    ),
    "GET /api/v3/klines": Route(_spot_candles, weight=2),
    "GET /api/v3/ticker/24hr": Route(_spot(binance_market.spot_day), weight=80),
    "GET /api/v3/ticker/bookTicker": Route(_spot(binance_market.spot_book), weight=4),
    "GET /api/v3/ticker/price": Route(_spot(binance_market.spot_price), weight=4),
    "GET /api/v3/account": _signed(binance_spot.spot_account, 20),
    "GET /api/v3/myTrades": _since(
        lambda call, since: binance_spot.own_trades(
            call.world, call.account, _one_of(call, call.world.spot_pairs), since
        ),
        20,
    ),
    "GET /sapi/v1/asset/transfer": _since(
        lambda call, since: binance_spot.transfers(call.account, call.query["type"], since)
    ),
    "GET /sapi/v1/capital/withdraw/history": _since(
        lambda call, since: binance_spot.withdrawals(call.account, call.query["coin"], since)
    ),
    "POST /api/v3/userDataStream": _issue("spot"),
    "PUT /api/v3/userDataStream": _prolong("spot"),
    "DELETE /api/v3/userDataStream": _end("spot"),
    "GET /sapi/v1/system/status": Route(lambda _: binance_spot.system_status()),
    "GET /sapi/v1/account/apiRestrictions": _signed(binance_spot.api_restrictions, 1),
    "GET /sapi/v1/account/info": _signed(binance_spot.account_info, 1),
    "GET /sapi/v1/margin/allPairs": Route(lambda _: []),
    "GET /sapi/v1/margin/isolated/allPairs": Route(lambda _: []),
    "GET /sapi/v1/capital/config/getall": _signed(binance_spot.all_coins, 10),
}
