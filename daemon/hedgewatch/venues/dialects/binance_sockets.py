"""Sockets of Binance that ccxt would dial at one address for several feeds: dialled by us.

Each feed has a number of its own in the path, as ccxt's sockets do, and its name behind the `#`,
which never leaves this machine. The private one has its listen key in the path.
"""

from collections.abc import Sequence

from hedgewatch.venues.dialect import Exchange

_NUMBERS = {"mark": 1, "quote": 2}
_CHANNELS = {"mark": "markPrice@1s", "quote": "bookTicker"}


async def subscribe(exchange: Exchange, kind: str, feed: str, symbols: Sequence[str]) -> None:
    """The prices of these markets, until the socket ends."""
    address = f"{exchange.urls['api']['ws'][kind]}/{_NUMBERS[feed]}#{feed}"
    ids = [exchange.market(symbol)["lowercaseId"] for symbol in symbols]
    streams = [f"{market}@{_CHANNELS[feed]}" for market in ids]
    message = {"method": "SUBSCRIBE", "params": streams, "id": 1}
    await exchange.watch(address, address, message, address)


async def listen(exchange: Exchange, kind: str, key: str) -> None:
    """The private stream of a listen key, until the socket ends: it needs no subscription."""
    address = f"{exchange.urls['api']['ws'][kind]}/{key}#user"
    await exchange.watch(address, address, None, address)
