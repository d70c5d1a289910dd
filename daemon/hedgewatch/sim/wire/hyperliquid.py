"""Hyperliquid on one port: `/info` to read, `/exchange` that is refused, and one socket for all."""

from typing import Any

import orjson
from aiohttp import web

from hedgewatch.sim.clock import steady_seconds
from hedgewatch.sim.wire.hyperliquid_info import OddQuestionError, answer, weight_of
from hedgewatch.sim.wire.hyperliquid_streams import HyperliquidStreams
from hedgewatch.sim.wire.service import Service

WEIGHT_LIMIT = 1200
MINUTE = 60.0
TOO_MANY = 429
UNREADABLE = "Failed to deserialize the JSON body into the target type"
NOBODY = "User or API Wallet 0x0000000000000000000000000000000000000000 does not exist."


class HyperliquidWire(HyperliquidStreams):
    """Streams, and requests beside them."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._minute = 0.0
        self._weight = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A request; whatever is no question trades, or would."""
        name = f"{request.method} {request.path}"
        asked = await _body(request)
        self._service.requests[name] += 1
        if name != "POST /info":
            self._service.violations.append(name)
        broken = await self._fault(request)
        if broken is not None:
            return broken
        if name == "POST /exchange":
            return web.json_response({"status": "err", "response": NOBODY})
        if name != "POST /info":
            return web.Response(status=404)
        return self._reply(asked)

    def _reply(self, asked: dict[str, Any]) -> web.Response:
        if not self._may_ask(weight_of(asked)):
            return web.Response(status=TOO_MANY, text="null", content_type="application/json")
        try:
            reply = answer(self._service, asked)
        except OddQuestionError:
            return web.Response(status=422, text=UNREADABLE)
        return web.Response(body=orjson.dumps(reply), content_type="application/json")

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
        return web.Response(status=faults.rest_status, headers=headers, text="null")

    def _may_ask(self, weight: int) -> bool:
        minute = steady_seconds() // MINUTE
        if minute != self._minute:
            self._minute, self._weight = minute, 0
        self._weight += weight
        return self._weight <= WEIGHT_LIMIT


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
