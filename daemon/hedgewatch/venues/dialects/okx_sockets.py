"""What is said on OKX's sockets, and what it answers.

One address serves all that is public; each feed has a socket of its own there. A login is signed
by the venue's clock, and one that is refused or not answered ends the socket: ccxt's own would
leave the next one waiting for ever.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from typing import Any

import ccxt
import structlog

from hedgewatch.venues.dialect import Answer, Exchange, Feed
from hedgewatch.venues.dialects.okx_listing import Listing
from hedgewatch.venues.dialects.okx_prices import HEART_BEAT
from hedgewatch.venues.fields import Row

log = structlog.get_logger()

PUBLIC, PRIVATE = "public", "private"

Channel = dict[str, str]

_LOGIN, _LOGGED_IN = "login", "authenticated"
"""The operation, and what ccxt calls the answer to it: whatever of its own waits goes on, too."""

_LOGIN_SECONDS = 5.0
_A_TIME = 200
"""Channels a message: all of them may take 64 KB, and each takes some 60 bytes."""

_CLOSING, _NO_SUCH_CHANNEL = "64008", "60018"
_STATUS: Channel = {"channel": "status"}
"""Says nothing that we need, and is there whatever is listed."""

_ACCOUNT: tuple[Channel, ...] = (
    {"channel": "account"},
    {"channel": "positions", "instType": "ANY"},
    {"channel": "balance_and_position"},
    {"channel": "liquidation-warning", "instType": "ANY"},
)


def answer_of(message: Row) -> Answer | None:
    """Acknowledgements answer a channel each, and nobody waits for them; a refusal repeats the id
    of its question, where that had one. A price channel that does not exist (its contract ended, it
    has no index) leaves the others of its socket in peace: what is not told of falls silent.
    """
    event, code = message.get("event"), message.get("code")
    if event is None:
        return None
    said = f"{message.get('msg')!s:.200} ({code})"
    if code == _NO_SUCH_CHANNEL and str(message.get("id")).startswith(PUBLIC):
        log.warning("OKX has no such channel", said=said)
        return Answer()
    if event == "error" or (event == _LOGIN and code != "0"):
        return Answer(asked=str(message.get("id") or ""), refused=said)
    return Answer(to=_LOGGED_IN if event == _LOGIN else "", over=_over(message, said))


def _over(message: Row, said: str) -> str:
    """Why the socket is as good as closed; empty where it goes on."""
    if message.get("event") == "notice" and message.get("code") == _CLOSING:
        return said
    if message.get("event") == "channel-conn-count-error":
        return f"too many connections listen to {message.get('channel')!s:.40}"
    return ""


def channels_of(feed: Feed, symbols: Iterable[str], listing: Listing) -> Sequence[Channel]:
    """What tells the prices of these markets. The heart beat shows that quiet marks are quiet."""
    if feed == "quote":
        named = [{"channel": "tickers", "instId": listing.id(symbol)} for symbol in symbols]
        return named or [_STATUS]
    found: dict[tuple[str, str], None] = {}
    for symbol in symbols:
        name = listing.id(symbol)
        found["mark-price", name] = None
        found["index-tickers", listing.index_of(symbol)] = None
        found["open-interest", name] = None
        if not listing.is_dated(symbol):
            found["funding-rate", name] = None
    if listing.lists(HEART_BEAT):
        found["mark-price", HEART_BEAT] = None
    return [{"channel": channel, "instId": name} for channel, name in found] or [_STATUS]


async def listen_to_account(exchange: Exchange) -> None:
    """Log in, and listen to all that concerns the account; returns when the socket is over."""
    address = f"{exchange.urls['api']['ws']}/{PRIVATE}"
    login = exchange.watch(address, _LOGGED_IN, _login(exchange), _LOGGED_IN)
    done, _ = await asyncio.wait({login}, timeout=_LOGIN_SECONDS)
    if not done:
        raise ccxt.RequestTimeout("the login was not answered")
    await login
    await subscribe(exchange, PRIVATE, "", _ACCOUNT)


async def subscribe(
    exchange: Exchange, access: str, feed: str, channels: Iterable[Channel]
) -> None:
    """Returns when the socket is over: the answers that are waited for are never given."""
    address = f"{exchange.urls['api']['ws']}/{access}" + (f"#{feed}" if feed else "")
    pending = [
        exchange.watch(address, f"subscribed{number}", said, f"subscribed{number}")
        for number, said in enumerate(_messages(access, channels))
    ]
    for each in pending:
        each.add_done_callback(_take_note)
    done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    done.pop().result()


def _take_note(ended: "asyncio.Future[object]") -> None:
    """All end together: the error of one is told, the others' is the same."""
    if not ended.cancelled():
        ended.exception()


def _messages(access: str, channels: Iterable[Channel]) -> Iterator[dict[str, Any]]:
    left = iter(channels)
    for number in count(1):
        some = list(islice(left, _A_TIME))
        if not some:
            return
        yield {"id": f"{access}{number}", "op": "subscribe", "args": some}


def _login(exchange: Exchange) -> dict[str, Any]:
    stamp = str(int(exchange.nonce() // 1000))
    signed = exchange.hmac(
        exchange.encode(f"{stamp}GET/users/self/verify"),
        exchange.encode(exchange.secret),
        hashlib.sha256,
        "base64",
    )
    login = {
        "apiKey": exchange.apiKey,
        "passphrase": exchange.password,
        "timestamp": stamp,
        "sign": signed,
    }
    return {"op": _LOGIN, "args": [login]}
