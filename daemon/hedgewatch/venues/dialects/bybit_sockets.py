"""Bybit's sockets: what is said on them, and when one of them is over.

Each category of markets has an address of its own, so that a feed may have three sockets. Frames
never reach ccxt's parsers: a call whose hash no answer names ends with its socket.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hedgewatch.venues.dialect import Answer, Exchange, Feed, StreamBegan, Tell
from hedgewatch.venues.dialects.bybit_common import CONTRACTS, Category, socket_address
from hedgewatch.venues.dialects.bybit_frames import QUOTES, TICKERS
from hedgewatch.venues.dialects.bybit_user import TOPICS
from hedgewatch.venues.fields import OddReplyError, Row

OPERATIONS = ("auth", "subscribe", "unsubscribe", "ping")

_MOST_TOPICS: Mapping[Category, int] = {"linear": 200, "inverse": 200, "spot": 10}
"""In one request; of spot pairs the venue takes no more."""

_LOGIN_LASTS_MILLISECONDS = 10_000
_ANSWERED_WITHIN = 10.0
"""Seconds for the dialling and the answer: a login that nobody answers is no private stream."""

_SPOT_SILENCE_SECONDS = 10.0
"""The best quote of a pair is repeated each 3 s when nothing changes."""

_LOGIN, _SUBSCRIBED, _NEVER = "auth", "subscribe", "until it ends"

Pending = asyncio.Future[Any]


def answer(message: Row) -> Answer | None:
    """What a frame answers. Not every socket repeats the id of what it was asked."""
    operation = message.get("op")
    if not isinstance(operation, str):
        return None
    if operation == "pong" or (operation == "ping" and message.get("ret_msg") == "pong"):
        return Answer(pong=True)
    if operation not in OPERATIONS:
        return None
    agreed = message.get("success") is True
    refused = "" if agreed else f"{operation}: {message.get('ret_msg') or 'without a reason'}"
    return Answer(to=operation, asked=str(message.get("req_id") or ""), refused=refused)


async def listen_to_account(exchange: Exchange, tell: Tell) -> None:
    """Log in by the venue's clock, subscribe, and wait for the end. What happened before the
    subscription held is read.
    """
    address = socket_address(exchange, None)
    expires = str(int(exchange.nonce()) + _LOGIN_LASTS_MILLISECONDS)
    arguments = [exchange.apiKey, expires, _signature(exchange, f"GET/realtime{expires}")]
    login = {"op": "auth", "req_id": "login", "args": arguments}
    await _answered(exchange.watch(address, _LOGIN, login, _LOGIN), "the login")
    topics = {"op": "subscribe", "req_id": "account", "args": list(TOPICS)}
    await _answered(exchange.watch(address, _SUBSCRIBED, topics, _SUBSCRIBED), "the subscription")
    tell(StreamBegan())
    await exchange.watch(address, _NEVER, None, _NEVER)


def _signature(exchange: Exchange, said: str) -> str:
    payload, secret = exchange.encode(said), exchange.secret
    if "PRIVATE KEY" in secret:
        return str(exchange.rsa(payload, secret, "sha256"))
    return str(exchange.hmac(payload, exchange.encode(secret), hashlib.sha256, "hex"))


async def _answered(pending: Pending, what: str) -> None:
    """Never cancelled: the call is ccxt's."""
    pending.add_done_callback(_heed)
    done, _ = await asyncio.wait({pending}, timeout=_ANSWERED_WITHIN)
    if not done:
        raise OddReplyError(f"{what} was not answered within {_ANSWERED_WITHIN:.0f} s")
    pending.result()


async def listen_to_prices(
    exchange: Exchange,
    feed: Feed,
    named: Mapping[Category, Sequence[str]],
    spot_frames: Callable[[], int],
) -> None:
    """Subscribe to these ids, by category, until any of the sockets is over, or that of the spot
    pairs is silent: nobody else would miss them while contracts are heard.
    """
    pending = set(_subscriptions(exchange, feed, named))
    if not pending:
        raise OddReplyError("none of the markets of this feed is listed")
    heard, done = spot_frames(), set[Pending]()
    patience = _SPOT_SILENCE_SECONDS if feed == "quote" and named.get("spot") else None
    while not done:
        done, _ = await asyncio.wait(pending, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        before, heard = heard, spot_frames()
        if not done and heard == before:
            raise OddReplyError(f"no quote of a spot pair came for {patience:.0f} s")
    for ended in done:
        ended.result()


def _subscriptions(
    exchange: Exchange, feed: Feed, named: Mapping[Category, Sequence[str]]
) -> Iterator[Pending]:
    topic = TICKERS if feed == "mark" else QUOTES
    for category, ids in named.items():
        if feed == "mark" and category not in CONTRACTS:
            continue
        address = f"{socket_address(exchange, category)}#{feed}"
        most = _MOST_TOPICS[category]
        for begin in range(0, len(ids), most):
            topics = [f"{topic}{name}" for name in ids[begin : begin + most]]
            said = {"op": "subscribe", "req_id": f"{feed}-{begin}", "args": topics}
            pending: Pending = exchange.watch(address, said["req_id"], said, said["req_id"])
            pending.add_done_callback(_heed)
            yield pending


def _heed(pending: Pending) -> None:
    """A socket that ends beside another one ends unheard: asyncio would complain of it."""
    if not pending.cancelled():
        pending.exception()
