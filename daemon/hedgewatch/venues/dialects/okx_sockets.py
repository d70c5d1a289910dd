"""What is said on OKX's sockets, and what it answers.

One address serves all that is public; each feed has a socket of its own there. A login is signed
by the venue's clock, and one that is refused or not answered ends the socket: ccxt's own would
leave the next one waiting for ever.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Any

import ccxt
import structlog

from hedgewatch.venues.dialect import Answer, Exchange, Feed, StreamBegan, Tell
from hedgewatch.venues.dialects.okx_listing import Listing
from hedgewatch.venues.dialects.okx_prices import HEART_BEAT
from hedgewatch.venues.fields import Row

log = structlog.get_logger()

PUBLIC, PRIVATE, OPTIONAL = "public", "private", "optional"

Channel = dict[str, str]

_LOGIN, _LOGGED_IN = "login", "authenticated"
"""The operation, and what ccxt calls the answer to it: whatever of its own waits goes on, too."""

_ANSWERED_WITHIN = 10.0
"""Seconds for a login, and for the subscriptions that are needed."""

_A_TIME = 200
"""Channels a message: all of them may take 64 KB, and each takes some 60 bytes."""

_CLOSING, _NO_SUCH_CHANNEL = "64008", "60018"
_STATUS: Channel = {"channel": "status"}
"""Says nothing that we need, and is there whatever is listed."""

_NEEDED: tuple[Channel, ...] = (
    {"channel": "account"},
    {"channel": "positions", "instType": "ANY"},
)
_DISPENSABLE: tuple[Channel, ...] = (
    {"channel": "balance_and_position"},
    {"channel": "liquidation-warning", "instType": "ANY"},
)
"""Why something became less, and the venue's own warning: not every site or account has them."""

_PRICES = frozenset({"mark-price", "index-tickers", "open-interest", "funding-rate", "tickers"})
_CHANNEL = re.compile(r"\bchannel:([a-z_-]+)")
_NAMES = re.compile(r"[a-z]+(?:[-_][a-z]+)*")


def answer_of(message: Row) -> Answer | None:
    """Acknowledgements answer a channel each; a refusal repeats the id of its question, where that
    had one, or names a channel. A price channel that does not exist (its contract ended, it has no
    index) leaves the others of its socket in peace: what is not told of falls silent. So does one
    that can be done without, whatever it is refused for.
    """
    event, code = message.get("event"), message.get("code")
    if event is None:
        return None
    said = f"{message.get('msg')!s:.200} ({code})"
    if event == "error" and _can_be_done_without(message):
        log.warning("OKX does not tell a channel", said=said)
        return Answer()
    if event == "error" and _is_needed(message):
        return Answer(over=f"the venue refused the subscription: {said}")
    if event == "error" or (event == _LOGIN and code != "0"):
        return Answer(asked=str(message.get("id") or ""), refused=said)
    return Answer(to=_agreed(message), over=_over(message, said))


def _can_be_done_without(message: Row) -> bool:
    """By the id of the question; without one, by the channel that the refusal names."""
    asked, no_such = str(message.get("id") or ""), message.get("code") == _NO_SUCH_CHANNEL
    if asked:
        return asked.startswith(OPTIONAL) or (asked.startswith(PUBLIC) and no_such)
    named = _named_in(message)
    if not named.isdisjoint(each["channel"] for each in _DISPENSABLE):
        return True
    return no_such and not named.isdisjoint(_PRICES)


def _is_needed(message: Row) -> bool:
    """Whether it refuses, without repeating an id, a channel without which nothing is streamed."""
    argument = message.get("arg")
    named = argument.get("channel") if isinstance(argument, Mapping) else None
    if named is None and (said := _CHANNEL.search(str(message.get("msg")))):
        named = said[1]
    return not message.get("id") and any(each["channel"] == named for each in _NEEDED)


def _named_in(message: Row) -> set[str]:
    """The channels that a refusal may be about: `arg`, or "Wrong URL or channel:tickers,…"."""
    argument = message.get("arg")
    if isinstance(argument, Mapping):
        return {str(argument.get("channel"))}
    return set(_NAMES.findall(str(message.get("msg"))))


def _agreed(message: Row) -> str:
    """What waits for this answer."""
    if message.get("event") == "subscribe":
        argument = message.get("arg")
        return _agreed_to(argument) if isinstance(argument, Mapping) else ""
    return _LOGGED_IN if message.get("event") == _LOGIN else ""


def _agreed_to(channel: Mapping[str, Any]) -> str:
    return f"agreed to {channel.get('channel')!s:.40}"


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
        if listing.pays_funding(symbol):
            found["funding-rate", name] = None
    if listing.lists(HEART_BEAT):
        found["mark-price", HEART_BEAT] = None
    return [{"channel": channel, "instId": name} for channel, name in found] or [_STATUS]


async def listen_to_account(exchange: Exchange, tell: Tell) -> None:
    """Log in, and listen to all that concerns the account; returns when the socket is over."""
    address = f"{exchange.urls['api']['ws']}/{PRIVATE}"
    login = exchange.watch(address, _LOGGED_IN, _login(exchange), _LOGGED_IN)
    await _answered([login], "login")
    socket = exchange.client(address)
    agreed = [socket.future(_agreed_to(each)) for each in _NEEDED]
    ends = [*_said(exchange, address, _messages(PRIVATE, _NEEDED))]
    await _answered(agreed, "subscription")
    tell(StreamBegan())
    ends += _said(exchange, address, _messages(OPTIONAL, _DISPENSABLE, at_once=1))
    await _until_one(ends)


async def _answered(pending: Sequence["asyncio.Future[object]"], what: str) -> None:
    """Never cancelled: they are ccxt's."""
    for each in pending:
        each.add_done_callback(_take_note)
    done, silent = await asyncio.wait(pending, timeout=_ANSWERED_WITHIN)
    for each in done:
        each.result()
    if silent:
        raise ccxt.RequestTimeout(f"the {what} was not answered")


async def subscribe(exchange: Exchange, feed: str, channels: Iterable[Channel]) -> None:
    """To prices; returns when the socket is over: the answers waited for are never given."""
    address = f"{exchange.urls['api']['ws']}/{PUBLIC}#{feed}"
    await _until_one(_said(exchange, address, _messages(PUBLIC, channels)))


def _said(
    exchange: Exchange, address: str, messages: Iterable[dict[str, Any]]
) -> list["asyncio.Future[object]"]:
    """Say these; what comes back ends with the socket."""
    pending = [
        exchange.watch(address, f"subscribed {said['id']}", said, f"subscribed {said['id']}")
        for said in messages
    ]
    for each in pending:
        each.add_done_callback(_take_note)
    return pending


async def _until_one(pending: Iterable["asyncio.Future[object]"]) -> None:
    done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    done.pop().result()


def _take_note(ended: "asyncio.Future[object]") -> None:
    """All end together: the error of one is told, the others' is the same."""
    if not ended.cancelled():
        ended.exception()


def _messages(
    kind: str, channels: Iterable[Channel], *, at_once: int = _A_TIME
) -> Iterator[dict[str, Any]]:
    left = iter(channels)
    for number in count(1):
        some = list(islice(left, at_once))
        if not some:
            return
        yield {"id": f"{kind}{number}", "op": "subscribe", "args": some}


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
