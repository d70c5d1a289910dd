"""The daemon over HTTP: metrics, health, readiness, and the book as JSON. What changes something
is in `http_commands`.
"""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import isfinite
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
from hedgewatch.telemetry.http_access import only_for, only_from_here, only_with
from hedgewatch.telemetry.http_commands import Commanded, command_routes
from hedgewatch.telemetry.http_door import Door, DoorPatience, RequestComplaints, listen
from hedgewatch.telemetry.http_headers import send_headers
from hedgewatch.telemetry.http_stream import close_with, stream_routes
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.telemetry.pages import page_routes
from hedgewatch.telemetry.passwords import Passwords
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.telemetry.stream import Stream
from hedgewatch.telemetry.stress import StressSeries, stress_document
from hedgewatch.telemetry.tls import serving
from hedgewatch.telemetry.web_settings import WebSettings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Routes = Sequence[web.RouteDef]

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_SHUTDOWN_SECONDS = 1.0
"""How long a request in flight may take when the daemon stops: answers take milliseconds."""
_FARTHEST_DOWN, _FARTHEST_UP = -0.95, 5.0


class View(Protocol):
    """What the server may see of the engine. Nothing that it gets is kept over an await."""

    def rows(self) -> Iterable[Row]: ...

    def marks(self) -> Iterable[Mark]: ...

    def alerts(self) -> Iterable[AlertRecord]: ...

    def alerts_as_told(self) -> Iterable[AlertRecord]: ...

    def rules(self) -> Iterable[Rule]: ...

    def stress(self) -> StressTable: ...

    def stress_in_parts(self) -> Iterable[StressTable]: ...

    def what_if(self, common: float) -> Iterable[StressTable]: ...

    def evenness(self) -> Iterable[Advice]: ...

    def reasons_not_ready(self) -> Iterable[str]: ...

    def status(self) -> Mapping[str, object]: ...


class CannotListenError(Exception):
    """The address is taken, or cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What the server has beside the engine: the text of the runbooks, the news of the status page,
    what `settings.web_config` says, further routes, and who is told of a rule's alerts.
    """

    runbooks: str = ""
    stream: Stream | None = None
    web: WebSettings = field(default_factory=WebSettings)
    routes: Routes = ()
    told_to: Callable[[Rule], Sequence[str]] | None = None


_BARE = Equipment()
_PATIENCE = DoorPatience()


def application(
    view: View,
    daemon: DaemonMetrics,
    settings: HttpSettings,
    token: Secret | None = None,
    commands: Commanded | None = None,
    equipment: Equipment = _BARE,
) -> web.Application:
    """The routes, behind the check of who asks. `token` is the text of `settings.token`."""
    hosts = _LOOPBACK_NAMES | {settings.host.lower()} | {host.lower() for host in settings.hosts}
    users = equipment.web.basic_auth_users
    passwords = Passwords(users) if users else None
    app = web.Application(
        middlewares=[only_for(hosts), only_from_here(), only_with(token, passwords, commands)],
        client_max_size=LARGEST_COMMAND,
    )
    send_headers(app, equipment.web.http_server_config.headers.hsts)
    app.add_routes([web.get(path, handler) for path, handler in _health(view).items()])
    app.add_routes([web.get("/metrics", _metrics(view, daemon))])
    app.add_routes(page_routes(equipment.runbooks))
    app.add_routes(equipment.routes)
    if equipment.stream is not None:
        app.add_routes(stream_routes(equipment.stream))
        close_with(app, equipment.stream)
    app.add_routes([web.get("/api/v1/stress", _stress(view))])
    app.add_routes([web.get("/api/v1/explain", _explain(view, commands, equipment))])
    documents = _documents(view, commands)
    app.add_routes([web.get(path, _json(document)) for path, document in documents.items()])
    if commands is not None:
        app.add_routes(command_routes(commands, token_is_set=token is not None))
    return app


@asynccontextmanager
async def serve(
    app: web.Application,
    settings: HttpSettings,
    secured: WebSettings | None = None,
    patience: DoorPatience = _PATIENCE,
) -> AsyncIterator[str]:
    """Listen until the context ends; gives the address, with the real port where 0 was asked."""
    complaints = RequestComplaints(asyncio.get_running_loop().time)
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=_SHUTDOWN_SECONDS,
        keepalive_timeout=patience.idle,
        lingering_time=patience.linger,
        logger=complaints,
    )
    told = None if secured is None else secured.tls_server_config
    tls = None if told is None else serving(told)
    await runner.setup()
    listening = None
    try:
        if runner.server is None:
            raise CannotListenError("the server was not set up")
        door = Door(runner.server, complaints, patience.handshake if tls else 0.0)
        try:
            listening = await listen(door, (settings.host, settings.port), tls, patience)
        except OSError as error:
            raise CannotListenError(_why_not(settings.listen, error)) from error
        host, port = listening.sockets[0].getsockname()[:2]
        scheme = "http" if tls is None else "https"
        yield f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    finally:
        if listening is not None:
            listening.close()
        await runner.cleanup()


def _why_not(listen: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{listen} is taken by another program: stop it, or change http.listen"
    return f"cannot listen on {listen}: {error.strerror or error}: change http.listen"


def _health(view: View) -> Mapping[str, Handler]:
    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def ready(_request: web.Request) -> web.Response:
        reasons = list(view.reasons_not_ready())
        return answer({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    return {"/healthz": alive, "/readyz": ready}


def _metrics(view: View, daemon: DaemonMetrics) -> Handler:
    exposition, stressed = Exposition(), StressSeries()
    one_at_a_time = asyncio.Lock()  # prices are judged between two of them

    async def scrape(_request: web.Request) -> web.Response:
        async with one_at_a_time:
            table = await _breathing(view.stress_in_parts())
            alerts = view.alerts_as_told()
            text = exposition.render(view.rows(), view.marks(), alerts, daemon)
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
        if "common" not in request.query:
            return answer(stress_document(view.stress(), curves="curves" in request.query))
        common = _fraction(request.query["common"])
        if common is None:
            why = f"common is {_FARTHEST_DOWN} to {_FARTHEST_UP}: -0.2 is a fall of 20 %"
            return answer({"error": why}, 400)
        return answer(stress_document(await _breathing(view.what_if(common))))

    return tell


def _fraction(text: str) -> float | None:
    """A common move that can be asked for; None when it is none."""
    try:
        move = float(text)
    except ValueError:
        return None
    return move if isfinite(move) and _FARTHEST_DOWN <= move <= _FARTHEST_UP else None


def _explain(view: View, commands: Commanded | None, equipment: Equipment) -> Handler:
    silence_of = commands.silence_of if commands is not None else lambda _: None

    async def tell(request: web.Request) -> web.Response:
        name = request.query.get("rule", "")
        rule = next((rule for rule in view.rules() if rule.name == name), None)
        if rule is None:
            return answer({"error": f"no rule {name} is loaded"}, 404)
        rows, alerts = view.rows(), view.alerts()
        told = {} if equipment.told_to is None else {"told": list(equipment.told_to(rule))}
        return answer(explanation_document(rule, rows, alerts, silence_of) | told)

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
