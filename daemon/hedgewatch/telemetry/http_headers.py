"""What every answer tells a browser: to run and load nothing but our own files, to be framed by
nobody, to guess no types, and to tell no other site where it was.
"""

from aiohttp import hdrs, web

from hedgewatch.telemetry.web_settings import HSTS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def send_headers(app: web.Application, hsts: str) -> None:
    """With every answer, refusals as well. What it says is of now: nothing is kept."""
    headers = _HEADERS | ({HSTS: hsts} if hsts else {})

    async def add(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)
        response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")

    app.on_response_prepare.append(add)
