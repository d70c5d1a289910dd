"""The paper exchange itself: a server on loopback, a story that plays, the switches for both."""

import asyncio
from contextlib import AsyncExitStack
from typing import Self

from aiohttp import web

from hedgewatch.sim.clock import StoryClock, steady_seconds
from hedgewatch.sim.faults import Faults, Switchboard
from hedgewatch.sim.script import Player, Story
from hedgewatch.sim.stories import STORIES
from hedgewatch.sim.wire.binance_rest import BinanceRest
from hedgewatch.sim.wire.binance_streams import BinanceStreams
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.world import World

HOST = "127.0.0.1"
SCRIPT_STEP_SECONDS = 0.05


class PaperExchange:
    """`async with PaperExchange(story="selloff") as exchange:` serves until the block ends."""

    def __init__(
        self,
        story: str | Story = "hedged-book",
        speed: float = 1.0,
        port: int = 0,
        tick_seconds: float = 0.25,
    ) -> None:
        self.story = STORIES[story] if isinstance(story, str) else story
        self.tick_seconds = tick_seconds
        self.world = World()
        board = Switchboard(self._send_poison, self._expire_keys, self._cut)
        self.faults = Faults(board)
        self._service = Service(self.world, self.faults)
        self._streams = BinanceStreams(self._service)
        self._rest = BinanceRest(self._service)
        self._clock = StoryClock(speed)
        self._player = Player(self.story, self)
        self._port = port
        self._open = AsyncExitStack()
        self.world.watchers.append(self._streams.changed)

    async def __aenter__(self) -> Self:
        """Listen, and begin the story."""
        async with AsyncExitStack() as opening:
            await self._listen(opening)
            group = await opening.enter_async_context(asyncio.TaskGroup())
            self._clock.restart()
            playing = group.create_task(self._play())
            opening.callback(playing.cancel)
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cut every line and stop listening; what the block raised passes as it was raised."""
        self.faults.restore()
        self._streams.cut("all")
        await self._open.aclose()

    async def _listen(self, opening: AsyncExitStack) -> None:
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        opening.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, HOST, self._port).start()
        self._port = runner.addresses[0][1]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
        return await (self._streams.serve(request) if upgrade else self._rest.answer(request))

    async def _play(self) -> None:
        step, published = min(SCRIPT_STEP_SECONDS, self.tick_seconds), 0.0
        while True:
            self._player.advance(self._clock.elapsed())
            if steady_seconds() - published >= self.tick_seconds:
                published = steady_seconds()
                self._streams.tick()
            await asyncio.sleep(step)

    # what an observer sees

    @property
    def url(self) -> str:
        """The base of every REST address."""
        return f"http://{HOST}:{self._port}"

    @property
    def ws_url(self) -> str:
        """The base of every WebSocket address."""
        return f"ws://{HOST}:{self._port}"

    @property
    def violations(self) -> list[str]:
        """Every request and frame that could trade, in order."""
        return self._service.violations

    @property
    def requests(self) -> dict[str, int]:
        """How often each address was asked."""
        return dict(self._service.requests)

    @property
    def frames_sent(self) -> int:
        """How many frames have been written to sockets."""
        return self._streams.frames_sent

    def progress(self) -> tuple[float, float, str]:
        """Story seconds played, the story's length, the text of the chapter."""
        elapsed = min(self._clock.elapsed(), self.story.duration)
        return elapsed, self.story.duration, self.story.chapter_at(elapsed)

    # the switchboard of the faults

    def _send_poison(self, payload: bytes, where: str) -> None:
        self._streams.send_poison(payload, where)

    def _expire_keys(self, account: str, announce: bool) -> None:  # noqa: FBT001
        self._streams.expire_keys(account, announce)

    def _cut(self, which: str) -> None:
        self._streams.cut(which)
