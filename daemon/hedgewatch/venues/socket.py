"""One WebSocket of ccxt's with our own receive loop: bytes in, events out, and hard to kill.

ccxt's own loop ends at the first frame that a parser dislikes and nobody hears of it for minutes.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from aiohttp import ClientWSTimeout, WSMsgType
from ccxt import Exchange
from ccxt.async_support.base.ws.client import Client
from ccxt.async_support.base.ws.functions import gunzip, inflate

from hedgewatch.core.events import Key, PriceEvent
from hedgewatch.venues.fields import Row

_LARGEST_FRAME = 4 * 1024 * 1024
_CLOSE_SECONDS = 1.0
_GONE = 1006
_TEXT = WSMsgType.TEXT
_DATA = (_TEXT, WSMsgType.BINARY)


class Wire(Protocol):
    """What a socket needs from the connection that opened it."""

    def take(self, socket: "GuardedSocket", data: bytes) -> PriceEvent | None:
        """Decode one frame, whatever is in it: a price comes back, news is passed on."""

    def publish(self, event: PriceEvent) -> None:
        """Pass a price on."""

    def ponged(self, socket: "GuardedSocket") -> None:
        """The other end answered a ping."""

    def check_frame(self, message: object) -> None:
        """Raise if this may not be said on a socket."""

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run it as a task."""


class GuardedSocket(Client):  # type: ignore[misc]  # ccxt is untyped to us
    """ccxt dials, pings and subscribes; receiving and the right to speak are ours."""

    wire: Wire
    price: Callable[[Row, float], PriceEvent | None]
    error: Exception | None
    heard = False
    """True once a frame made sense."""

    def __init__(self, *arguments: Any) -> None:
        """As ccxt does, with nothing said yet."""
        super().__init__(*arguments)
        self._unanswered: set[str] = set()

    def create_connection(self, session: Any) -> Any:
        """Frames as bytes: text that is no UTF-8 would otherwise end the socket."""
        return session.ws_connect(
            self.url,
            autoping=False,
            autoclose=False,
            compress=0,
            max_msg_size=_LARGEST_FRAME,
            decode_text=False,
            timeout=ClientWSTimeout(ws_close=_CLOSE_SECONDS),
        ).__aenter__()

    async def send(self, message: object) -> None:
        """Say it if it is on the list."""
        self.wire.check_frame(message)
        if isinstance(message, dict):
            self._unanswered.add(str(message.get("id") or message.get("req_id")))
        await super().send(message)

    def is_answer(self, asked: str) -> bool:
        """True for the first answer to something that was said here under this id."""
        answers = asked in self._unanswered
        self._unanswered.discard(asked)
        return answers

    def awaits(self, name: str) -> bool:
        """True while an answer of this name is waited for."""
        return name in self.futures

    @property
    def serves(self) -> bool:
        """Whether it stands."""
        return self.error is None and not self.closed()

    def receive_loop(self) -> None:
        """Called by ccxt once connected; a socket that was given up while dialling is closed."""
        work = self._receive() if self.error is None else self.aiohttp_close()
        self.wire.start("receive", work)

    async def _receive(self) -> None:
        while not self.closed():
            price = self._handled(await self.connection.receive())
            if self.buffer:
                await self._receive_burst(price)
            elif price is not None:
                self.wire.publish(price)
        self.on_close(self.connection.close_code or _GONE)

    async def _receive_burst(self, price: PriceEvent | None) -> None:
        """What piled up while we were busy: of each market only the latest price is worth telling.

        `receive` does not wait here, because something is there.
        """
        latest: dict[Key, PriceEvent] = {}
        while True:
            if price is not None:
                latest.pop(price.key, None)
                latest[price.key] = price
            if not self.buffer or self.closed():
                break
            price = self._handled(await self.connection.receive())
        for event in latest.values():
            self.wire.publish(event)

    def _handled(self, message: Any) -> PriceEvent | None:
        kind = message.type
        if kind in _DATA:
            self._is_text = kind == _TEXT
            return self.wire.take(self, message.data)
        super().handle_message(message)
        if kind == WSMsgType.PONG:
            self.wire.ponged(self)
        return None

    def hear_pong(self) -> None:
        """A pong that came as a frame: it keeps ccxt from giving the socket up, as others do."""
        self.lastPong = Exchange.milliseconds()
        self.wire.ponged(self)

    def parse(self, data: bytes) -> None:
        """Give a frame to ccxt's own parsers, as ccxt's client would. They may raise anything."""
        message: bytes | str = data
        if self._is_text:
            message = data.decode()
        elif self.gunzip:
            message = gunzip(data)
        elif self.inflate:
            message = inflate(data)
        self.handle_text_or_binary_message(message)

    def abandon(self, error: Exception) -> None:
        """Give the socket up: whoever waits for it gets the error, nothing it says counts."""
        self.error = error
        self.reject(error)
        self.wire.start("close", self.aiohttp_close())
