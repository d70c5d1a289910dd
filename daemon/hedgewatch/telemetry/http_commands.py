"""Commands over HTTP: who may give one, in which form, and what it is answered.

Each changes something, so each needs the token, and none comes from a page of another site.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from aiohttp import web

from hedgewatch.command import LARGEST_COMMAND, Fields, Obeys, fields_of
from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.telemetry.answers import answer
from hedgewatch.telemetry.http_origin import is_from_another_site

_NOBODY_IS_KNOWN = (
    "this daemon takes no commands, because it could not know from whom: set http.token in its "
    "configuration and restart it"
)
_MOST_ENTRIES, _ENTRIES = 1000, 100

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Commanded(Obeys, Protocol):
    """Obeys, and tells what it was told before."""

    def silences(self) -> list[dict[str, object]]: ...

    def silence_of(self, alert: AlertRecord) -> Mapping[str, object] | None: ...

    async def audit(self, limit: int, before: int | None) -> list[dict[str, object]]: ...


class _RejectedError(Exception):
    """A request that is no command."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def command_routes(commands: Commanded, *, token_is_set: bool) -> list[web.RouteDef]:
    """Where commands are given, and where one sees what they did."""

    def giving(command: str) -> Handler:
        return _giving(command, commands, token_is_set=token_is_set)

    return [
        web.post("/api/v1/alerts/ack", giving("ack")),
        web.post("/api/v1/alerts/unack", giving("unack")),
        web.post("/api/v1/silences", giving("silence")),
        web.delete("/api/v1/silences/{id}", giving("unsilence")),
        web.get("/api/v1/silences", _silences(commands)),
        web.get("/api/v1/audit", _audit(commands)),
    ]


async def turned_away(request: web.Request, commands: Commanded | None, why: str) -> None:
    """Somebody without the right to it tried to change something: that is written down."""
    if commands is not None and request.method not in ("GET", "HEAD"):
        await commands.refused(f"{request.method} {request.path[:80]}", _channel(request), why)


def _giving(command: str, commands: Commanded, *, token_is_set: bool) -> Handler:
    async def give(request: web.Request) -> web.Response:
        try:
            _check(request, token_is_set=token_is_set)
            fields = await _fields(request)
        except _RejectedError as error:
            await commands.refused(command, _channel(request), str(error))
            return answer({"error": str(error)}, error.status)
        reply = await commands.obey(command, fields, _channel(request))
        return answer(reply.document, reply.status)

    return give


def _check(request: web.Request, *, token_is_set: bool) -> None:
    if not token_is_set:
        raise _RejectedError(403, _NOBODY_IS_KNOWN)
    if is_from_another_site(request.headers):
        raise _RejectedError(403, "a page of another site may give no commands")
    if request.content_type != "application/json":
        raise _RejectedError(415, "a command is JSON: send Content-Type: application/json")


async def _fields(request: web.Request) -> Fields:
    """What the body says, and the address: the id of a silence."""
    try:
        fields: dict[str, Any] = fields_of(await request.read())
    except web.HTTPRequestEntityTooLarge:
        why = f"a command has at most {LARGEST_COMMAND} bytes"
        raise _RejectedError(413, why) from None
    except ValueError as error:
        raise _RejectedError(400, str(error)) from None
    return fields | dict(request.match_info)


def _silences(commands: Commanded) -> Handler:
    async def silences(_request: web.Request) -> web.Response:
        return answer({"silences": commands.silences()})

    return silences


def _audit(commands: Commanded) -> Handler:
    async def audit(request: web.Request) -> web.Response:
        try:
            limit = min(_MOST_ENTRIES, int(request.query.get("limit", _ENTRIES)))
            before = int(request.query["before"]) if "before" in request.query else None
        except ValueError:
            return answer({"error": "limit and before are whole numbers"}, 400)
        try:
            entries = await commands.audit(max(0, limit), before)
        except OSError as error:
            return answer({"error": f"the store cannot be read: {error}"}, 503)
        return answer({"audit": entries})

    return audit


def _channel(request: web.Request) -> str:
    return f"http {request.remote or 'unknown'}"
