"""What clients say on their sockets: subscriptions are served, the rest refused and recorded."""

from typing import Any
from urllib.parse import urlencode

import orjson

from hedgewatch.sim.wire.binance_frames import well_formed
from hedgewatch.sim.wire.binance_spot import server_time
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.signature import Refusal, check_signature, check_time, owner_of
from hedgewatch.sim.wire.sockets import Socket

INVALID_STREAM = {"code": 2, "msg": "Invalid request: invalid stream"}
INVALID_METHOD = {"code": 2, "msg": "Invalid request: unknown method"}
INVALID_JSON = {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}
NOT_ALLOWED = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}

Request = dict[str, Any]


class StreamRequests:
    """Answers the frames that clients send."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def answer(self, socket: Socket, text: str) -> None:
        """One frame of a client."""
        if text == "ping":
            return
        request = _parsed(text)
        if request is None:
            self._refuse(socket, {"error": INVALID_JSON}, text[:80])
        elif socket.category in {"spot-api", "trading"}:
            self._api(socket, request)
        else:
            self._stream(socket, request)

    def _stream(self, socket: Socket, request: Request) -> None:
        method, number = request.get("method"), request.get("id")
        streams = request.get("params") or []
        if method == "LIST_SUBSCRIPTIONS":
            socket.send({"result": list(socket.streams), "id": number})
        elif method not in {"SUBSCRIBE", "UNSUBSCRIBE"}:
            self._refuse(socket, {"error": INVALID_METHOD, "id": number}, str(method))
        elif not (isinstance(streams, list) and all(map(well_formed, streams))):
            socket.send({"error": INVALID_STREAM, "id": number})
        else:
            self._set(socket, streams, wanted=method == "SUBSCRIBE")
            socket.send({"result": None, "id": number})

    def _set(self, socket: Socket, streams: list[str], *, wanted: bool) -> None:
        for stream in streams:
            if wanted:
                socket.streams[stream] = None
            else:
                socket.streams.pop(stream, None)

    def _api(self, socket: Socket, request: Request) -> None:
        """The API of requests by socket: time and the account's own events, nothing else."""
        method, number = request.get("method"), request.get("id")
        try:
            result = self._api_result(socket, str(method), request.get("params") or {})
        except Refusal as refusal:
            error = {"code": refusal.code, "msg": refusal.message}
            socket.send({"id": number, "status": refusal.status, "error": error})
            return
        if result is None:
            self._refuse(socket, {"id": number, "status": 401, "error": NOT_ALLOWED}, str(method))
        else:
            socket.send({"id": number, "status": 200, "result": result})

    def _api_result(
        self, socket: Socket, method: str, params: dict[str, Any]
    ) -> dict[str, Any] | None:
        if method in {"ping", "time"}:
            return server_time() if method == "time" else {}
        if method != "userDataStream.subscribe.signature" or socket.category != "spot-api":
            return None
        fields = {name: str(value) for name, value in params.items()}
        signature = fields.pop("signature", "")
        account = owner_of(fields.get("apiKey"), self._service.world)
        check_time(fields)
        check_signature(urlencode(sorted(fields.items())), signature, account)
        socket.owner, socket.subscription_id = account, 0
        return {"subscriptionId": 0}

    def _refuse(self, socket: Socket, reply: Request, what: str) -> None:
        self._service.violations.append(f"WS {socket.request.path} {what}")
        socket.send(reply)


def _parsed(text: str) -> Request | None:
    try:
        request = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return request if isinstance(request, dict) else None
