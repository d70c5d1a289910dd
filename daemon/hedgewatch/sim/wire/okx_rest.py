"""OKX's REST side: one envelope for all, limits of each address, and no way to trade."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.clock import epoch_milliseconds, steady_seconds
from hedgewatch.sim.wire import okx_account, okx_instruments, okx_market
from hedgewatch.sim.wire.okx_signature import NO_RIGHT, Refusal, caller
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.world import World

WINDOW = 2.0
TOO_MANY = (429, 50011, "Too Many Requests")
OUT_OF_SERVICE = (50001, "Service temporarily unavailable. Please try again later.")
UNKNOWN_ADDRESS = b'{"data":[],"code":"404","msg":"Not Found"}'


@dataclass(frozen=True, slots=True)
class Call:
    """One request as its reply needs it."""

    service: Service
    query: Mapping[str, str]
    account: Account | None = None

    @property
    def world(self) -> World:
        """The truth."""
        return self.service.world

    @property
    def owner(self) -> Account:
        """Who asks; only what is private reads it."""
        if self.account is None:
            raise LookupError("a public route asked for its caller")
        return self.account


@dataclass(frozen=True, slots=True)
class Route:
    """How one address is answered: `limit` requests in two seconds."""

    reply: Callable[[Call], list[Any]]
    limit: int
    private: bool = False


def _positions(call: Call) -> list[Any]:
    if call.service.faults.take_empty_positions():
        return []
    return okx_account.positions(call.world, call.owner, call.query.get("instId", ""))


def _tiers(call: Call) -> list[Any]:
    kind, families = call.query.get("instType", ""), call.query.get("instFamily", "")
    return okx_instruments.tiers(call.world, kind, families)


def _public(reply: Callable[[Call], list[Any]], limit: int = 20) -> Route:
    return Route(reply, limit)


def _private(reply: Callable[[Call], list[Any]], limit: int = 10) -> Route:
    return Route(reply, limit, private=True)


ROUTES: Mapping[str, Route] = {
    "public/time": _public(lambda _: [{"ts": str(epoch_milliseconds())}], 10),
    "public/instruments": _public(
        lambda call: okx_instruments.instruments(call.world, call.query.get("instType", ""))
    ),
    "public/position-tiers": _public(_tiers, 10),
    "public/discount-rate-interest-free-quota": _public(lambda _: okx_instruments.discounts(), 2),
    "public/funding-rate": _public(
        lambda call: okx_market.fundings(call.world, call.query.get("instId", "")), 10
    ),
    "public/open-interest": _public(
        lambda call: [
            okx_market.interest(call.world, call.query.get("instId", ""), epoch_milliseconds())
        ]
    ),
    "public/mark-price": _public(
        lambda call: [
            okx_market.mark_row(call.world, call.query.get("instId", ""), epoch_milliseconds())
        ],
        10,
    ),
    "market/index-tickers": _public(lambda call: okx_market.indices(call.world, call.query)),
    "market/mark-price-candles": _public(
        lambda call: okx_market.candles(call.world, call.query, "mark-price-candles")
    ),
    "market/candles": _public(
        lambda call: okx_market.candles(call.world, call.query, "candles"), 40
    ),
    "market/books": _public(
        lambda call: [
            okx_market.book(call.world, call.query.get("instId", ""), call.query.get("sz", "1"))
        ],
        40,
    ),
    "market/ticker": _public(
        lambda call: [
            okx_market.ticker(call.world, call.query.get("instId", ""), epoch_milliseconds())
        ]
    ),
    "account/config": _private(lambda call: [okx_account.configuration(call.owner)], 5),
    "account/balance": _private(lambda call: [okx_account.balance(call.world, call.owner)]),
    "account/positions": _private(_positions),
    "account/trade-fee": _private(
        lambda call: [okx_account.fees(call.query.get("instType", "SPOT"))], 5
    ),
    "asset/balances": _private(lambda _: [], 12),
    "asset/currencies": _private(lambda _: [], 12),
    "finance/savings/balance": _private(lambda _: [], 12),
}
"""By what follows /api/v5/."""


class OkxRest:
    """Answers requests for one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._asked: dict[str, deque[float]] = defaultdict(deque)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request, as the venue or its fault of the moment answers it."""
        name = f"{request.method} {request.path}"
        self._service.requests[name] += 1
        if request.method != "GET":
            self._service.violations.append(name)
        broken = await self._fault(request)
        if broken is not None:
            return broken
        try:
            return self._reply(request, await request.text())
        except Refusal as refusal:
            return _json(str(refusal.code), [], refusal.message, refusal.status)

    async def _fault(self, request: web.Request) -> web.Response | None:
        faults = self._service.faults
        if faults.redirect_to is not None:
            return web.Response(
                status=302, headers={"Location": faults.redirect_to + request.raw_path}
            )
        if faults.rest_status == "hang":
            await faults.until_healthy()
        if not isinstance(faults.rest_status, int):
            return None
        headers = {} if faults.retry_after is None else {"Retry-After": str(faults.retry_after)}
        code, words = TOO_MANY[1:] if faults.rest_status == TOO_MANY[0] else OUT_OF_SERVICE
        return _json(str(code), [], words, faults.rest_status, headers)

    def _reply(self, request: web.Request, body: str) -> web.Response:
        path = request.path.removeprefix("/api/v5/")
        route = ROUTES.get(path) if request.method == "GET" else None
        if route is None and request.method == "GET":
            return web.Response(status=404, body=UNKNOWN_ADDRESS, content_type="application/json")
        account = None
        if route is None or route.private:
            said = request.method + request.raw_path + body
            account = caller(request.headers, said, self._service.world)
        if route is None:
            raise Refusal(*NO_RIGHT)
        self._count(path if account is None else f"{path} {account.name}", route.limit)
        call = Call(self._service, request.query, account)
        return _json("0", route.reply(call), "")

    def _count(self, what: str, limit: int) -> None:
        """What is public is limited by address, what is private by account."""
        asked, now = self._asked[what], steady_seconds()
        while asked and now - asked[0] > WINDOW:
            asked.popleft()
        if len(asked) >= limit:
            raise Refusal(*TOO_MANY)
        asked.append(now)


def _json(
    code: str, data: list[Any], words: str, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=orjson.dumps({"code": code, "data": data, "msg": words}),
        status=status,
        content_type="application/json",
        headers=headers,
    )
