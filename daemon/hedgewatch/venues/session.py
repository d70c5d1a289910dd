"""The HTTP session below ccxt, where every request, handshake and redirect passes one fence."""

import ssl
from collections.abc import Callable

import aiohttp
from yarl import URL

from hedgewatch.venues.readonly import AllowList

_WITHOUT_RETRY_AFTER = {429: 10.0, 418: 120.0}
_NOT_MODIFIED = 304


class PausedError(Exception):
    """The venue asked this address to be quiet for a while: nothing is sent until then."""


class Fence:
    """An aiohttp middleware: it sees each hop of a request, whatever the code above believes."""

    def __init__(
        self, allowed: AllowList, now: Callable[[], float], paused_until: dict[str, float]
    ) -> None:
        self.allowed = allowed
        self._now = now
        self._paused_until = paused_until

    async def __call__(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send what may be sent; what comes back may pause the address, and may not redirect."""
        self.allowed.check_request(request.method, request.url, request.headers)
        self._check_pause(request.url)
        response = await send(request)
        self._note_pause(response)
        if 300 <= response.status < 400 and response.status != _NOT_MODIFIED:  # noqa: PLR2004 - the class of redirects
            response.close()
            raise self.allowed.refusal(f"{request.url.origin()} answered with a redirect")
        return response

    def _check_pause(self, url: URL) -> None:
        """Sockets and requests are limited apart: `url` keeps its scheme."""
        left = self._paused_until.get(str(url.origin()), 0.0) - self._now()
        if left > 0.0:
            raise PausedError(f"the venue asked for a pause, {left:.0f} s of it left")

    def _note_pause(self, response: aiohttp.ClientResponse) -> None:
        if response.status not in _WITHOUT_RETRY_AFTER:
            return
        told = response.headers.get("Retry-After", "")
        seconds = float(told) if told.isdecimal() else _WITHOUT_RETRY_AFTER[response.status]
        self._paused_until[str(response.url.origin())] = self._now() + seconds


def guarded_session(fence: Fence, tls: ssl.SSLContext | bool) -> aiohttp.ClientSession:  # noqa: FBT001 - as ccxt has it
    """A session that asks nobody else's permission: no proxy of the environment, no cookies."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls, happy_eyeballs_delay=0.25),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(fence,),
        trust_env=False,
    )
