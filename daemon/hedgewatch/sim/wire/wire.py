"""What a venue's wire protocol is to the paper exchange: one class a venue."""

from typing import Protocol

from aiohttp import web

from hedgewatch.sim.changes import Change


class Wire(Protocol):
    """One venue on a port of its own. It is also the line of the venue's faults."""

    frames_sent: int

    @property
    def listened_to(self) -> bool:
        """True while somebody is subscribed to a price."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A request."""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A socket, from handshake to end."""

    def tick(self) -> None:
        """Send what every public stream says now."""

    def changed(self, change: Change) -> None:
        """Tell the sockets that a change of the world concerns: of another venue's, none."""

    def send_poison(self, payload: bytes, where: str) -> None:
        """Send bytes as they are to the `market` or `private` sockets."""

    def expire_keys(self, account: str, *, announce: bool) -> None:
        """End the sessions of an account's private sockets, where there are such."""

    def cut(self, which: str) -> None:
        """Drop `all`, `market` or `private` sockets."""
