"""The fence below ccxt: what is not on this list never leaves the machine.

hedgewatch cannot trade because it cannot ask for it, whatever ccxt, a venue or a bug would like.
"""

import re
from collections.abc import Iterable, Mapping

from yarl import URL

_NUMBERED = re.compile(r"/\d+$")


class ForbiddenRequestError(Exception):
    """A request or frame that is not on the allow-list, or a redirect. Never retried as it is."""


class AllowList:
    """Requests by method, origin and path, and operations of outgoing frames.

    A path that ends in `/*` stands for one number there: ccxt numbers its sockets.
    """

    def __init__(self, requests: Iterable[tuple[str, str]], operations: Iterable[str]) -> None:
        self._requests = {_request(method, URL(address)) for method, address in requests}
        self._operations = frozenset(operations)
        self.refused = 0

    def check_request(self, method: str, url: URL) -> None:
        """Raise unless this very request is listed."""
        if _request(method, url) not in self._requests:
            raise self.refusal(f"{method} {url.origin()}{url.path} is not on the allow-list")

    def check_frame(self, message: object) -> None:
        """Raise unless this outgoing frame is one of the listed operations."""
        said = message.get("method", message.get("op")) if isinstance(message, Mapping) else message
        operation = said if isinstance(said, str) else None
        if operation not in self._operations:
            raise self.refusal(f"an outgoing frame ({said!s:.40}) is not on the allow-list")

    def refusal(self, reason: str) -> ForbiddenRequestError:
        """The error to raise, counted."""
        self.refused += 1
        return ForbiddenRequestError(reason)


def _request(method: str, url: URL) -> tuple[str, str, str]:
    return method.upper(), str(url.origin()), _NUMBERED.sub("/*", url.raw_path)
