"""The HTTP session below ccxt, where every request, handshake and redirect passes one fence."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress

import aiohttp

from hedgewatch.venues.names import KnownNames, Names
from hedgewatch.venues.pauses import Answered, Pauses, wants_quiet
from hedgewatch.venues.readonly import AllowList

_NOT_MODIFIED = 304
_BODY_BYTES, _BODY_SECONDS = 4096, 1.0


class Fence:
    """An aiohttp middleware: it sees each hop of a request, whatever the code above believes."""

    def __init__(self, allowed: AllowList, now: Callable[[], float], pauses: Pauses) -> None:
        self.allowed = allowed
        self._now = now
        self._pauses = pauses

    async def __call__(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send what may be sent; what comes back may pause the address (PausedError, also for who
        asks in that time), and may not redirect.
        """
        self.allowed.check_request(request.method, request.url, request.headers)
        address = str(request.url.origin())
        self._pauses.check(address, self._now())
        response = await send(request)
        if wants_quiet(address, response.status, response.content_type):
            raise self._pauses.note(address, await _answered(response), self._now())
        if 300 <= response.status < 400 and response.status != _NOT_MODIFIED:  # noqa: PLR2004 - the class of redirects
            response.close()
            raise self.allowed.refusal(f"{request.url.origin()} answered with a redirect")
        return response


async def _answered(response: aiohttp.ClientResponse) -> Answered:
    """With as little of the body as can matter: it may be endless."""
    told, body = response.headers.get("Retry-After", ""), b""
    with suppress(aiohttp.ClientError, TimeoutError):
        async with asyncio.timeout(_BODY_SECONDS):
            body = await response.content.read(_BODY_BYTES)
    response.close()
    return Answered(response.status, told, body)


def guarded_session(
    fence: Fence,
    tls: ssl.SSLContext | bool,  # noqa: FBT001 - as ccxt has it
    addresses: KnownNames,
) -> aiohttp.ClientSession:
    """A session that asks nobody else's permission: no proxy of the environment, no cookies."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            ssl=tls,
            happy_eyeballs_delay=0.25,
            resolver=Names(addresses),
            use_dns_cache=False,  # a venue that moved is found by the next line that is dialled
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(fence,),
        trust_env=False,
    )
