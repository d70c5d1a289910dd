"""OKX's sockets: `/ws/v5/public` for prices, `/ws/v5/private` after a login; orders are refused.

Sources: OKX API, "WebSocket": the text `ping` is answered by the text `pong`; a socket on which
nothing was said for 30 seconds is closed (4004); channels of an account are pushed when they are
subscribed to, when something happens, and regularly.
"""

import asyncio
import struct
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import orjson
from aiohttp import WSMessage, WSMsgType, web

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.changes import (
    AccountChanged,
    Change,
    Filled,
    MarginCalled,
    MarkSet,
    SpotChanged,
)
from hedgewatch.sim.clock import epoch_milliseconds, steady_seconds
from hedgewatch.sim.okx_markets import CONTRACTS
from hedgewatch.sim.wire.okx_frames import PRIVATE, PUBLIC, Channel, Frame, FrameMaker, poison
from hedgewatch.sim.wire.okx_signature import LOGIN_FAILURES, VENUE, Refusal, logged_in
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.sockets import Socket

IDLE_SECONDS = 30.0
REGULAR_SECONDS = 5.0
SILENT_TOO_LONG = struct.pack("!H", 4004) + b"No data received in 30s."


class Line:
    """One socket."""

    def __init__(self, request: web.Request, kind: str) -> None:
        self.socket = Socket(request, kind)
        self.id = uuid4().hex[:8]
        self.channels: dict[Channel, None] = {}
        self.heard_at = self.told_at = steady_seconds()

    @property
    def private(self) -> bool:
        """Whether it is one of those that ask for a login."""
        return self.socket.category == "private"

    def say(self, event: str, **more: Any) -> None:
        """An event of the socket itself."""
        self.socket.send({"event": event, **more, "connId": self.id})


