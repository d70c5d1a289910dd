"""What a person looks at with a browser: the status page, whose files lie in `page/`, and the
runbooks as they are shipped. Nothing of anybody else is loaded, and no text of ours is markup.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from html import escape
from importlib.resources import files

from aiohttp import hdrs, web

from hedgewatch.telemetry.http_stream import STREAM

RUNBOOKS = "/runbooks/rules/README.md"
"""As `runbook_url` of the shipped rules has it, below `/runbooks/`."""

DOCUMENTS = frozenset({"/", RUNBOOKS})
"""What links of messages lead to."""

_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_FOLDER = files("hedgewatch.telemetry").joinpath("page")
_NAMES = tuple(sorted(each.name for each in _FOLDER.iterdir() if each.name.endswith(tuple(_TYPES))))
_ASSETS = frozenset(f"/page/{name}" for name in _NAMES)

PAGES = DOCUMENTS | _ASSETS | {STREAM, "/api/v1/stress"}
"""All that the page needs, and a browser is shown for the token as a password."""

_RUNBOOK = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hedgewatch: runbooks</title><link rel="icon" href="/page/icon.svg">
<link rel="stylesheet" href="/page/page.css"><main class="runbook"><p><a href="/">status</a></p>
"""
_HEADING = re.compile(r"#+ (.+)")

Show = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page_routes(runbooks: str) -> list[web.RouteDef]:
    """Read once: they change with the release."""
    texts = {name: _FOLDER.joinpath(name).read_text(encoding="utf-8") for name in _NAMES}
    shown = {f"/page/{name}": (text, _type(name)) for name, text in texts.items()}
    shown["/"] = texts["page.html"], "text/html"
    shown[RUNBOOKS] = runbook_page(runbooks), "text/html"
    return [web.get(path, _shown(*content)) for path, content in shown.items()]


def runbook_page(text: str) -> str:
    """Markdown as it is written, with its headings as places that a link can name."""
    return _RUNBOOK + "".join(_parts(text))


def _parts(text: str) -> Iterator[str]:
    fenced = False
    yield "<pre>"
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        heading = None if fenced else _HEADING.fullmatch(line)
        if heading is None:
            yield escape(line) + "\n"
        else:
            yield f'</pre><h3 id="{_anchor(heading[1])}">{escape(heading[1])}</h3><pre>'
    yield "</pre>"


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def _type(name: str) -> str:
    return _TYPES[f".{name.rpartition('.')[2]}"]


def _shown(text: str, kind: str) -> Show:
    async def show(_: web.Request) -> web.StreamResponse:
        headers = {hdrs.CACHE_CONTROL: "no-cache"}
        return web.Response(text=text, content_type=kind, headers=headers)

    return show
