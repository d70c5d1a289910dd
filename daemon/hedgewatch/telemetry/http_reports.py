"""The report of any day or week over HTTP: made when it is asked for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from hedgewatch.telemetry.answers import answer

Made = Callable[[str, str, str], Awaitable[Mapping[str, Any]]]
"""By kind, date and timezone, of which the latter two may be empty. ValueError says what is wrong
with them, `trouble` of who serves it why none was made.
"""


def report_routes(made: Made, trouble: type[Exception]) -> list[web.RouteDef]:
    """`/api/v1/report?kind=weekly&at=2026-11-29&timezone=Europe/Berlin`."""

    async def tell(request: web.Request) -> web.Response:
        asked = request.query
        kind = asked.get("kind", "daily")
        if kind not in ("daily", "weekly"):
            return answer({"error": "kind is daily or weekly"}, 400)
        try:
            return answer(await made(kind, asked.get("at", ""), asked.get("timezone", "")))
        except ValueError as error:
            return answer({"error": str(error)}, 400)
        except trouble as error:
            return answer({"error": str(error)}, 503)

    return [web.get("/api/v1/report", tell)]
