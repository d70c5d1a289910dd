"""Hyperliquid's one socket address, dialled once a feed: what is subscribed to, and what answers.

Frames are `{"channel": …, "data": …}`. An acknowledgement repeats the subscription; an error is a
text that names no question. Source: Hyperliquid documentation, "Websocket".
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence

import ccxt
import structlog

from hedgewatch.venues.dialect import Answer, Exchange, Feed
from hedgewatch.venues.fields import Row, table

log = structlog.get_logger()

_ACKNOWLEDGED_WITHIN = 5.0
_THE_END = "the end"
_HARMLESS = "Already subscribed"
_OPTIONAL = ("allDexsClearinghouseState", "spotState", "userFills", "userEvents")
"""A server need not know these; without them more is read, and less is known of causes."""

Subscription = dict[str, object]


def subscriptions(
    feed: Feed, coins: Sequence[str], address: str, pulse: str
) -> Iterator[Subscription]:
    """What a feed listens to. The first is needed; a server may not know all of the others."""
    if feed == "user":
        yield {"type": "clearinghouseState", "user": address}
        for kind in _OPTIONAL:
            yield {"type": kind, "user": address}
        return
    if feed == "mark":
        yield {"type": "l2Book", "coin": pulse, "nSigFigs": 2}
    kind = "activeAssetCtx" if feed == "mark" else "bbo"
    for coin in coins:
        yield {"type": kind, "coin": coin}


async def listen(
    exchange: Exchange,
    feed: Feed,
    wanted: Iterator[Subscription],
    began: Callable[[], None] | None = None,
) -> None:
    """Subscribe, and return or raise only when the socket is over. `began` hears that the first
    subscription, which is needed, was accepted.
    """
    url = f"{exchange.urls['api']['ws']['public']}#{feed}"
    socket = exchange.client(url)
    ended = socket.future(_THE_END)
    ended.add_done_callback(_consumed)
    first = next(wanted)
    acknowledged = exchange.watch(url, first["type"], _message(first), first["type"])
    done, _ = await asyncio.wait({acknowledged}, timeout=_ACKNOWLEDGED_WITHIN)
    if not done:
        raise ccxt.RequestTimeout("the venue did not acknowledge the subscription")
    await acknowledged
    if began is not None:
        began()
    for each in wanted:
        await _say(socket, each)
    await ended


async def _say(socket: Exchange, wanted: Subscription) -> None:
    try:
        await socket.send(_message(wanted))
    except ConnectionError as error:
        raise ccxt.NetworkError(str(error)) from error


def _message(wanted: Subscription) -> dict[str, object]:
    return {"method": "subscribe", "subscription": wanted}


def _consumed(ended: "asyncio.Future[object]") -> None:
    """The end of a socket that failed before anybody waited for it is nobody's loss."""
    if not ended.cancelled():
        ended.exception()


def _refusal(said: str) -> Answer:
    """An error repeats the subscription that it is about, as it was written."""
    if any(f'"{kind}"' in said for kind in _OPTIONAL):
        log.warning("Hyperliquid does not tell something", said=said[:200])
        return Answer()
    return Answer(refused="" if _HARMLESS in said else said)


def answer_of(message: Row) -> Answer | None:
    """What of ours a frame answers, None when it is no answer."""
    match message.get("channel"):
        case "pong":
            return Answer(pong=True)
        case "subscriptionResponse":
            told = table(table(message.get("data"), "data").get("subscription"), "subscription")
            return Answer(to=str(told.get("type")))
        case "error":
            return _refusal(str(message.get("data")))
        case _:
            return None
