"""Binance's REST side: weights, security, the faults of the day, and no way to trade."""

from collections import Counter

import orjson
from aiohttp import web

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.clock import steady_seconds
from hedgewatch.sim.wire.binance_route import Call, Route
from hedgewatch.sim.wire.binance_routes import ROUTES
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.signature import UNKNOWN_KEY, Refusal, owner_of, signed_owner

WEIGHT_LIMITS = {"fapi": 2400, "dapi": 2400, "api": 6000, "papi": 6000, "sapi": 12_000}
"""A minute, of each part of the venue by itself."""

MINUTE = 60.0
TOO_MANY = 429


class BinanceRest:
    """Answers requests for one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._minute = 0.0
        self._weights: Counter[str] = Counter()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request, as the venue or its fault of the moment answers it."""
        name = f"{request.method} {request.path}"
        self._service.requests[name] += 1
        if request.method != "GET" and name not in ROUTES:
            self._service.violations.append(name)
        broken = await self._fault(request)
        if broken is not None:
            return broken
        try:
            return await self._reply(request, name)
        except Refusal as refusal:
            left = str(int(MINUTE - steady_seconds() % MINUTE) + 1)
            headers = {"Retry-After": left} if refusal.status == TOO_MANY else {}
            body = {"code": refusal.code, "msg": refusal.message}
            return self._json(body, refusal.status, headers | self._used(request))

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
        code = -1003 if faults.rest_status in {418, 429} else -1000
        body = {"code": code, "msg": "The paper exchange is out of service."}
        return self._json(body, faults.rest_status, headers | self._used(request))

    async def _reply(self, request: web.Request, name: str) -> web.Response:
        route = ROUTES.get(name)
        if route is None and request.method == "GET":
            return web.Response(status=404, text="<html><body><h2>404 Not found</h2></body></html>")
        if route is None:
            raise Refusal(*UNKNOWN_KEY)
        self._weigh(request.path, route.weight_of(request.query))
        payload = request.raw_path.partition("?")[2] + await request.text()
        call = Call(self._service, request.query, self._caller(request, route, payload))
        return self._json(route.reply(call), 200, self._used(request))

    def _caller(self, request: web.Request, route: Route, payload: str) -> Account | None:
        key = request.headers.get("X-MBX-APIKEY")
        if route.security == "signed":
            return self._reader(signed_owner(key, payload, self._service.world))
        return owner_of(key, self._service.world) if route.security == "key" else None

    def _reader(self, account: Account) -> Account:
        if not account.rights["enableReading"]:
            raise Refusal(*UNKNOWN_KEY)
        return account

    def _weigh(self, path: str, weight: int) -> None:
        minute, part = steady_seconds() // MINUTE, _part_of(path)
        if minute != self._minute:
            self._minute, self._weights = minute, Counter()
        self._weights[part] += weight
        limit = WEIGHT_LIMITS[part]
        if self._weights[part] > limit:
            wording = f"Too many requests; current limit is {limit} request weight per 1 MINUTE."
            raise Refusal(TOO_MANY, -1003, wording)

    def _used(self, request: web.Request) -> dict[str, str]:
        return {"X-MBX-USED-WEIGHT-1M": str(self._weights[_part_of(request.path)])}

    def _json(self, body: object, status: int, headers: dict[str, str]) -> web.Response:
        return web.Response(
            body=orjson.dumps(body),
            status=status,
            content_type="application/json",
            headers=headers,
        )


def _part_of(path: str) -> str:
    """Which part of the venue an address belongs to."""
    return path.split("/")[1]
