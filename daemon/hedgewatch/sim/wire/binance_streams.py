"""Binance's WebSocket side: public streams, private streams, and the requests by socket."""

import asyncio
from collections.abc import Iterable, Iterator
from functools import partial

from aiohttp import WSMessage, WSMsgType, web

from hedgewatch.sim.changes import (
    Change,
    CoinMarginCalled,
    CoinsChanged,
    CoinsFilled,
    MarginCalled,
    MarkSet,
    SpotChanged,
)
from hedgewatch.sim.clock import epoch_milliseconds, steady_seconds
from hedgewatch.sim.wire import binance_coin_account, binance_events, binance_unified
from hedgewatch.sim.wire.binance_frames import FrameMaker, symbol_of, well_formed
from hedgewatch.sim.wire.binance_requests import StreamRequests
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.sockets import Socket

PING_SECONDS = 180.0


class BinanceStreams:
    """All open sockets of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._frames = FrameMaker(service.world, service.faults)
        self._requests = StreamRequests(service)
        self._sockets: dict[Socket, None] = {}
        self._pinged = steady_seconds()
        self.frames_sent = 0

    @property
    def listened_to(self) -> bool:
        """True while somebody is subscribed to a public stream."""
        return any(socket.streams for socket in self._sockets)

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
                await self._read(socket)
                writer.cancel()
        finally:
            self._sockets.pop(socket, None)
        return socket.websocket

    def _opened(self, request: web.Request) -> Socket | None:
        head, *tail = request.path.strip("/").split("/")
        if head in {"ws-api", "ws-fapi", "ws-dapi"}:
            return self._opened_for_requests(request, head)
        key = self._listen_key(request, head, tail)
        if key is not None:
            return self._private(request, key)
        if head in {"public", "market"}:
            return self._opened_for_streams(request, head, tail)
        if head in {"ws", "stream"}:
            return self._opened_for_streams(request, "spot", [head, *tail])
        return None

    def _listen_key(self, request: web.Request, head: str, tail: list[str]) -> str | None:
        """What a private stream is opened with, in the query or in the path; None for others."""
        key = (tail or [""])[-1]
        if head == "private":
            return request.query.get("listenKey") or key
        if head == "pm" or (head == "ws" and self._service.listen_keys.wallet(key) == "coins"):
            return key
        return None

    def _private(self, request: web.Request, key: str) -> Socket:
        """A stream that says nothing when its key has ended, or never was."""
        keys = self._service.listen_keys
        owner, wallet = keys.owner(key), keys.wallet(key)
        return Socket(request, "private", listen_key=key, owner=owner, wallet=wallet)

    def _opened_for_requests(self, request: web.Request, head: str) -> Socket:
        """Orders could go over either; only the spot one also carries the account's events."""
        if head != "ws-api":
            self._service.violations.append(f"WS {request.path}")
        return Socket(request, "spot-api" if head == "ws-api" else "trading")

    def _opened_for_streams(self, request: web.Request, category: str, tail: list[str]) -> Socket:
        name = tail[-1] if tail else ""
        owner = self._service.listen_keys.owner(name)
        combined = name == "stream"
        socket = Socket(request, category, combined, name if owner else None, owner)
        named = request.query.get("streams", "").split("/") if combined else [name]
        socket.streams.update(dict.fromkeys(filter(well_formed, named)))
        return socket

    async def _read(self, socket: Socket) -> None:
        async for message in socket.websocket:
            self._received(socket, message)

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
        """Send what every public stream says now, keep the lines awake, end old keys."""
        self._say_expired(self._service.listen_keys.end_old(), announce=True)
        if steady_seconds() - self._pinged > PING_SECONDS:
            self._pinged = steady_seconds()
            self._to_all(self._sockets, str(epoch_milliseconds()).encode(), WSMsgType.PING)
        self._publish()

    def _publish(self, symbol: str | None = None) -> None:
        if self._service.faults.silent:
            return
        built: dict[tuple[str, str], bytes | None] = {}
        for socket, stream in self._subscriptions(symbol):
            kind = (stream, socket.category)
            if kind not in built:
                built[kind] = self._frames.frame(*kind)
            frame = built[kind]
            if frame is not None:
                socket.send_stream(stream, frame)

    def _subscriptions(self, symbol: str | None) -> Iterator[tuple[Socket, str]]:
        """Who listens to what, for one market or for all."""
        for socket in self._sockets:
            for stream in socket.streams:
                if symbol in {None, symbol_of(stream)}:
                    yield socket, stream

    def changed(self, change: Change) -> None:
        """Tell the sockets that a change of the world concerns."""
        world = self._service.world
        match change:
            case MarkSet(symbol):
                self._publish(symbol)
            case SpotChanged(account, asset):
                event = binance_events.outbound_account_position(account, asset)
                self._to_owner(account.name, "spot", event)
            case MarginCalled(account) if account.portfolio_margin:
                event = binance_unified.risk_level_change(world, account)
                self._to_owner(account.name, "portfolio", event)
            case CoinsChanged() | CoinsFilled() | CoinMarginCalled():
                event = binance_coin_account.frame_of(change, world)
                self._to_owner(change.account.name, "coins", event)
            case _:
                event = binance_events.frame_of(change, world)
                self._to_owner(change.account.name, "futures", event)

    def _to_owner(self, name: str, wallet: str, event: dict[str, object]) -> None:
        """To whoever listens to that wallet, or to all of a Portfolio Margin account."""
        unit = {"futures": {"fs": "UM"}, "coins": {"fs": "CM"}}.get(wallet, {})
        for socket in self._sockets:
            if socket.owner is None or socket.owner.name != name:
                continue
            if socket.wallet == wallet:
                self._service.faults.pass_on(partial(socket.send_event, event))
            elif socket.wallet == "portfolio":
                self._service.faults.pass_on(partial(socket.send_event, {**unit, **event}))

    # faults

    def send_poison(self, payload: bytes, where: str) -> None:
        """Send bytes to every socket that carries prices, or to every private one."""
        now = str(epoch_milliseconds()).encode()
        private = where == "private"
        of_kind = (socket for socket in self._sockets if (socket.category == "private") == private)
        meant = [socket for socket in of_kind if private or socket.streams]
        self._to_all(meant, payload.replace(b"@now", now))

    def expire_keys(self, account: str, *, announce: bool) -> None:
        """End an account's listen keys; their sockets stay open and mute."""
        self._say_expired(self._service.listen_keys.end(account), announce=announce)

    def cut(self, which: str) -> None:
        """Drop all sockets, those of the market or the private ones."""
        for socket in list(self._sockets):
            if which in {"all", "market" if socket.carries_market_data else "private"}:
                socket.abort()

    def _say_expired(self, keys: Iterable[str], *, announce: bool) -> None:
        ended = set(keys)
        for socket in self._sockets:
            if socket.listen_key in ended:
                socket.owner = None
                if announce:
                    socket.send_event(binance_events.listen_key_expired(str(socket.listen_key)))

    def _to_all(
        self, sockets: Iterable[Socket], payload: bytes, kind: WSMsgType = WSMsgType.TEXT
    ) -> None:
        for socket in sockets:
            socket.send_raw(payload, kind)
