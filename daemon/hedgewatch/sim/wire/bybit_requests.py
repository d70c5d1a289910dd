"""What clients say on Bybit's sockets: logins, topics, pings; the rest is refused and counted."""

import re
from typing import Any

import orjson

from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.wire.bybit_frames import PUBLIC
from hedgewatch.sim.wire.bybit_signature import logged_in
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.sockets import Socket

_TOPICS = re.compile(r"(tickers|orderbook\.1)\.[A-Z0-9-]+")
_PRIVATE = frozenset({"position", "wallet", "execution", "order"})
_MOST_OF_SPOT = 10

Request = dict[str, Any]


class TopicRequests:
    """Answers the frames that clients send."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def answer(self, socket: Socket, text: str) -> None:
        """One frame of a client."""
        request = _parsed(text)
        operation = request.get("op")
        if operation == "ping":
            self._pong(socket, request)
        elif operation == "auth" and socket.category == "private":
            socket.owner = logged_in(request.get("args"), self._service.world)
            refused = "" if socket.owner else "error:USVC1111"
            self._say(socket, request, refused)
        elif operation in {"subscribe", "unsubscribe"} and socket.category != "trading":
            self._subscribe(socket, request)
        else:
            said = operation or text[:80]
            self._service.violations.append(f"WS {socket.request.path} {said}")
            self._say(socket, request, "error:invalid op")

    def _pong(self, socket: Socket, request: Request) -> None:
        if not self._service.faults.pongs:
            return
        if socket.category in PUBLIC:
            self._say(socket, request, "", "pong")
            return
        pong = {"op": "pong", "args": [str(epoch_milliseconds())], "conn_id": _id(socket)}
        socket.send({"req_id": request.get("req_id", ""), **pong})

    def _subscribe(self, socket: Socket, request: Request) -> None:
        topics = request.get("args")
        refused = self._refusal(socket, topics)
        if not refused and isinstance(topics, list):
            for topic in topics:
                if request["op"] == "subscribe":
                    socket.streams[topic] = None
                else:
                    socket.streams.pop(topic, None)
        self._say(socket, request, refused)

    def _refusal(self, socket: Socket, topics: object) -> str:
        if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
            return "error:request args is not a list of topics"
        if socket.category == "private":
            return self._private_refusal(socket, topics)
        if socket.category == "spot" and len(topics) > _MOST_OF_SPOT:
            return "args size >10"
        odd = next((topic for topic in topics if not _TOPICS.fullmatch(topic)), None)
        return "" if odd is None else f"error:handler not found,topic:{odd}"

    def _private_refusal(self, socket: Socket, topics: list[str]) -> str:
        if socket.owner is None:
            return "Request not authorized"
        known = all(topic.partition(".")[0] in _PRIVATE for topic in topics)
        return "" if known else f"error:handler not found,topic:{topics[0]}"

    def _say(self, socket: Socket, request: Request, refused: str, said: str = "") -> None:
        """The documentation shows answers of the private socket without the id of the question."""
        answer = {
            "success": not refused,
            "ret_msg": refused or said,
            "conn_id": _id(socket),
            "op": request.get("op", ""),
        }
        if socket.category in PUBLIC:
            answer["req_id"] = request.get("req_id", "")
        socket.send(answer)


def _id(socket: Socket) -> str:
    return f"paper-{id(socket):x}"


def _parsed(text: str) -> Request:
    try:
        request = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return request if isinstance(request, dict) else {}
