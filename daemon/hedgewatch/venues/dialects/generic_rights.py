"""What venues without a dialect of their own say of a key, where they say anything.

By the documentation of each. Whatever is not known to be the right to read is a power. Gate tells
of a key's addresses and not of its rights: that is no answer.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType

from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.fields import OddReplyError, Row, number_or_none, rows, table, text
from hedgewatch.venues.permissions import KeyRights
from hedgewatch.venues.settings import ADDRESS_VENUES

_READS_AT_BITGET = re.compile(r"readonly|read|[a-z]{3}r", re.IGNORECASE)
"""`coor` reads contract orders, `coow` writes them; older keys have `readonly`."""


async def _kucoin(exchange: Exchange) -> KeyRights:
    """KuCoin, get API key info: `permission` is "General, Spot, …"; General is reading."""
    data = table(table(await exchange.privateGetUserApiKey(), "api-key").get("data"), "api-key")
    granted = [part.strip() for part in text(data, "permission").split(",")]
    return KeyRights(
        powers=_others(granted, {"General"}),
        may_read="General" in granted,
        bound_to_address=_told_addresses(data, "ipWhitelist"),
        expires_at=_seconds(data, "expiredAt"),
    )


async def _htx(exchange: Exchange) -> KeyRights:
    """HTX, API key query of a user: `permission` is "readOnly,trade,withdraw"."""
    uid = table(await exchange.v2PrivateGetUserUid(), "uid").get("data")
    reply = table(await exchange.v2PrivateGetUserApiKey({"uid": uid}), "api-key")
    mine = _mine(exchange, rows(reply.get("data"), "api-key"), "accessKey")
    granted = [part.strip() for part in text(mine, "permission").split(",")]
    return KeyRights(
        powers=_others(granted, {"readOnly"}),
        may_read="readOnly" in granted,
        bound_to_address=_told_addresses(mine, "ipAddresses"),
        account=str(uid or ""),
    )


async def _bingx(exchange: Exchange) -> KeyRights:
    """BingX, query API key permissions: 2 is reading, every other number a power."""
    reply = table(await exchange.accountV1PrivateGetAccountApiPermissions(), "apiPermissions")
    data = table(reply.get("data", reply), "apiPermissions")
    granted = [str(each) for each in _listed(data, "permissions")]
    names = {"1": "spot trading", "3": "futures trading", "4": "transfer", "5": "withdraw"}
    return KeyRights(
        powers=tuple(names.get(each, f"permission {each}") for each in _others(granted, {"2"})),
        may_read="2" in granted,
        bound_to_address=_told_addresses(data, "ipAddresses"),
    )


async def _bitget(exchange: Exchange) -> KeyRights:
    """Bitget, get account information: `authorities` are the rights of the key that asks."""
    reply = table(await exchange.privateSpotGetV2SpotAccountInfo(), "account/info")
    data = table(reply.get("data"), "account/info")
    granted = [str(each) for each in _listed(data, "authorities")]
    return KeyRights(
        powers=tuple(each for each in granted if not _READS_AT_BITGET.fullmatch(each)),
        bound_to_address=_told_addresses(data, "ips"),
        account=str(data.get("userId") or ""),
    )


async def _deribit(exchange: Exchange) -> KeyRights:
    """Deribit, list API keys: `max_scope` is "account:read trade:read wallet:none"."""
    reply = table(await exchange.privateGetListApiKeys(), "api keys")
    mine = _mine(exchange, rows(reply.get("result"), "api keys"), "client_id")
    scopes = text(mine, "max_scope").split()
    return KeyRights(
        powers=tuple(each for each in scopes if not each.endswith((":read", ":none"))),
        bound_to_address=_told_addresses(mine, "ip_whitelist"),
    )


async def _mexc(exchange: Exchange) -> KeyRights:
    """MEXC names no fields of this answer: only a list of permissions is understood."""
    reply = table(await exchange.spotPrivateGetApiKeyInfo(), "apiKeyInfo")
    granted = [str(each) for each in _listed(reply, "permissions")]
    return KeyRights(powers=tuple(each for each in granted if not each.upper().endswith("_READ")))


async def _bitfinex(exchange: Exchange) -> KeyRights:
    """Bitfinex, key permissions: rows of scope, may read, may write."""
    reply = await exchange.privatePostAuthRPermissions()
    if not isinstance(reply, list) or not reply:
        raise OddReplyError("permissions is not a list")
    powers = []
    for row in reply:
        if not isinstance(row, list) or len(row) < 3:  # noqa: PLR2004 - scope, read, write
            raise OddReplyError("a permission is not a scope with two flags")
        if row[2] not in (0, "0", False):
            powers.append(str(row[0]))
    return KeyRights(powers=tuple(powers))


ASKED: Mapping[str, tuple[Callable[[Exchange], Awaitable[KeyRights]], tuple[str, ...]]] = (
    MappingProxyType(
        {
            "bingx": (_bingx, ("accountV1PrivateGetAccountApiPermissions",)),
            "bitfinex": (_bitfinex, ("privatePostAuthRPermissions",)),
            "bitget": (
                _bitget,
                ("privateSpotGetV2SpotAccountInfo", "privateUtaGetV3AccountSettings"),
            ),
            "deribit": (_deribit, ("privateGetListApiKeys",)),
            "htx": (_htx, ("v2PrivateGetUserApiKey", "v2PrivateGetUserUid")),
            "kucoin": (_kucoin, ("privateGetUserApiKey",)),
            "kucoinfutures": (_kucoin, ("privateGetUserApiKey",)),
            "mexc": (_mexc, ("spotPrivateGetApiKeyInfo",)),
        }
    )
)
"""How a venue is asked, and by which entries of its API."""


def can_be_verified(venue: str) -> bool:
    """Whether a venue tells what its keys may do; one that is read without a key needs not."""
    return venue in ADDRESS_VENUES or venue in ASKED


async def rights_at(venue: str, exchange: Exchange) -> KeyRights:
    """What the key may do. OddReplyError where the venue does not tell."""
    if venue in ADDRESS_VENUES:
        return KeyRights(powers=())
    if venue not in ASKED:
        raise OddReplyError(f"{venue} does not tell what a key may do")
    ask, _ = ASKED[venue]
    return await ask(exchange)


def _others(granted: Iterable[str], harmless: set[str]) -> tuple[str, ...]:
    return tuple(each for each in granted if each and each not in harmless)


def _mine(exchange: Exchange, keys: Iterable[Row], name: str) -> Row:
    for row in keys:
        if row.get(name) == exchange.apiKey:
            return row
    raise OddReplyError("the venue lists keys, and ours is not among them")


def _listed(row: Row, name: str) -> list[object]:
    listed = row.get(name)
    if not isinstance(listed, list) or not listed:
        raise OddReplyError(f"the venue's answer does not say what the key may do ({name})")
    return listed


def _told_addresses(row: Row, name: str) -> bool | None:
    """Whether addresses are listed from which alone the key works; None where that is not told."""
    return bool(row[name]) if name in row else None


def _seconds(row: Row, name: str) -> float | None:
    told = number_or_none(row, name)
    return None if not told else told / 1000.0
