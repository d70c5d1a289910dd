"""The fence below ccxt: what is not on this list never leaves the machine.

hedgewatch cannot trade because it cannot ask for it, whatever ccxt, a venue or a bug would like.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from yarl import URL

_NUMBERED = re.compile(r"/\d+$", re.ASCII)
_WORD = re.compile(r"/[A-Za-z0-9]+$")
_SAYS_WHAT = ("method", "op", "event", "type", "action", "reqType", "request", "cmd")
"""Where venues name the operation of a frame: `method` (Binance, Hyperliquid, Deribit), `op`
(Bybit, OKX, Bitget), `event` (Gate, Kraken), `type` (KuCoin), `reqType` (BingX), ….
"""

_OVERRIDES = ("X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override")
"""Some servers take these for the method."""


class ForbiddenRequestError(Exception):
    """A request or frame that is not on the allow-list, or a redirect. Never retried as it is."""


class AllowList:
    """Requests by method, origin and path, and operations of outgoing frames.

    A path that ends in `/*` stands for one number there: ccxt numbers its sockets. One that ends
    in `/+` stands for one word of letters and digits: the key of a private stream. Paths are
    compared as they are sent: one that a server might read as another (`/../`, `%2e`, `//`) is
    no listed one. What follows a `?` chooses nothing at a listed address that could trade.
    """

    def __init__(self, requests: Iterable[tuple[str, str]], operations: Iterable[str]) -> None:
        self._requests = {_request(method, URL(address)) for method, address in requests}
        self._operations = frozenset(operations)
        self.refused = 0

    def check_request(
        self, method: str, url: URL, headers: Mapping[str, str] | None = None
    ) -> None:
        """Raise unless this very request is listed, and says nothing else in its headers."""
        if not self._listed(*_request(method, url)) or url.user or url.password:
            raise self.refusal(f"{method} {url.origin()}{url.path} is not on the allow-list")
        sent = headers or {}
        if any(name in sent for name in _OVERRIDES) or sent.get("Host", _host(url)) != _host(url):
            raise self.refusal(f"{method} {url.origin()}{url.path} says another thing in a header")

    def _listed(self, method: str, origin: str, path: str) -> bool:
        named = _WORD.sub("/+", path)
        return not self._requests.isdisjoint({(method, origin, path), (method, origin, named)})

    def check_frame(self, message: object) -> None:
        """Raise unless all that this outgoing frame asks for are listed operations."""
        said = list(_operations(message))
        if not said or not self._operations.issuperset(said):
            what = ", ".join(f"{name!s:.40}" for name in said) or "of an unknown kind"
            raise self.refusal(f"an outgoing frame ({what}) is not on the allow-list")

    def refusal(self, reason: str) -> ForbiddenRequestError:
        """The error to raise, counted."""
        self.refused += 1
        return ForbiddenRequestError(reason)


def _request(method: str, url: URL) -> tuple[str, str, str]:
    return method.upper(), str(url.origin()).lower(), _NUMBERED.sub("/*", url.raw_path)


def _host(url: URL) -> str:
    """As a request names it: the port only where it is not that of the scheme."""
    return url.host_port_subcomponent or ""


def _operations(message: object) -> Iterator[object]:
    """All names of operations in a frame; bare text is one itself."""
    if isinstance(message, str):
        yield message
    elif isinstance(message, Mapping):
        for name in _SAYS_WHAT:
            if name in message:
                said = message[name]
                yield said if isinstance(said, str) else repr(said)
