"""Bybit's WebSocket side: public topics by category, the private stream, and no trading."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.changes import (
    AccountChanged,
    Change,
    CoinMarginCalled,
    CoinsChanged,
    CoinsFilled,
    Filled,
    MarginCalled,
    MarkSet,
    SpotChanged,
)
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.wire import bybit_events
from hedgewatch.sim.wire.bybit_frames import PUBLIC, PublicFrames, symbol_of
from hedgewatch.sim.wire.bybit_positions import Sequence
from hedgewatch.sim.wire.bybit_requests import TopicRequests
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.sockets import Socket

_MARK_POISON = re.compile(rb'\{"e":"markPriceUpdate","E":(@now|\d+),"s":("[^"]*"),"p":(.*)')


class BybitStreams:
    """All open sockets of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._sequence = Sequence()
        self._frames = PublicFrames(service.world, service.faults)
        self._requests = TopicRequests(service)
        self._sockets: dict[Socket, None] = {}
        self._statuses: dict[tuple[str, str], str] = {}
        self.frames_sent = 0

    @property
    def listened_to(self) -> bool:
        """True while somebody is subscribed to a public topic."""
        return any(socket.streams for socket in self._sockets if socket.category in PUBLIC)

    # the life of a socket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from handshake to end."""
        if self._service.faults.refusing:
            return web.Response(status=503)
        socket = self._opened(request)
        if socket is None:
            return web.Response(status=404)
        await socket.websocket.prepare(request)
        self._sockets[socket] = None
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._write(socket))
                async for message in socket.websocket:
                    self._received(socket, message)
                writer.cancel()
        finally:
            self._sockets.pop(socket, None)
            self._frames.forget(socket)
        return socket.websocket

    def _opened(self, request: web.Request) -> Socket | None:
        path = request.path
        if path == "/v5/trade":
            self._service.violations.append(f"WS {path}")
        named = {f"/v5/public/{category}": category for category in PUBLIC}
        category = {**named, "/v5/private": "private", "/v5/trade": "trading"}.get(path)
        return None if category is None else Socket(request, category)

    def _received(self, socket: Socket, message: WSMessage) -> None:
        if message.type is WSMsgType.PING and self._service.faults.pongs:
            socket.send_raw(message.data, WSMsgType.PONG)
        if message.type is WSMsgType.TEXT:
            self._requests.answer(socket, message.data)

    async def _write(self, socket: Socket) -> None:
        while await socket.write(await socket.next_outgoing()):
            self.frames_sent += 1

    # what is sent

    def tick(self) -> None:
        """Send what every public topic says now."""
        self._publish()

    def _publish(self, symbol: str | None = None) -> None:
        if self._service.faults.silent:
            return
        for socket in self._sockets:
            if socket.category not in PUBLIC:
                continue
            for topic in socket.streams:
                frame = self._frames.frame(socket, topic) if _is_about(topic, symbol) else None
                if frame is not None:
                    socket.send(frame)

    def changed(self, change: Change) -> None:
        """Tell the sockets that a change of the world concerns."""
        match change:
            case MarkSet(symbol):
                self._publish(symbol)
            case Filled(account):
                self._note_status(change)
                frame = bybit_events.execution(change, self._service.world, self._sequence)
                self._to_owner(account, [frame])
            case CoinsFilled(account) if account.venue == "bybit":
                self._note_status(change)
                self._to_owner(account, [bybit_events.coin_execution(change, self._sequence)])
            case CoinsChanged(account):
                self._to_owner(account, self._coin_frames(change))
            case AccountChanged(account):
                self._to_owner(account, self._account_frames(change))
            case SpotChanged(account):
                self._to_owner(account, [bybit_events.wallet(self._service.world, account)])
            case MarginCalled() | CoinMarginCalled() | CoinsFilled():
                """Bybit mails a margin call, and pushes none. Other fills are of other venues."""

    def _note_status(self, fill: Filled | CoinsFilled) -> None:
        """What the position is in is told with it."""
        leg = (fill.account.name, fill.position.symbol)
        self._statuses[leg] = bybit_events.status_after(fill)

    def _coin_frames(self, change: CoinsChanged) -> Iterator[dict[str, Any]]:
        world, account = self._service.world, change.account
        if account.venue == "bybit":
            for held in change.positions:
                status = self._statuses.pop((account.name, held.symbol), "Normal")
                yield bybit_events.coin_position(world, account, held, self._sequence, status)
            yield bybit_events.wallet(world, account)

    def _account_frames(self, change: AccountChanged) -> Iterator[dict[str, Any]]:
        world, account = self._service.world, change.account
        for held in change.positions:
            status = self._statuses.pop((account.name, held.symbol), "Normal")
            yield bybit_events.position(world, account, held, self._sequence, status)
        yield bybit_events.wallet(world, account)

    def _to_owner(self, account: Account, frames: Iterable[dict[str, Any]]) -> None:
        if account.venue != "bybit":
            return
        for frame in frames:
            topic = frame["topic"]
            for socket in self._sockets:
                heard = topic in socket.streams and topic not in self._service.faults.muted
                if heard and socket.owner is account:
                    socket.send(frame)

    # faults

    def send_poison(self, payload: bytes, where: str) -> None:
        """Send bytes to every socket that carries prices, or to every private one; a mark price
        of Binance's in them is one of Bybit's.
        """
        mark = _MARK_POISON.match(payload)
        if mark is not None:
            payload = b'{"topic":"tickers.%b","type":"delta","ts":%b,"data":{"symbol":%b,' % (
                mark[2].strip(b'"'), mark[1], mark[2],
            ) + b'"markPrice":' + mark[3].replace(b"}", b"}}")  # fmt: skip
        payload = payload.replace(b"@now", str(epoch_milliseconds()).encode())
        for socket in self._sockets:
            private = socket.category == "private"
            if private == (where == "private") and socket.streams:
                socket.send_raw(payload)

    def expire_keys(self, account: str, *, announce: bool) -> None:
        """The private sockets of an account stay open and mute; announced, they end."""
        for socket in list(self._sockets):
            if socket.owner is not None and socket.owner.name == account:
                socket.owner = None
                if announce:
                    socket.abort()

    def cut(self, which: str) -> None:
        """Drop all sockets, those of the market or the private ones."""
        for socket in list(self._sockets):
            if which in {"all", "market" if socket.category in PUBLIC else "private"}:
                socket.abort()


def _is_about(topic: str, symbol: str | None) -> bool:
    """The inverse contract goes with a mark of another name: it waits for the next tick."""
    return symbol is None or symbol_of(topic) == symbol
