"""Where the names of venues lead: asked of the system, and remembered for when it does not know.

Not of `aiodns`: a resolver of its own that lost its servers once does not find them again by itself
(aiodns issues 124, 128 and 226); threads that ask the system do.
"""

import aiohttp
import structlog
from aiohttp.abc import ResolveResult

log = structlog.get_logger()

Known = dict[tuple[str, int, int], list[ResolveResult]]
"""The last good answers, by host, port and family; they outlive sessions."""


class Names(aiohttp.ThreadedResolver):
    """The last good answer stands in for one that does not come: TLS tells whether it holds."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self._known = known

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        """The addresses of a host. OSError where none was ever found."""
        key = (host, port, int(family))
        try:
            found = await super().resolve(host, port, family)  # type: ignore[arg-type]
        except OSError:
            if key not in self._known:
                raise
            log.warning("a name is not found, its last address is used", host=host)
            return self._known[key]
        self._known[key] = found
        return found
