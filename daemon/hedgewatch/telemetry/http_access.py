"""Who may ask the HTTP server: by which name, from which page, with which secret."""

import hmac
from base64 import b64decode
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from hedgewatch.settings import Secret
from hedgewatch.telemetry.http_commands import Commanded, turned_away
from hedgewatch.telemetry.http_origin import is_from_another_site
from hedgewatch.telemetry.pages import DOCUMENTS, PAGES
from hedgewatch.telemetry.passwords import Passwords, TooManyAskingError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_READING = ("GET", "HEAD")
_OPEN = "/healthz"
"""It says nothing, and is for probes."""


def only_for(hosts: frozenset[str]) -> Middleware:
    """Refuse names that are not ours: a page that rebinds its name to us reads nothing."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        name = _host_name(request.headers.get(hdrs.HOST, ""))
        if name not in hosts:
            raise web.HTTPMisdirectedRequest(
                text=f"this server is not {name or 'nameless'}: add the name to http.hosts\n"
            )
        return await handler(request)

    return check


def _host_name(header: str) -> str:
    """The name in a Host header, without its port and the brackets of IPv6. What is no text in it
    is a question mark, so that it can be quoted.
    """
    name = header.rpartition(":")[0] if header.rpartition(":")[2].isdigit() else header
    return name.strip("[]").lower().encode(errors="replace").decode()


def only_from_here() -> Middleware:
    """Refuse what a page of another site asks for, as the browser tells: it would send a password
    along. To follow a link to a page of ours is no such thing. Commands look for themselves, since
    a refused one is written down.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method in _READING and _is_asked_elsewhere(request):
            raise web.HTTPForbidden(text="a page of another site may read nothing here\n")
        return await handler(request)

    return check


def _is_asked_elsewhere(request: web.Request) -> bool:
    followed = (
        request.path in DOCUMENTS
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )
    return not followed and is_from_another_site(request.headers)


def only_with(
    token: Secret | None, passwords: Passwords | None, commands: Commanded | None
) -> Middleware:
    """Ask for the token, or one of the `passwords`, everywhere but at `/healthz`.

    A browser, which follows the links of a message, is asked for the token as a password, and
    shown the page for it and nothing else. Passwords let read and nothing else: a browser sends
    them along with whatever it is made to ask for.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == _OPEN or (token is None and passwords is None):
            return await handler(request)
        if _has_token(request, token) or await _has_password(request, passwords):
            return await handler(request)
        await turned_away(request, commands, "the token is missing or wrong")
        raise web.HTTPUnauthorized(
            text="the token (http.token) or a password is missing or wrong: deploy/HTTP.md\n",
            headers={hdrs.WWW_AUTHENTICATE: _asking(request, passwords is not None)},
        )

    return check


def _asking(request: web.Request, by_name: bool) -> str:  # noqa: FBT001  # of two words one
    if by_name:
        return 'Basic realm="hedgewatch"'
    paged = request.path in PAGES and request.method in _READING
    return 'Basic realm="hedgewatch: any name, the token as password"' if paged else "Bearer"


def _has_token(request: web.Request, token: Secret | None) -> bool:
    if token is None:
        return False
    given = request.headers.get(hdrs.AUTHORIZATION, "")
    paged = request.path in PAGES and request.method in _READING
    told = _bearer(given) or (_credentials(given)[1] if paged else b"")
    return hmac.compare_digest(told, token.reveal().encode())


async def _has_password(request: web.Request, passwords: Passwords | None) -> bool:
    name, password = _credentials(request.headers.get(hdrs.AUTHORIZATION, ""))
    if passwords is None or request.method not in _READING or not password:
        return False
    try:
        return await passwords.fits(name, password)
    except TooManyAskingError:
        raise web.HTTPTooManyRequests(
            text="too many passwords are being tried\n", headers={"Retry-After": "1"}
        ) from None


def _bearer(header: str) -> bytes:
    scheme, _, told = header.partition(" ")
    return told.encode(errors="replace") if scheme == "Bearer" else b""


def _credentials(header: str) -> tuple[str, bytes]:
    """Name and password, as a browser was told them; empty when it was told none."""
    scheme, _, encoded = header.partition(" ")
    try:
        told = b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except ValueError:
        return "", b""
    name, _, password = told.partition(b":")
    return name.decode(errors="replace"), password
