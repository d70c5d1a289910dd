"""Moves addresses: where an account has an `endpoint`, nothing of the venue's own is left."""

import re
from typing import Any
from urllib.parse import urlsplit

from hedgewatch.venues.settings import EndpointSettings

_BARE_HOST = re.compile(r"(?:[\w{}-]+\.)+[a-z{}]{2,}(?::\d+)?(?:/|$)", re.IGNORECASE)


def moved(address: str, endpoint: EndpointSettings | None) -> str:
    """The same path at the endpoint, or the address itself when there is none.

    Templates (`https://api.{hostname}`) are addresses too, and so are bare names of hosts, of
    which ccxt makes addresses.
    """
    parts = urlsplit(address)
    if endpoint is None:
        return address
    if not parts.netloc:
        return urlsplit(endpoint.rest).netloc if _BARE_HOST.match(address) else address
    base = endpoint.ws if parts.scheme in {"ws", "wss"} else endpoint.rest
    return base + parts.path


def replace_addresses(urls: Any, endpoint: EndpointSettings) -> Any:
    """A copy of ccxt's table of addresses, however nested, in which every one is moved.

    Paths stay: a socket's must go on ending in `/ws`, which ccxt rewrites to `/market/ws`.
    """
    if isinstance(urls, dict):
        return {name: replace_addresses(value, endpoint) for name, value in urls.items()}
    if isinstance(urls, list):
        return [replace_addresses(value, endpoint) for value in urls]
    return moved(urls, endpoint) if isinstance(urls, str) else urls
