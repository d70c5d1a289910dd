"""Binance on one port: its futures and its spot market."""

from aiohttp import web

from hedgewatch.sim.wire.binance_rest import BinanceRest
from hedgewatch.sim.wire.binance_streams import BinanceStreams
from hedgewatch.sim.wire.service import Service


class BinanceWire(BinanceStreams):
    """Streams, and requests beside them."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._rest = BinanceRest(service)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A request."""
        return await self._rest.answer(request)
