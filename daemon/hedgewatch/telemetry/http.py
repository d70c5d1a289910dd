"""The daemon over HTTP: metrics, health, readiness, and the book as JSON. What changes something
is in `http_commands`.
"""

import asyncio
import errno
import hmac
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import hdrs, web

from hedgewatch.command import LARGEST_COMMAND
from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.core.evenness import Advice
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import Rule
from hedgewatch.core.stress import StressTable, joined
from hedgewatch.settings import Secret
from hedgewatch.telemetry import api
from hedgewatch.telemetry.answers import answer
from hedgewatch.telemetry.explanation import explanation_document
from hedgewatch.telemetry.exposition import CONTENT_TYPE, Exposition, Mark, Row
from hedgewatch.telemetry.http_commands import Commanded, command_routes, turned_away
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.telemetry.pages import PAGES, page_routes
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.telemetry.stress import StressSeries, stress_document

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_SHUTDOWN_SECONDS = 1.0
"""How long a request in flight may take when the daemon stops: answers take milliseconds."""


class View(Protocol):
    """What the server may see of the engine. Nothing that it gets is kept over an await."""

    def rows(self) -> Iterable[Row]: ...

    def marks(self) -> Iterable[Mark]: ...

    def alerts(self) -> Iterable[AlertRecord]: ...

    def rules(self) -> Iterable[Rule]: ...

    def stress(self) -> StressTable: ...

    def stress_in_parts(self) -> Iterable[StressTable]: ...

    def evenness(self) -> Iterable[Advice]: ...

    def reasons_not_ready(self) -> Iterable[str]: ...

    def status(self) -> Mapping[str, object]: ...


class CannotListenError(Exception):
    """The address is taken, or cannot be had."""


def application(
    view: View,
    daemon: DaemonMetrics,
    settings: HttpSettings,
    token: Secret | None = None,
    commands: Commanded | None = None,
    runbooks: str = "",
) -> web.Application:
    """The routes, behind the check of who asks. `token` is the text of `settings.token`,
    `runbooks` what the page of them shows.
    """
    hosts = _LOOPBACK_NAMES | {settings.host.lower()} | {host.lower() for host in settings.hosts}
    app = web.Application(
        middlewares=[_only_for(hosts), _only_with(token, commands)],
        client_max_size=LARGEST_COMMAND,
    )
    app.add_routes([web.get(path, handler) for path, handler in _health(view).items()])
    app.add_routes([web.get("/metrics", _metrics(view, daemon))])
    app.add_routes(page_routes(view, runbooks))
    app.add_routes([web.get("/api/v1/stress", _stress(view))])
    app.add_routes([web.get("/api/v1/explain", _explain(view, commands))])
    documents = _documents(view, commands)
    app.add_routes([web.get(path, _json(document)) for path, document in documents.items()])
    if commands is not None:
        app.add_routes(command_routes(commands, token_is_set=token is not None))
    return app


@asynccontextmanager
async def serve(app: web.Application, settings: HttpSettings) -> AsyncIterator[str]:
    """Listen until the context ends; gives the address, with the real port where 0 was asked."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            raise CannotListenError(_why_not(settings.listen, error)) from error
        host, port = runner.addresses[0][:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def _why_not(listen: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{listen} is taken by another program: stop it, or change http.listen"
    return f"cannot listen on {listen}: {error.strerror or error}: change http.listen"


def _only_for(hosts: frozenset[str]) -> Callable[..., Awaitable[web.StreamResponse]]:
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
    """The name in a Host header, without its port and the brackets of IPv6."""
    name = header.rpartition(":")[0] if header.rpartition(":")[2].isdigit() else header
    return name.strip("[]").lower()


def _only_with(
    token: Secret | None, commands: Commanded | None
) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Ask for the token everywhere but at `/healthz`, which says nothing and is for probes.

    A browser, which follows the links of a message, is asked for it as a password, and shown
    pages for it: it would send a password along with whatever another site makes it ask for.
    """
    expected = None if token is None else token.reveal().encode()

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(hdrs.AUTHORIZATION, "")
        paged = request.path in PAGES and request.method in ("GET", "HEAD")
        told = _bearer(given) or (_password(given) if paged else b"")
        if expected is None or request.path == "/healthz" or hmac.compare_digest(told, expected):
            return await handler(request)
        await turned_away(request, commands, "the token is missing or wrong")
        asked = 'Basic realm="hedgewatch: any name, the token as password"' if paged else "Bearer"
        raise web.HTTPUnauthorized(headers={hdrs.WWW_AUTHENTICATE: asked})

    return check


