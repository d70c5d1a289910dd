"""The paper exchange itself: a server on loopback, a story that plays, the switches for both."""

import asyncio
from contextlib import AsyncExitStack
from typing import Self

from aiohttp import web

from hedgewatch.sim.clock import StoryClock, steady_seconds
from hedgewatch.sim.faults import Faults
from hedgewatch.sim.script import Player, Story
from hedgewatch.sim.stories import STORIES
from hedgewatch.sim.wire.binance_rest import BinanceRest
from hedgewatch.sim.wire.binance_streams import BinanceStreams
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.world import World

HOST = "127.0.0.1"
SCRIPT_STEP_SECONDS = 0.05


class PaperExchange:
    """`async with PaperExchange(story="selloff") as exchange:` serves until the block ends.

    With `wait_for_listener` the story begins when the first client listens to a price, so that a
    client that takes seconds to start misses nothing.
    """

    def __init__(
        self,
        story: str | Story = "hedged-book",
        speed: float = 1.0,
        port: int = 0,
        tick_seconds: float = 0.25,
        *,
        wait_for_listener: bool = False,
    ) -> None:
        self.story = STORIES[story] if isinstance(story, str) else story
        self.tick_seconds = tick_seconds
        self.world = World()
        self.faults = Faults()
        self._service = Service(self.world, self.faults)
        self._streams = BinanceStreams(self._service)
        self._rest = BinanceRest(self._service)
        self._clock = StoryClock(speed)
        self._wait_for_listener = wait_for_listener
        self._player = Player(self.story, self)
        self._port = port
        self._open = AsyncExitStack()
        self.faults.line = self._streams
        self.world.watchers.append(self._streams.changed)

    async def __aenter__(self) -> Self:
        """Listen, and begin the story."""
        async with AsyncExitStack() as opening:
            await self._listen(opening)
            group = await opening.enter_async_context(asyncio.TaskGroup())
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
            if not self._clock.running and self._may_begin():
                self._clock.begin()
            self._player.advance(self._clock.elapsed())
            if steady_seconds() - published >= self.tick_seconds:
                published = steady_seconds()
                self._streams.tick()
            await asyncio.sleep(step)

    def _may_begin(self) -> bool:
        return self._streams.listened_to or not self._wait_for_listener

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
