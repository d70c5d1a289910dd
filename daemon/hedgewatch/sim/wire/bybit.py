"""Bybit on one port: linear and inverse contracts, spot pairs, and one unified account."""

from aiohttp import web

from hedgewatch.sim.wire.bybit_rest import BybitRest
from hedgewatch.sim.wire.bybit_streams import BybitStreams
from hedgewatch.sim.wire.service import Service


class BybitWire(BybitStreams):
    """Streams, and requests beside them."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._rest = BybitRest(service, self._sequence)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A request."""
        return await self._rest.answer(request)
