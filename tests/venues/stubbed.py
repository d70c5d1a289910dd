"""The real ccxt of a venue, with prepared replies in the place of its network."""

from collections.abc import Mapping, Sequence
from typing import Any

from hedgewatch.venues.survey import exchange_class

LOGIN = {
    "apiKey": "key",
    "secret": "c2VjcmV0",
    "password": "word",
    "uid": "1",
    "accountId": "1",
    "walletAddress": "0x" + "a1" * 20,
    "requiredCredentials": {"privateKey": False},
}


def stubbed(
    venue: str,
    markets: Mapping[str, Any],
    answers: Mapping[str, object],
    options: Mapping[str, Any] | None = None,
) -> Any:
    """An exchange of ccxt whose requests are answered by the first key that their address has.

    Whatever else is asked for is an error of the test.
    """
    exchange = exchange_class(venue)(
        {**LOGIN, "options": dict(options or {}), "enableRateLimit": False}
    )
    exchange.set_markets(list(markets.values()))
    exchange.asked = []

    async def fetch(url: str, method: str = "GET", *_: object) -> object:
        exchange.asked.append((method, url))
        for part, reply in answers.items():
            if part in url:
                return reply.pop(0) if isinstance(reply, Replies) else reply
        raise AssertionError(f"nobody answers {method} {url}")

    exchange.fetch = fetch
    return exchange


class Replies(list[Any]):
    """Replies to the same request, one after the other."""


def rows_of(symbols: Sequence[str], **more: object) -> dict[str, dict[str, Any]]:
    """Markets of ccxt by their symbols, linear unless they settle in their base."""
    return {symbol: _market(symbol, more) for symbol in symbols}


def _market(symbol: str, more: Mapping[str, object]) -> dict[str, Any]:
    base, _, rest = symbol.partition("/")
    quote, _, settle = rest.partition(":")
    inverse = bool(settle) and settle == base
    return {
        "id": f"{base}{quote}",
        "symbol": symbol,
        "base": base,
        "quote": quote,
        "settle": settle or None,
        "type": "swap" if settle else "spot",
        "spot": not settle,
        "swap": bool(settle),
        "future": False,
        "option": False,
        "contract": bool(settle),
        "linear": not inverse if settle else None,
        "inverse": inverse if settle else None,
        "contractSize": 1.0 if settle else None,
        "precision": {"amount": 0.001, "price": 0.01},
        "active": True,
        **more,
    }
