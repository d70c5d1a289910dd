"""Whether an account is a unified one, at venues whose ccxt class asks by itself and takes any
failure for a no: an account read by the wrong calls would look flat while the venue limps.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import ccxt

from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.fields import number_or_none, table

_GATE_UNIFIED = 2.0


async def _bitget(exchange: Exchange) -> None:
    """Only a unified account has these settings; another is told so by an error."""
    try:
        await exchange.privateUtaGetV3AccountSettings()
    except ccxt.AuthenticationError:
        raise
    except ccxt.ExchangeError:
        exchange.options["uta"] = False
    else:
        exchange.options["uta"] = True


async def _gate(exchange: Exchange) -> None:
    """Gate, account detail: `key.mode` is 1 of a classic account, 2 of a unified one."""
    detail = table(await exchange.privateAccountGetDetail(), "account detail")
    mode = number_or_none(table(detail.get("key"), "the key of the account"), "mode")
    exchange.options["unifiedAccount"] = mode == _GATE_UNIFIED


_KINDS: Mapping[str, Callable[[Exchange], Awaitable[None]]] = MappingProxyType(
    {"bitget": _bitget, "gate": _gate}
)


async def learn_kind(venue: str, exchange: Exchange) -> None:
    """Ask, and tell ccxt. Raises what the venue does, when it does not say."""
    if venue in _KINDS:
        await _KINDS[venue](exchange)
