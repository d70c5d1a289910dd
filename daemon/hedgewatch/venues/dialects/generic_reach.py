"""Which requests the reading methods of a venue's ccxt class can make: found in their code.

The names that a function of Python uses stand in its code object. From the few methods that the
generic dialect calls, this walks to all that these call, and to the entries of the venue's API that
they name. So the allow-list is neither written by hand for fifty venues nor as wide as their API.
"""

import re
from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from ccxt.base.types import Entry

READING = (
    *("load_markets", "fetch_markets", "fetch_time", "load_time_difference"),
    *("fetch_positions", "fetch_balance", "fetch_ohlcv"),
    *("fetch_mark_prices", "fetch_tickers", "fetch_funding_rates"),
    *("fetch_mark_price", "fetch_ticker", "fetch_funding_rate", "fetch_bids_asks"),
    "fetch_mark_ohlcv",
    *("watch_mark_prices", "watch_tickers", "watch_bids_asks"),
    *("watch_positions", "watch_balance", "ping"),
)
"""All that the generic dialect ever calls; the calls that tell of a key's rights come on top."""

_ACTS = re.compile(
    r"(create|cancel|edit|close|set|withdraw|transfer|add|reduce|borrow|repay|deposit|redeem|modify"
    r"|convert|enable|un_?watch|approve|place|send|upgrade"
    r"|fetch_my|fetch_order|fetch_open_order|fetch_closed|fetch_currencies)(_|$)"
)
"""Methods of ccxt that are not followed: they act, or nothing here needs them."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""A new word in a name: once a class was used, ccxt's methods have names of that kind too, which
texts in its code happen to be (`describe`), and no call is.
"""

_ACTING_PATH = re.compile(
    r"(^|[/_.-])(orders?|batch-?orders?|place|cancel|withdraw(al|als)?|transfer|set-?leverage|buy"
    r"|sell|close|borrow|repay|convert|move_funds|sendtx(batch)?)($|[/_.-])",
    re.IGNORECASE,
)
_READING_PATHS = frozenset({"v5/asset/transfer/query-account-coins-balance"})
"""Of those that sound like acting."""


def acts(path: str) -> bool:
    """Whether an entry of an API sounds as if it did more than tell something."""
    return path not in _READING_PATHS and _ACTING_PATH.search(path) is not None


def entries(cls: Any, more: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    """What of its API a class reaches by reading, each once."""
    return _entries(cls, more)


@cache
def _entries(cls: Any, more: tuple[str, ...]) -> tuple[Entry, ...]:
    found: dict[str, Entry] = {}
    seen: set[str] = set()
    waiting = [*READING, *more]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for each in _definitions(cls, name):
            if isinstance(each, Entry):
                if not acts(each.path):
                    found[name] = each
            elif not _ACTS.match(name) and not _HUMP.search(name):
                waiting += _names(each.__code__)
    return tuple(found[name] for name in sorted(found))


def _definitions(cls: Any, name: str) -> Iterator[Entry | FunctionType]:
    """Those of a class and of what it is derived from: `super()` reaches the others."""
    for base in cls.__mro__:
        held = vars(base).get(name)
        if isinstance(held, Entry | FunctionType):
            yield held


def _names(code: CodeType) -> Iterator[str]:
    """Names and texts in a function: ccxt also keeps names of calls in texts."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, str) and constant.isidentifier():
            yield constant
        elif isinstance(constant, CodeType):
            yield from _names(constant)
