"""Names of hosts, checked before anything dials them: a resolver raises at some, and a mistyped
name must not end the daemon. And addresses that nobody may be told to dial.
"""

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver


class LinkLocalError(ValueError):
    """An address that exists only on this link: what answers there is the cloud that we run in,
    and what it gives away are keys.
    """

    def __init__(self) -> None:
        super().__init__("a link-local address is never dialled: give another host")


def dialable(host: str) -> str:
    """The name, unless no resolver can take it or it is a link-local address: a ValueError."""
    try:
        host.encode("idna")
    except UnicodeError:
        raise ValueError("the host has an empty or too long part: check its name") from None
    if is_link_local(host):
        raise LinkLocalError
    return host


def is_link_local(host: str) -> bool:
    """Whether it is such an address, in whatever notation; False for names."""
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool(address.is_link_local or (mapped and mapped.is_link_local))


class CarefulResolver(AbstractResolver):
    """Resolves names as aiohttp does, but to no link-local address (LinkLocalError): a name is
    looked up anew at each connection, and may be made to point there later.
    """

    def __init__(self) -> None:
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Where the name leads; OSError when nowhere."""
        found = await self._resolver.resolve(host, port, family)
        if any(is_link_local(each["host"]) for each in found):
            raise LinkLocalError
        return found

    async def close(self) -> None:
        """Nothing that outlives the session."""
        await self._resolver.close()
