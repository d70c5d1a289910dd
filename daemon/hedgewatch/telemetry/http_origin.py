"""From which site a browser asks."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import hdrs


def is_from_another_site(headers: Mapping[str, str]) -> bool:
    """As a browser tells it; what is no browser tells nothing."""
    if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return True
    origin = headers.get(hdrs.ORIGIN)
    return origin is not None and _site(origin) != headers.get(hdrs.HOST)


def _site(origin: str) -> str:
    """Host and port of it; empty when it has none, or is no address at all."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