def _bearer(header: str) -> bytes:
    scheme, _, told = header.partition(" ")
    return told.encode(errors="replace") if scheme == "Bearer" else b""


def _password(header: str) -> bytes:
    """What a browser was told as the password; empty when it was told none."""
    scheme, _, encoded = header.partition(" ")
    try:
        told = b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except ValueError:
        return b""
    return told.partition(b":")[2]


def _health(view: View) -> Mapping[str, Handler]:
    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def ready(_request: web.Request) -> web.Response:
        reasons = list(view.reasons_not_ready())
        return answer({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    return {"/healthz": alive, "/readyz": ready}


def _metrics(view: View, daemon: DaemonMetrics) -> Handler:
    exposition, stressed = Exposition(), StressSeries()

    async def scrape(_request: web.Request) -> web.Response:
        table = await _breathing(view.stress_in_parts())
        text = exposition.render(view.rows(), view.marks(), view.alerts(), daemon)
        text = stressed.render(table) + text
        return web.Response(body=text, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE})

    return scrape


async def _breathing(parts: Iterable[StressTable]) -> StressTable:
    """A large desk takes tens of milliseconds: prices are judged between its accounts."""
    found = []
    for part in parts:
        found.append(part)
        await asyncio.sleep(0)
    return joined(found)


def _stress(view: View) -> Handler:
    async def tell(request: web.Request) -> web.Response:
        return answer(stress_document(view.stress(), curves="curves" in request.query))

    return tell


def _explain(view: View, commands: Commanded | None) -> Handler:
    silence_of = commands.silence_of if commands is not None else lambda _: None

    async def tell(request: web.Request) -> web.Response:
        name = request.query.get("rule", "")
        rule = next((rule for rule in view.rules() if rule.name == name), None)
        if rule is None:
            return answer({"error": f"no rule {name} is loaded"}, 404)
        rows, alerts = view.rows(), view.alerts()
        return answer(explanation_document(rule, rows, alerts, silence_of))

    return tell


def _documents(
    view: View, commands: Commanded | None
) -> Mapping[str, Callable[[], Mapping[str, object]]]:
    def alerts() -> list[api.Document]:
        silence_of = commands.silence_of if commands is not None else lambda _: None
        return [api.alert(each, silence_of(each)) for each in view.alerts()]

    return {
        "/api/v1/status": view.status,
        "/api/v1/accounts": lambda: {"accounts": api.accounts(view.rows())},
        "/api/v1/positions": lambda: {"positions": api.rows_of(Scope.POSITION, view.rows())},
        "/api/v1/pools": lambda: {"pools": api.rows_of(Scope.POOL, view.rows())},
        "/api/v1/evenness": lambda: {"evenness": [api.evenness(each) for each in view.evenness()]},
        "/api/v1/hedges": lambda: {"hedges": api.rows_of(Scope.HEDGE, view.rows())},
        "/api/v1/assets": lambda: {"assets": api.rows_of(Scope.ASSET, view.rows())},
        "/api/v1/alerts": lambda: {"alerts": alerts()},
        "/api/v1/rules": lambda: {"rules": [api.rule(each) for each in view.rules()]},
    }


def _json(document: Callable[[], Mapping[str, object]]) -> Handler:
    async def tell(_request: web.Request) -> web.Response:
        return answer(document())

    return tell
