"""Asks the installed ccxt what its venues have: `make fix` writes `known.json` by it.

Importing this module imports ccxt, which takes seconds.
"""

import json
from collections.abc import Iterator
from typing import Any

import ccxt.async_support
import ccxt.pro


def exchange_class(venue: str) -> Any:
    """The class of a venue: the one with sockets, where ccxt has one."""
    return getattr(ccxt.pro, venue, None) or getattr(ccxt.async_support, venue)


def described(venue: str) -> dict[str, Any]:
    """A venue as `known.json` has it."""
    exchange = exchange_class(venue)()
    has = exchange.has
    return {
        "id": venue,
        "name": exchange.name,
        "spot": bool(has.get("spot")),
        "swap": bool(has.get("swap")),
        "future": bool(has.get("future")),
        "pro": hasattr(ccxt.pro, venue),
        "positions": bool(has.get("fetchPositions")),
        "steps": exchange.precisionMode == ccxt.async_support.TICK_SIZE,
        "requires": [name for name, wanted in exchange.requiredCredentials.items() if wanted],
    }


def survey() -> Iterator[dict[str, Any]]:
    """All of them, in the order of the alphabet."""
    return map(described, sorted(ccxt.exchanges))


def text() -> str:
    """The file, one venue a line."""
    return "[\n" + ",\n".join(json.dumps(venue) for venue in survey()) + "\n]\n"


if __name__ == "__main__":
    print(text(), end="")  # noqa: T201 - it is made to be written into a file
