"""One WebSocket of a client, with a queue so that a slow reader delays nobody."""

import asyncio
from dataclasses import dataclass, field

import orjson
from aiohttp import ClientConnectionResetError, WSMsgType, web

from hedgewatch.sim.accounts import Account

QUEUE_LIMIT = 10_000
Outgoing = tuple[WSMsgType, bytes]


@dataclass(eq=False, slots=True)
class Socket:
    """`category` is public, market, private or trading of the futures venues, spot, or spot-api.
    `wallet` is what a private one tells of: futures, coins, portfolio (all of them) or spot.
    """

    request: web.Request
    category: str
    combined: bool = False
    listen_key: str | None = None
    owner: Account | None = None
    wallet: str = "spot"
    subscription_id: int | None = None
    streams: dict[str, None] = field(default_factory=dict)
    websocket: web.WebSocketResponse = field(
        default_factory=lambda: web.WebSocketResponse(autoping=False, compress=False)
    )
    _queue: asyncio.Queue[Outgoing] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))

    @property
    def carries_market_data(self) -> bool:
        """True for the sockets that prices flow through."""
        return self.category in {"public", "market", "spot"}

    def send(self, frame: object) -> None:
        """Queue a JSON frame."""
        self.send_raw(orjson.dumps(frame))

    def send_stream(self, stream: str, frame: bytes) -> None:
        """Queue a frame of a stream, wrapped if the client asked for the combined form."""
        wrapped = b'{"stream":' + orjson.dumps(stream) + b',"data":' + frame + b"}"
        self.send_raw(wrapped if self.combined else frame)

    def send_event(self, event: object) -> None:
        """Queue an account event in the form of this socket."""
        wrapped = {"subscriptionId": self.subscription_id, "event": event}
        self.send(event if self.subscription_id is None else wrapped)

    def send_raw(self, payload: bytes, kind: WSMsgType = WSMsgType.TEXT) -> None:
        """Queue bytes as they are, valid or not; a client that reads nothing is dropped."""
        try:
            self._queue.put_nowait((kind, payload))
        except asyncio.QueueFull:
            self.abort()

    async def next_outgoing(self) -> Outgoing:
        """The next frame to write."""
        return await self._queue.get()

    async def write(self, outgoing: Outgoing) -> bool:
        """Write one frame; False when the line is gone."""
        kind, payload = outgoing
        try:
            await self.websocket.send_frame(payload, kind)
        except (ClientConnectionResetError, ConnectionError):
            return False
        return True

    def abort(self) -> None:
        """Cut the line without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()