class OkxStreams:
    """All open sockets of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._frames = FrameMaker(service.world, service.faults)
        self._lines: dict[Line, None] = {}
        self.frames_sent = 0

    @property
    def listened_to(self) -> bool:
        """True while somebody is subscribed to a price."""
        return any(line.channels and not line.private for line in self._lines)

    # the life of a socket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from handshake to end."""
        if self._service.faults.refusing:
            return web.Response(status=503)
        kind = request.path.removeprefix("/ws/v5/")
        if kind not in {"public", "private"}:
            return web.Response(status=404)
        line = Line(request, kind)
        await line.socket.websocket.prepare(request)
        self._lines[line] = None
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._write(line))
                async for message in line.socket.websocket:
                    self._received(line, message)
                writer.cancel()
        finally:
            self._lines.pop(line, None)
        return line.socket.websocket

    async def _write(self, line: Line) -> None:
        while await line.socket.write(await line.socket.next_outgoing()):
            self.frames_sent += 1

    def _received(self, line: Line, message: WSMessage) -> None:
        """A ping of the protocol is not answered: OKX has its own."""
        if message.type is not WSMsgType.TEXT:
            return
        line.heard_at = steady_seconds()
        if message.data == "ping":
            if self._service.faults.pongs:
                line.socket.send_raw(b"pong")
            return
        self._said(line, message.data)

    def _said(self, line: Line, text: str) -> None:
        said = _parsed(text)
        arguments = said.get("args")
        listed = arguments if isinstance(arguments, list) else []
        rows = [row for row in listed if isinstance(row, dict)]
        match said.get("op"):
            case "login" if rows:
                self._login(line, rows[0])
            case "subscribe" | "unsubscribe" as operation if rows:
                for row in rows:
                    self._subscribe(line, operation, row, said.get("id"))
            case "login" | "subscribe" | "unsubscribe":
                _refuse(line, 60012, f"Invalid request: {text:.80}", said.get("id"))
            case operation:
                self._service.violations.append(f"WS {line.socket.request.path} {operation}")
                _refuse(line, 60019, f"Invalid op: {operation}", said.get("id"))

    def _login(self, line: Line, arguments: Frame) -> None:
        if not line.private:
            _refuse(line, 60018, "Wrong URL or login doesn't exist.")
            return
        try:
            line.socket.owner = logged_in(arguments, self._service.world)
        except Refusal as refusal:
            code, words = LOGIN_FAILURES.get(refusal.code, (60009, "Login failed."))
            _refuse(line, code, words)
            return
        line.say("login", code="0", msg="")

    def _subscribe(self, line: Line, operation: str, row: Frame, number: Any) -> None:
        name = str(row.get("channel"))
        channel = Channel(name, str(row.get("instId") or ""), str(row.get("instType") or ""))
        known = PRIVATE if line.private else PUBLIC
        if name not in known or not (name in PRIVATE or self._frames.exists(channel)):
            words = f"Wrong URL or channel:{name},instId:{channel.about} doesn't exist."
            _refuse(line, 60018, words, number)
        elif line.private and line.socket.owner is None:
            _refuse(line, 60011, "Please log in", number)
        else:
            asked = {} if number is None else {"id": number}
            line.say(operation, **asked, arg=channel.argument)
            self._set(line, channel, wanted=operation == "subscribe")

    def _set(self, line: Line, channel: Channel, *, wanted: bool) -> None:
        if not wanted:
            line.channels.pop(channel, None)
            return
        line.channels[channel] = None
        if line.socket.owner is not None:
            line.say("channel-conn-count", channel=channel.name, connCount="1")
            _send(line, self._frames.snapshot(channel, line.socket.owner))
        elif not self._service.faults.silent:
            _send(line, self._frames.public(channel))

    # what is sent

    def tick(self) -> None:
        """Send what every public channel says now, and what is pushed regularly."""
        now = steady_seconds()
        for line in list(self._lines):
            if now - line.heard_at > IDLE_SECONDS:
                line.socket.send_raw(SILENT_TOO_LONG, WSMsgType.CLOSE)
            if now - line.told_at > REGULAR_SECONDS:
                line.told_at = now
                self._regular(line)
        self._publish()

    def _regular(self, line: Line) -> None:
        if line.socket.owner is None:
            return
        for channel in line.channels:
            if channel.name != "balance_and_position":
                _send(line, self._frames.snapshot(channel, line.socket.owner))

    def _publish(self, about: frozenset[str] = frozenset()) -> None:
        if self._service.faults.silent:
            return
        built: dict[Channel, Frame | None] = {}
        for line, channel in self._subscribed():
            if line.private or (about and channel.about not in about):
                continue
            if channel not in built:
                built[channel] = self._frames.public(channel)
            _send(line, built[channel])

    def _subscribed(self) -> Iterator[tuple[Line, Channel]]:
        return ((line, channel) for line in list(self._lines) for channel in list(line.channels))

    def changed(self, change: Change) -> None:
        """Tell the sockets that a change of the world concerns."""
        frames = self._frames
        match change:
            case MarkSet(symbol):
                self._publish(_about(symbol))
            case Filled(account):
                self._to_owner(
                    account, "balance_and_position", lambda to: frames.filled(to, change)
                )
            case AccountChanged(account, reason, positions, _, asset):
                for name in ("positions", "account"):
                    self._to_owner(account, name, lambda to: frames.changed(to, account, positions))
                if not positions:
                    self._to_owner(
                        account,
                        "balance_and_position",
                        lambda to: frames.moved(to, account, reason, asset),
                    )
            case SpotChanged(account):
                self._to_owner(account, "account", lambda to: frames.changed(to, account, ()))
            case MarginCalled(account):
                self._to_owner(
                    account, "liquidation-warning", lambda to: frames.warned(to, account)
                )
            case _:
                """What is margined in coins of Binance."""

    def _to_owner(
        self, account: Account, name: str, make: Callable[[Channel], Frame | None]
    ) -> None:
        if account.venue != VENUE or name in self._service.faults.muted:
            return
        for line, channel in self._subscribed():
            if channel.name == name and line.socket.owner is account:
                _send(line, make(channel))

    # faults

    def send_poison(self, payload: bytes, where: str) -> None:
        """Send bytes to every socket that carries prices, or to every private one."""
        now = str(epoch_milliseconds()).encode()
        for line in self._lines:
            if line.private == (where == "private"):
                line.socket.send_raw(poison(payload).replace(b"@now", now))

    def expire_keys(self, account: str, *, announce: bool) -> None:
        """There are no listen keys."""

    def cut(self, which: str) -> None:
        """Drop all sockets, those of the market or the private ones."""
        for line in list(self._lines):
            if which in {"all", "private" if line.private else "market"}:
                line.socket.abort()


def _about(symbol: str) -> frozenset[str]:
    """By what names the channels of a market go: contract, index, pair."""
    of_it = [each for each in CONTRACTS.values() if each.priced == symbol]
    names = {each.id for each in of_it} | {each.family for each in of_it}
    return frozenset(names or {symbol})


def _refuse(line: Line, code: int, words: str, number: Any = None) -> None:
    asked = {} if number is None else {"id": number}
    line.say("error", **asked, code=str(code), msg=words)


def _send(line: Line, frame: Frame | None) -> None:
    if frame is not None:
        line.socket.send(frame)


def _parsed(text: str) -> dict[str, Any]:
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
