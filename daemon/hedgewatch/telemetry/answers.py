"""Answers of the HTTP server, as JSON."""

from collections.abc import Mapping

import orjson
from aiohttp import web

from hedgewatch.telemetry import api


def answer(document: Mapping[str, object], status: int = 200) -> web.Response:
    """The document; infinities are texts in it."""
    body = orjson.dumps(api.jsonable(document)) + b"\n"
    return web.Response(body=body, status=status, content_type="application/json")
