"""Bybit's REST side: one envelope, security, limits, the faults of the day, and no way to trade."""

from collections import Counter

import orjson
from aiohttp import web

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.clock import epoch_milliseconds, steady_seconds
from hedgewatch.sim.wire.bybit_positions import Sequence
from hedgewatch.sim.wire.bybit_routes import ROUTES, Call, Route
from hedgewatch.sim.wire.bybit_signature import (
    NO_RIGHT,
    NO_ROUTE,
    SYSTEM,
    TOO_MANY,
    Refusal,
    owner_of,
)
from hedgewatch.sim.wire.service import Service

LIMIT = 50
"""Requests a second to one address with one key."""

_LIMITING = frozenset({403, 418, 429})


class BybitRest:
    """Answers requests for one service."""

    def __init__(self, service: Service, sequence: Sequence) -> None:
        self._service = service
        self._sequence = sequence
        self._second = 0.0
        self._asked: Counter[tuple[str, str]] = Counter()

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
            return _enveloped(0, "OK", await self._result(request))
        except Refusal as refusal:
            return _enveloped(refusal.code, refusal.message, {})

    async def _fault(self, request: web.Request) -> web.Response | None:
        """An outage of status 200 is an error inside a reply that looks well."""
        faults = self._service.faults
        if faults.redirect_to is not None:
            where = {"Location": faults.redirect_to + request.raw_path}
            return web.Response(status=302, headers=where)
        if faults.rest_status == "hang":
            await faults.until_healthy()
        if not isinstance(faults.rest_status, int):
            return None
        code, message = TOO_MANY if faults.rest_status in _LIMITING else SYSTEM
        response = _enveloped(code, message, {}, faults.rest_status)
        if faults.retry_after is not None:
            response.headers["Retry-After"] = str(faults.retry_after)
        return response

    async def _result(self, request: web.Request) -> object:
        route = ROUTES.get(request.path)
        if request.method != "GET":
            raise Refusal(*NO_RIGHT)
        if route is None:
            raise Refusal(*NO_ROUTE)
        caller = self._caller(request, route)
        return route.reply(Call(self._service, self._sequence, request.query, caller))

    def _caller(self, request: web.Request, route: Route) -> Account | None:
        if not route.signed:
            return None
        payload = request.raw_path.partition("?")[2]
        account = owner_of(request.headers, payload, self._service.world)
        self._limit(account.key, request.path)
        return account

    def _limit(self, key: str, path: str) -> None:
        second = steady_seconds() // 1.0
        if second != self._second:
            self._second = second
            self._asked.clear()
        self._asked[key, path] += 1
        if self._asked[key, path] > LIMIT:
            raise Refusal(*TOO_MANY)


def _enveloped(code: int, message: str, result: object, status: int = 200) -> web.Response:
    body = {
        "retCode": code,
        "retMsg": message,
        "result": result,
        "retExtInfo": {},
        "time": epoch_milliseconds(),
    }
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
