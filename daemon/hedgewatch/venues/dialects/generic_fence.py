"""The fence of a venue without a dialect of its own: what its ccxt class needs to read, no more."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from ccxt.base.types import Entry
from yarl import URL

from hedgewatch.venues.dialects.generic_reach import entries
from hedgewatch.venues.endpoint import moved
from hedgewatch.venues.readonly import AllowList
from hedgewatch.venues.settings import EndpointSettings
from hedgewatch.venues.survey import exchange_class

OPERATIONS = (
    *("subscribe", "SUBSCRIBE", "SUBSCRIPTION", "sub", "req", "public/subscribe"),
    *("private/subscribe", "unsubscribe", "UNSUBSCRIBE"),
    *("login", "LOGIN", "auth", "public/auth", "authenticate", "authorize", "challenge"),
    *("ping", "PING", "pong", "PONG", "public/respond-heartbeat", "public/test", "keepalivePing"),
)
"""What venues call subscribing, logging in and answering for one's life, by the frames in the code
of ccxt 4.5.90 (`pro/<venue>.py`).
"""

_BARE = frozenset({"sub", "unsub", "ping", "pong", "id", "zip"})
"""Frames of HTX and others that are named by their key: `{"sub": topic}`, `{"pong": time}`."""

_ENVELOPES = frozenset({"command"})
"""Kinds of frames that say nothing themselves: beside them stands what they ask for."""

_TRADING_SOCKET = re.compile(r"trade(/|$)|ws-api|ws-fapi|ws-dapi|/order")

_ACTING = re.compile(
    r"send_?tx|execute|exchange$|order|withdraw|transfer|leverage|margin-?(mode|type)|cancel|close"
    r"|convert|borrow|repay|redeem|trade$",
    re.IGNORECASE,
)

_SOCKETS_BY_ANSWER: Mapping[str, str] = MappingProxyType(
    {"kucoin": ".kucoin.com", "kucoinfutures": ".kucoin.com"}
)
"""Venues that tell by REST where their sockets are: somewhere below this name."""


class ReadingList(AllowList):
    """Requests that match an entry of the venue's API which reading reaches, at the hosts that ccxt
    knows of the venue; sockets there, and frames that subscribe, log in or live.
    """

    def __init__(
        self, venue: str, more: tuple[str, ...], endpoint: EndpointSettings | None
    ) -> None:
        super().__init__((), OPERATIONS)
        cls = exchange_class(venue)
        addresses = [URL(moved(address, endpoint)) for address in _addresses(cls)]
        self.origins = {str(address.origin()).lower() for address in addresses}
        self._bases = {address.raw_path.rstrip("/") for address in addresses}
        reached = (entry for entry in entries(cls, more) if not _acts(entry))
        self._paths = [(entry.method, _pattern(entry.path)) for entry in reached]
        self._sockets_below = "" if endpoint else _SOCKETS_BY_ANSWER.get(venue, "")

    def _listed(self, method: str, origin: str, path: str) -> bool:
        """Asked by the parent, of a path as it is sent."""
        if "/../" in path or "//" in path or "%2e" in path.lower():
            return False
        if origin.startswith(("ws://", "wss://")):
            known = origin in self.origins or self._is_told(origin)
            return known and method == "GET" and not _TRADING_SOCKET.search(path)
        return origin in self.origins and any(
            method == each and self._matches(pattern, path) for each, pattern in self._paths
        )

    def _matches(self, pattern: re.Pattern[str] | None, path: str) -> bool:
        if pattern is None:
            return path.rstrip("/") in self._bases
        return pattern.search(path) is not None

    def _is_told(self, origin: str) -> bool:
        below = self._sockets_below
        return bool(below) and origin.startswith("wss://") and origin.endswith(below)

    def check_frame(self, message: object) -> None:
        """As the parent, of frames without an envelope; some are named by their keys alone."""
        if isinstance(message, Mapping):
            if message and _BARE.issuperset(message):
                return
            envelope = message.get("type") in _ENVELOPES and len(message) > 1
            if envelope:
                message = {name: message[name] for name in message if name != "type"}
        super().check_frame(message)


def _acts(entry: Entry) -> bool:
    """Whether an entry does something by its name, whoever reaches it (Lighter's `sendTx`)."""
    return entry.method != "GET" and _ACTING.search(entry.path) is not None


def _pattern(path: str) -> re.Pattern[str] | None:
    """The end of an address: an entry knows no host and no version. None where it has no path."""
    if not path:
        return None
    parts = re.split(r"\{[^}]*\}", path.lstrip("/"))
    return re.compile("(^|/)" + "[^/]+".join(re.escape(part) for part in parts) + "$")


@cache
def _addresses(cls: Any) -> tuple[str, ...]:
    """All addresses of the live venue that a class knows, without templates."""
    exchange = cls()
    found = _texts(exchange.urls.get("api"))
    return tuple({whole for text in found for whole in _filled(exchange, text) if "://" in whole})


def _filled(exchange: Any, text: str) -> Iterator[str]:
    names = {exchange.hostname, *_texts(exchange.urls.get("hostnames"))} - {None}
    if "{" not in text:
        yield text
    for name in names if "{hostname}" in text else ():
        yield text.replace("{hostname}", str(name))


def _texts(tree: object) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for each in tree.values():
            yield from _texts(each)
    elif isinstance(tree, str):
        yield tree
