"""Hyperliquid's WebSocket: one address for prices and accounts, no login, and a `post` that trades.

Sources: Hyperliquid documentation, "Websocket": "Subscriptions", "Post requests", "Timeouts and
heartbeats" (a connection that was sent nothing for 60 seconds is closed). An acknowledgement
repeats the subscription with its defaults, the user in small letters.
"""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from aiohttp import WSMessage, WSMsgType, web

from hedgewatch.sim.changes import AccountChanged, Change, Filled, MarkSet, SpotChanged
from hedgewatch.sim.clock import epoch_milliseconds, steady_seconds
from hedgewatch.sim.wire.hyperliquid_frames import Frame, FrameMaker, Subscription
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.sockets import Socket

GREETING = b"Websocket connection established."
IDLE_SECONDS = 60.0


class Line:
    """One socket, with what it is subscribed to and what it was sent last of each."""

    def __init__(self, request: web.Request) -> None:
        self.socket = Socket(request, "hyperliquid")
        self.subscriptions: dict[Subscription, bytes] = {}
        self.sent_at = steady_seconds()

    def send(self, frame: Frame | bytes) -> None:
        """Queue a frame."""
        self.sent_at = steady_seconds()
        if isinstance(frame, bytes):
            self.socket.send_raw(frame)
        else:
            self.socket.send(frame)

    @property
    def is_private(self) -> bool:
        """True of one that listens to an account."""
        return any(each.user for each in self.subscriptions)


class HyperliquidStreams:
    """All open sockets of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._frames = FrameMaker(service)
        self._lines: dict[Line, None] = {}
        self.frames_sent = 0

    @property
    def listened_to(self) -> bool:
        """True while somebody is subscribed to a price."""
        return any(each.is_market for line in self._lines for each in line.subscriptions)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from handshake to end."""
        if self._service.faults.refusing:
            return web.Response(status=503)
        if request.path != "/ws":
            return web.Response(status=404)
        line = Line(request)
        await line.socket.websocket.prepare(request)
        self._lines[line] = None
        line.send(GREETING)
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._write(line))
                await self._read(line)
                writer.cancel()
        finally:
            self._lines.pop(line, None)
        return line.socket.websocket

    async def _read(self, line: Line) -> None:
        async for message in line.socket.websocket:
            self._received(line, message)

    async def _write(self, line: Line) -> None:
        while await line.socket.write(await line.socket.next_outgoing()):
            self.frames_sent += 1

    def _received(self, line: Line, message: WSMessage) -> None:
        if message.type is WSMsgType.PING and self._service.faults.pongs:
            line.socket.send_raw(message.data, WSMsgType.PONG)
        if message.type is WSMsgType.TEXT:
            self._said(line, message.data)

    def _said(self, line: Line, text: str) -> None:
        said = _parsed(text)
        match said.get("method"):
            case "ping":
                if self._service.faults.pongs:
                    line.send({"channel": "pong"})
            case "subscribe" | "unsubscribe" as method:
                self._subscribe(line, method, said)
            case method:
                self._service.violations.append(f"WS {line.socket.request.path} {method}")
                line.send(_error("Error parsing JSON into valid websocket request", text))

    def _subscribe(self, line: Line, method: str, said: dict[str, Any]) -> None:
        wanted = self._frames.subscription(said.get("subscription"))
        known = wanted in line.subscriptions
        if wanted is None:
            line.send(_error("Invalid subscription", orjson.dumps(said).decode()))
        elif known == (method == "subscribe"):
            problem = "Already subscribed" if known else "Already unsubscribed"
            line.send(_error(problem, orjson.dumps(wanted.told()).decode()))
        else:
            told = {"method": method, "subscription": wanted.told()}
            line.send({"channel": "subscriptionResponse", "data": told})
            self._set(line, wanted, subscribed=not known)

    def _set(self, line: Line, wanted: Subscription, *, subscribed: bool) -> None:
        if not subscribed:
            del line.subscriptions[wanted]
            return
        line.subscriptions[wanted] = b""
        self._tell(line, wanted, self._frames.snapshot(wanted))

    def _tell(self, line: Line, wanted: Subscription, frame: Frame | None) -> None:
        """What is told only when it changed is not told again."""
        if frame is None or self._frames.is_held_back(wanted):
            return
        payload = orjson.dumps(frame)
        if wanted.on_change and self._frames.same(line.subscriptions[wanted], payload):
            return
        line.subscriptions[wanted] = payload
        line.send(payload)

    # what is sent

    def tick(self) -> None:
        """Send what every subscription says now; end the idle sockets."""
        for line in list(self._lines):
            if steady_seconds() - line.sent_at > IDLE_SECONDS:
                line.socket.abort()
        for line, wanted in self._subscribed():
            self._tell(line, wanted, self._frames.now(wanted))

    def changed(self, change: Change) -> None:
        """Tell the sockets that a change of the world concerns; it calls nobody for margin."""
        if isinstance(change, MarkSet):
            self._move(change.symbol)
        elif isinstance(change, Filled):
            for line, wanted in self._of(change.account.key):
                for frame in self._frames.fill(wanted, change):
                    self._tell(line, wanted, frame)
        elif isinstance(change, AccountChanged | SpotChanged):
            for line, wanted in self._of(change.account.key):
                self._tell(line, wanted, self._frames.now(wanted))

    def _move(self, symbol: str) -> None:
        for line, wanted in self._subscribed():
            if wanted.is_market and self._frames.concerns(wanted, symbol):
                self._tell(line, wanted, self._frames.now(wanted))

    def _subscribed(self) -> Iterator[tuple[Line, Subscription]]:
        return ((line, each) for line in list(self._lines) for each in list(line.subscriptions))

    def _of(self, address: str) -> Iterable[tuple[Line, Subscription]]:
        return [(line, each) for line, each in self._subscribed() if each.user == address]

    # faults

    def send_poison(self, payload: bytes, where: str) -> None:
        """Send bytes to every socket that carries prices, or to every one of an account."""
        now = str(epoch_milliseconds()).encode()
        for line in self._lines:
            if line.is_private == (where == "private"):
                line.send(payload.replace(b"@now", now))

    def expire_keys(self, account: str, *, announce: bool) -> None:
        """There are no keys."""

    def cut(self, which: str) -> None:
        """Drop all sockets, those of the market or the private ones."""
        for line in list(self._lines):
            if which in {"all", "private" if line.is_private else "market"}:
                line.socket.abort()


def _parsed(text: str) -> dict[str, Any]:
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _error(problem: str, about: str) -> Frame:
    return {"channel": "error", "data": f"{problem}: {about}"}
