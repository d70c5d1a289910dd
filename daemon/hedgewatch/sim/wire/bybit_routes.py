"""Which address of Bybit's gives which result, and whether it has to be signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hedgewatch.sim.accounts import ZERO, Account, CoinPosition, Position
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.margin_bybit import TAKER
from hedgewatch.sim.markets import QUOTE
from hedgewatch.sim.wire import bybit_account, bybit_listings, bybit_market, bybit_positions
from hedgewatch.sim.wire.bybit_signature import BAD_REQUEST, Refusal
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.world import World

Result = dict[str, Any]
Listed = Callable[[World, Mapping[str, str]], list[Any]]

_MOST_LEVELS = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """One request as its reply needs it."""

    service: Service
    sequence: bybit_positions.Sequence
    query: Mapping[str, str]
    caller: Account | None = None

    @property
    def world(self) -> World:
        """The truth."""
        return self.service.world

    @property
    def account(self) -> Account:
        """Who asks; only signed routes read it."""
        if self.caller is None:
            raise LookupError("a public route asked for its caller")
        return self.caller


@dataclass(frozen=True, slots=True)
class Route:
    """How one address is answered."""

    reply: Callable[[Call], Result]
    signed: bool = False


def _listed(listed: Listed) -> Route:
    def answer(call: Call) -> Result:
        rows = listed(call.world, call.query)
        return {"category": call.query.get("category", ""), "list": rows, "nextPageCursor": ""}

    return Route(answer)


def _time(_call: Call) -> Result:
    now = epoch_milliseconds()
    return {"timeSecond": str(now // 1000), "timeNano": str(now * 1_000_000)}


def _book(call: Call) -> Result:
    levels = call.query.get("limit", "25")
    count = min(int(levels), _MOST_LEVELS) if levels.isdigit() else 0
    named = call.query.get("category", ""), call.query.get("symbol", "")
    found = bybit_market.book(call.world, *named, count)
    if found is None or not count:
        raise Refusal(*BAD_REQUEST)
    now = epoch_milliseconds()
    return {**found, "ts": now, "cts": now}


def _candles(
    made: Callable[[World, Mapping[str, str]], list[list[str]] | None],
) -> Route:
    def answer(call: Call) -> Result:
        found = made(call.world, call.query) if call.query.get("interval") == "1" else None
        if found is None:
            raise Refusal(*BAD_REQUEST)
        named = {name: call.query.get(name, "") for name in ("category", "symbol")}
        return {**named, "list": found}

    return Route(answer)


def _positions(call: Call) -> Result:
    """Page by page; a named symbol is told flat, too, as Bybit does."""
    category, symbol = call.query.get("category", ""), call.query.get("symbol")
    if category == "linear" and not symbol and not call.query.get("settleCoin"):
        raise Refusal(10001, "Missing some parameters that must be filled in, symbol or settleCoin")
    empty = call.service.faults.take_empty_positions()
    rows = [] if empty else _rows(call, category, symbol)
    begin, size = int(call.query.get("cursor") or 0), int(call.query.get("limit", "20"))
    more, page = begin + size < len(rows), rows[begin : begin + size]
    return {"category": category, "list": page, "nextPageCursor": str(begin + size) if more else ""}


def _rows(call: Call, category: str, symbol: str | None) -> list[Result]:
    world, me, seq = call.world, call.account, call.sequence
    if category == "inverse":
        held = _inverse_legs(call, symbol)
        return [bybit_positions.coin_position(world, me, leg, seq.of(me, leg)) for leg in held]
    legs = _linear_legs(call, symbol) if category == "linear" else []
    return [bybit_positions.position(world, me, leg, seq.of(me, leg)) for leg in legs]


def _linear_legs(call: Call, symbol: str | None) -> list[Position]:
    if symbol is None:
        return call.account.held() if call.query.get("settleCoin") == QUOTE else []
    if symbol not in call.world.markets:
        raise Refusal(*BAD_REQUEST)
    known = [leg for leg in call.account.positions.values() if leg.symbol == symbol]
    return known or [Position(symbol, ZERO, ZERO)]


def _inverse_legs(call: Call, symbol: str | None) -> list[CoinPosition]:
    known = list(call.account.coin_positions.values())
    if symbol is None:
        return [leg for leg in known if leg.contracts]
    truths = {bybit_listings.inverse_name(truth): truth for truth in call.world.coins.contracts}
    if symbol not in truths:
        raise Refusal(*BAD_REQUEST)
    named = [leg for leg in known if leg.symbol == truths[symbol]]
    return named or [CoinPosition(truths[symbol], ZERO, ZERO)]


def _fees(call: Call) -> Result:
    category, wanted = call.query.get("category", ""), call.query.get("symbol")
    names = [each.name for each in bybit_listings.contracts(call.world, category)]
    return {
        "list": [
            {"symbol": name, "takerFeeRate": str(TAKER), "makerFeeRate": "0.0002"}
            for name in names
            if wanted in {None, name}
        ]
    }


def _wallet(call: Call) -> Result:
    if call.query.get("accountType") != "UNIFIED":
        raise Refusal(10001, "accountType only support UNIFIED.")
    return {"list": [bybit_account.wallet(call.world, call.account)]}


ROUTES: Mapping[str, Route] = {
    "/v5/market/time": Route(_time),
    "/v5/market/instruments-info": _listed(bybit_listings.instruments),
    "/v5/market/risk-limit": _listed(bybit_listings.risk_limits),
    "/v5/market/tickers": _listed(bybit_market.tickers),
    "/v5/market/orderbook": Route(_book),
    "/v5/market/mark-price-kline": _candles(bybit_market.mark_candles),
    "/v5/market/kline": _candles(bybit_market.pair_candles),
    "/v5/spot-margin-trade/collateral": Route(lambda _: {"list": bybit_market.collateral_ratios()}),
    "/v5/spot-margin-trade/position-tiers": Route(
        lambda _: {"list": bybit_market.loan_tiers()}, signed=True
    ),
    "/v5/account/info": Route(lambda call: bybit_account.account_info(call.account), signed=True),
    "/v5/account/wallet-balance": Route(_wallet, signed=True),
    "/v5/account/fee-rate": Route(_fees, signed=True),
    "/v5/account/transaction-log": Route(
        lambda call: {"list": bybit_account.log(call.account, call.query), "nextPageCursor": ""},
        signed=True,
    ),
    "/v5/position/list": Route(_positions, signed=True),
    "/v5/user/query-api": Route(lambda call: bybit_account.key(call.account), signed=True),
    "/v5/asset/coin/query-info": Route(lambda _: {"rows": []}, signed=True),
}
"""All are GET."""
