"""The other end of an HTTP request: one handler on a free loopback port, while the block lasts."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SHUTDOWN_SECONDS = 0.01  # what hangs on purpose is not waited for


@asynccontextmanager
async def serving(
    path: str, handler: Handler, *, method: str = "POST", tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Answer what comes to `path`; gives scheme, host and port, without a slash at the end."""
    application = web.Application()
    application.router.add_route(method, path, handler)
    runner = web.AppRunner(application, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
