"""The paper exchange itself: a server on loopback, a story that plays, the switches for both."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import Self

from aiohttp import web

from hedgewatch.sim.changes import Change, MarkSet
from hedgewatch.sim.clock import StoryClock, steady_seconds
from hedgewatch.sim.door import Door
from hedgewatch.sim.faults import Faults
from hedgewatch.sim.script import Player, Story
from hedgewatch.sim.stories import STORIES
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.wire import Wire
from hedgewatch.sim.wire.wires import WIRES
from hedgewatch.sim.world import World

HOST = "127.0.0.1"
HOME = "binance"
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
        self._services = {venue: Service(self.world, Faults()) for venue in WIRES}
        self._wires = {venue: make(self._services[venue]) for venue, make in WIRES.items()}
        self._ports: dict[str, int] = {}
        self._clock = StoryClock(speed)
        self._wait_for_listener = wait_for_listener
        self._player = Player(self.story, self)
        self._port = port
        self._open = AsyncExitStack()
        for venue, wire in self._wires.items():
            self._services[venue].faults.line = wire
            self.world.watchers.append(partial(_tell, venue, wire))

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
        for venue, wire in self._wires.items():
            self._services[venue].faults.restore()
            wire.cut("all")
        await self._open.aclose()

    async def _listen(self, opening: AsyncExitStack) -> None:
        """Each venue on a port of its own; from `port` on, in the order of the venues."""
        for number, (venue, wire) in enumerate(self._wires.items()):
            application = web.Application()
            application.router.add_route(
                "*", "/{tail:.*}", Door(wire, self.faults_of(venue)).answer
            )
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
            await runner.setup()
            opening.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, HOST, self._port and self._port + number).start()
            self._ports[venue] = runner.addresses[0][1]

    async def _play(self) -> None:
        step, published = min(SCRIPT_STEP_SECONDS, self.tick_seconds), 0.0
        while True:
            if not self._clock.running and self._may_begin():
                self._clock.begin()
            self._player.advance(self._clock.elapsed())
            if steady_seconds() - published >= self.tick_seconds:
                published = steady_seconds()
                for wire in self._wires.values():
                    wire.tick()
            await asyncio.sleep(step)

    def _may_begin(self) -> bool:
        listened_to = any(wire.listened_to for wire in self._wires.values())
        return listened_to or not self._wait_for_listener

    # what an observer sees

    @property
    def url(self) -> str:
        """The base of every REST address of Binance."""
        return self.url_of(HOME)

    @property
    def ws_url(self) -> str:
        """The base of every WebSocket address of Binance."""
        return self.ws_url_of(HOME)

    def url_of(self, venue: str) -> str:
        """The base of every REST address of a venue."""
        return f"http://{HOST}:{self._ports[venue]}"

    def ws_url_of(self, venue: str) -> str:
        """The base of every WebSocket address of a venue."""
        return f"ws://{HOST}:{self._ports[venue]}"

    @property
    def faults(self) -> Faults:
        """Those of Binance."""
        return self.faults_of(HOME)

    def faults_of(self, venue: str) -> Faults:
        """Those of one venue: the others go on."""
        return self._services[venue].faults

    @property
    def violations(self) -> list[str]:
        """Every request and frame that could trade, in order at each venue."""
        return [said for service in self._services.values() for said in service.violations]

    @property
    def requests(self) -> dict[str, int]:
        """How often each address of Binance was asked."""
        return self.requests_of(HOME)

    def requests_of(self, venue: str) -> dict[str, int]:
        """How often each address of a venue was asked."""
        return dict(self._services[venue].requests)

    @property
    def frames_sent(self) -> int:
        """How many frames have been written to sockets."""
        return sum(wire.frames_sent for wire in self._wires.values())

    def progress(self) -> tuple[float, float, str]:
        """Story seconds played, the story's length, the text of the chapter."""
        elapsed = min(self._clock.elapsed(), self.story.duration)
        return elapsed, self.story.duration, self.story.chapter_at(elapsed)


def _tell(venue: str, wire: Wire, change: Change) -> None:
    """Prices are the same for all; what happens to an account concerns its own venue."""
    if isinstance(change, MarkSet) or change.account.venue == venue:
        wire.changed(change)
