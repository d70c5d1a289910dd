"""What a person looks at with a browser: the status page, whose files lie in `page/`, and the
runbooks as they are shipped. Nothing of anybody else is loaded, and no text of ours is markup.
"""

from collections.abc import Awaitable, Callable
from importlib.resources import files

from aiohttp import hdrs, web

from hedgewatch.telemetry.http_stream import STREAM
from hedgewatch.telemetry.runbooks import runbook_page

RUNBOOKS = "/runbooks/rules/README.md"
"""As `runbook_url` of the shipped rules has it, below `/runbooks/`."""

_SHELF = "/runbooks/"
DOCUMENTS = frozenset({"/", RUNBOOKS, _SHELF})
"""What links of messages lead to."""

_HTML, _MARKDOWN = "text/html", "text/markdown"
_TYPES = {
    ".css": "text/css",
    ".html": _HTML,
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_FOLDER = files("hedgewatch.telemetry").joinpath("page")
_NAMES = tuple(sorted(each.name for each in _FOLDER.iterdir() if each.name.endswith(tuple(_TYPES))))
_ASSETS = frozenset(f"/page/{name}" for name in _NAMES)

PAGES = DOCUMENTS | _ASSETS | {STREAM, "/api/v1/stress"}
"""All that the page needs, and a browser is shown for the token as a password."""

Show = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page_routes(runbooks: str) -> list[web.RouteDef]:
    """Read once: they change with the release."""
    texts = {name: _FOLDER.joinpath(name).read_text(encoding="utf-8") for name in _NAMES}
    shown = {f"/page/{name}": _shown(text, _type(name)) for name, text in texts.items()}
    shown["/"] = _shown(texts["page.html"], _HTML)
    shown[RUNBOOKS] = shown[_SHELF] = _read(runbook_page(runbooks), runbooks)
    return [web.get(path, show) for path, show in shown.items()]


def _type(name: str) -> str:
    return _TYPES[f".{name.rpartition('.')[2]}"]


def _shown(text: str, kind: str) -> Show:
    async def show(_: web.Request) -> web.StreamResponse:
        return _answer(text, kind)

    return show


def _read(page: str, text: str) -> Show:
    """The page for a browser, which names HTML in what it accepts; the text as it is written for
    curl on a terminal, and for whoever asks for it.
    """

    async def read(request: web.Request) -> web.StreamResponse:
        is_browser = _HTML in request.headers.get(hdrs.ACCEPT, "")
        told = _answer(page, _HTML) if is_browser else _answer(text, _MARKDOWN)
        told.headers[hdrs.VARY] = hdrs.ACCEPT
        return told

    return read


def _answer(text: str, kind: str) -> web.Response:
    headers = {hdrs.CACHE_CONTROL: "no-cache"}
    return web.Response(text=text, content_type=kind, headers=headers)
