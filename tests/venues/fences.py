"""One account at any venue, fenced, and all that ccxt would do there if it were let."""

import inspect
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import ccxt
import pytest
from ccxt.base.types import Entry

from hedgewatch.core.events import Event, PriceEvent
from hedgewatch.sim import keys
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.wire.wires import WIRES
from hedgewatch.venues.access import private
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import AccountNews, Feed
from hedgewatch.venues.dialects import DIALECTS, dialect_of
from hedgewatch.venues.known import KNOWN
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import ADDRESS_VENUES, CREDENTIALS, VENUES, AccountSettings
from hedgewatch.venues.surroundings import Surroundings
from tests.venues.watching import now

TRADING = re.compile(
    r"(?:create|cancel|edit|add|reduce|borrow|repay|redeem)_\w+|close_(?:all_)?positions?|"
    r"set_(?:leverage|margin|margin_mode|position_mode)|withdraw(?:_ws)?|transfer\w*"
)
"""Names of ccxt's methods that change something at a venue."""

_KEYS = {
    "binance": (keys.DEMO_KEY, keys.DEMO_SECRET),
    "bybit": (keys.BYBIT_KEY, keys.BYBIT_SECRET),
    "okx": (keys.OKX_KEY, keys.OKX_SECRET),
}
_ADDRESSES = {
    "dydx": "dydx1" + "q" * 38,
    "pacifica": "1" * 40,
    "hyperliquid": keys.HYPERLIQUID_ADDRESS,
}
_SIGNER = "0x" + "a1" * 20
_ARGUMENTS: dict[str, Any] = {
    "type": "limit", "side": "buy", "amount": 1.0, "price": 900.0, "id": "17", "ids": ["17"],
    "address": _SIGNER, "tag": None, "leverage": 3,
    "marginMode": "cross", "hedged": True, "fromAccount": "spot", "toAccount": "swap",
    "clientOrderId": "x17", "clientOrderIds": ["x17"], "cost": 100.0, "timeout": 10_000,
    "triggerPrice": 950.0, "stopPrice": 950.0, "stopLossPrice": 950.0, "takeProfitPrice": 990.0,
    "trailingAmount": 5.0, "trailingPercent": 1.0, "trailingTriggerPrice": 950.0, "limit": 5,
    "takeProfit": 990.0, "stopLoss": 900.0, "duration": 600, "fromCode": "USDT", "toCode": "BTC",
    "enableUnifiedMargin": True, "quantity": 1.0,
}  # fmt: skip


def wire_of(venue: str) -> str:
    """Which venue of the paper exchange speaks for one of ccxt's; empty where none does."""
    return next((wire for wire in WIRES if venue.startswith(wire)), "")


def settings_of(
    venue: str, monkeypatch: pytest.MonkeyPatch, endpoint: dict[str, str] | None = None
) -> AccountSettings:
    """An account of the paper exchange, or one that nobody knows."""
    written: dict[str, object] = {"name": "main", "venue": venue}
    if venue in ADDRESS_VENUES:
        written["address"] = _ADDRESSES.get(venue, _SIGNER)
    else:
        key, secret = _KEYS.get(wire_of(venue), ("k" * 64, "c2VjcmV0" * 8))
        parts = {"api_key": key, "secret": secret, "password": keys.OKX_PASSPHRASE}
        parts |= {"uid": "17", "account_id": "17"}
        wanted = [CREDENTIALS[name] for name in KNOWN[venue].login]
        for name in wanted:
            monkeypatch.setenv(name.upper(), parts[name])
        written["credentials"] = {name: {"env": name.upper()} for name in wanted}
    return AccountSettings.model_validate(written | ({"endpoint": endpoint} if endpoint else {}))


def _has_a_dialect(venue: str) -> bool:
    try:
        dialect_of(AccountSettings.model_construct(name="main", venue=venue))
    except LookupError:
        return False
    return True


WATCHABLE = [venue for venue in VENUES if _has_a_dialect(venue)]
"""Those that something here can speak with."""

IN_FULL = [venue for venue in DIALECTS if venue in VENUES]
"""Those with a dialect of their own, and so with a list of all that they are asked."""

ON_PAPER = [venue for venue in IN_FULL if wire_of(venue)]
"""Those that the paper exchange speaks for."""


def at(exchange: PaperExchange, venue: str) -> dict[str, str]:
    """Where a venue of the paper exchange is."""
    wire = wire_of(venue)
    return {"rest": exchange.url_of(wire), "ws": exchange.ws_url_of(wire)}


class Deaf:
    """A listener and its surroundings, for who only asks."""

    def publish(self, event: Event) -> None: ...
    def price(self, event: PriceEvent) -> None: ...
    def news(self, item: AccountNews) -> None: ...
    def connected(self, feed: Feed) -> None: ...
    def ponged(self, feed: Feed) -> None: ...
    def clock_stepped_back(self) -> None: ...


def connected_to(settings: AccountSettings, spawn: Any) -> Connection:
    """The fenced exchange of an account, as the daemon makes it."""
    deaf = Deaf()
    around = Surroundings(deaf.publish, now, spawn, Random(7))
    access = private(settings, Redactor())
    connection = Connection(access, dialect_of(settings), Redactor(), around)
    connection.listener = deaf
    connection.exchange.privateKey = "0x" + "11" * 32  # more than we would ever give it
    return connection


def trading_calls(exchange: Any, symbol: str) -> Iterator[tuple[str, Any]]:
    """Every method of ccxt's that would change something, with arguments that it takes."""
    for name in sorted(name for name in dir(exchange) if TRADING.fullmatch(name)):
        method = getattr(exchange, name)
        if inspect.iscoroutinefunction(method):
            yield name, method(**dict(_arguments(method, symbol)))


def _arguments(method: Any, symbol: str) -> Iterator[tuple[str, Any]]:
    order = {"symbol": symbol, "type": "limit", "side": "buy", "amount": 1.0, "price": 900.0}
    settle = symbol.rpartition(":")[2] if ":" in symbol else "USDT"
    given = {
        "code": settle,
        "symbol": symbol,
        "symbols": [symbol],
        "orders": [{"id": "17", **order}],
        "params": {},
    }
    known = _ARGUMENTS | given
    for parameter in inspect.signature(method).parameters.values():
        if parameter.name in known:
            yield parameter.name, known[parameter.name]
        elif parameter.default is inspect.Parameter.empty:
            yield parameter.name, "x"


def endpoints(exchange: Any) -> Iterator[tuple[str, Any, str]]:
    """Every address that ccxt knows of the venue: path, section, method."""
    for kind in type(exchange).__mro__:
        for entry in vars(kind).values():
            if isinstance(entry, Entry):
                yield entry.path, entry.api, entry.method


def addresses(exchange: Any, path: str, section: Any, method: str) -> list[str]:
    """As ccxt would send it; what it cannot sign without a real key, below every base it knows."""
    filled = re.sub(r"\{.*?\}", "x", path)
    try:
        return [exchange.sign(filled, section, method, {})["url"]]
    except (ccxt.BaseError, ValueError, TypeError, LookupError):
        bases = [base for base in _texts(exchange.urls["api"]) if base.startswith("http")]
        return [f"{base.replace('{hostname}', str(exchange.hostname))}/{filled}" for base in bases]


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, str):
        yield tree
