"""What comes in on sockets: bytes to prices and news, whatever is in them."""

import asyncio
import zlib
from collections.abc import Sequence
from typing import Any, Protocol

import ccxt
import orjson

from hedgewatch.core.events import PriceEvent
from hedgewatch.venues.dialect import (
    AccountNews,
    Answer,
    Dialect,
    Feed,
    LeavesFramesToCcxt,
    SpeaksPlainly,
)
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.odd import OddFrames
from hedgewatch.venues.readonly import ForbiddenRequestError
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.socket import GuardedSocket

_FUTURE_SECONDS = 60.0
_OF_PARSERS = (
    *(ValueError, LookupError, TypeError, ArithmeticError, AttributeError),
    *(RuntimeError, OSError, zlib.error, asyncio.InvalidStateError),
)
"""What ccxt's generated parsers raise for a frame that they do not expect, or cannot unpack."""


class Carrier(Protocol):
    """What is asked of the connection that a frame came on."""

    def tell(self, item: AccountNews) -> None:
        """Pass a piece of news on."""

    def venue_now(self) -> float:
        """What the venue's clock shows."""

    def feed_of(self, url: str) -> Feed:
        """Which feed a socket carries."""


class Incoming:
    """Decodes the frames of one connection. `odd` counts those that make no sense."""

    def __init__(self, dialect: Dialect, wire: Carrier, odd: OddFrames, redactor: Redactor) -> None:
        self.odd = odd
        self._dialect = dialect
        self._left_to_ccxt = isinstance(dialect, LeavesFramesToCcxt)
        plain = dialect if isinstance(dialect, SpeaksPlainly) else None
        self._greeting = None if plain is None else plain.greeting
        self._plain_pong = None if plain is None else plain.plain_pong
        self._wire = wire
        self._redactor = redactor

    def take(self, socket: GuardedSocket, data: bytes) -> PriceEvent | None:
        """The price in a frame; a bad frame is counted, said once, and is not the last."""
        if socket.error is not None or data == self._greeting:
            return None
        if self._left_to_ccxt:
            self._pass_on(socket, data)
            return None
        try:
            price, news = self._decoded(socket, data)
        except (ValueError, LookupError, TypeError, ArithmeticError, OddReplyError) as error:
            self.odd.count(self._wire.feed_of(socket.url), data, error)
            return None
        socket.heard = True
        for item in news:
            self._wire.tell(item)
        return price

    def _pass_on(self, socket: GuardedSocket, data: bytes) -> None:
        """Let ccxt read a frame: whatever its parser makes of it, the next one is read as well."""
        try:
            socket.parse(data)
        except (ccxt.BaseError, ForbiddenRequestError, *_OF_PARSERS) as error:
            self.odd.count(self._wire.feed_of(socket.url), data, error)
        else:
            socket.heard = True

    def _decoded(
        self, socket: GuardedSocket, data: bytes
    ) -> tuple[PriceEvent | None, Sequence[AccountNews]]:
        if data == self._plain_pong:
            socket.hear_pong()
            return None, ()
        message = orjson.loads(data)
        if type(message) is not dict:
            raise OddReplyError("a frame that is no object")
        now = self._wire.venue_now()
        price = socket.price(message, now)
        if price is None:
            return None, self._other(socket, message)
        if price.venue_time > now + _FUTURE_SECONDS:
            raise OddReplyError("a price from the future")
        return price, ()

    def _other(self, socket: GuardedSocket, message: dict[str, Any]) -> Sequence[AccountNews]:
        answer = self._dialect.answer(message)
        if answer is None:
            return self._dialect.account_news(message)
        if answer.over:
            socket.reset(ccxt.NetworkError(self._redactor.scrub(answer.over)))
            return ()
        answers = _is_of_ours(answer, socket)
        if not answer.refused:
            if answer.pong:
                socket.hear_pong()
            if answer.to:
                socket.resolve(message, answer.to)
            return ()
        said = self._redactor.scrub(answer.refused)
        if socket.heard and not answers:
            raise OddReplyError(f"an error that answers nothing: {said}")
        socket.reset(ccxt.ExchangeError(f"the venue refused the subscription: {said}"))
        return ()


def _is_of_ours(answer: Answer, socket: GuardedSocket) -> bool:
    """By the id that it repeats; where it repeats none, by what is waited for, or as the first word
    that is heard.
    """
    if answer.asked:
        return socket.is_answer(answer.asked)
    return not socket.heard or socket.awaits(answer.to)
