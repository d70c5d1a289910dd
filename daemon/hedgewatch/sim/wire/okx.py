"""OKX on one port: `/api/v5` to read, `/ws/v5` to listen."""

from aiohttp import web

from hedgewatch.sim.wire.okx_rest import OkxRest
from hedgewatch.sim.wire.okx_streams import OkxStreams
from hedgewatch.sim.wire.service import Service


class OkxWire(OkxStreams):
    """Streams, and requests beside them."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._rest = OkxRest(service)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A request."""
        return await self._rest.answer(request)
