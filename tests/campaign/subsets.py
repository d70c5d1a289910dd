"""Every subset of receivers that are down, hang, ask for time or refuse: a critical alert reaches
one that lives within 30 s.

`pace` 1 takes the daemon's own times; a higher one makes all of them that much shorter.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import product
from math import inf
from random import Random
from socket import socket
from typing import Literal

from aiohttp import web

from hedgewatch.notify.delivery import DeliveryMeans, Dispatcher
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.notify.webhook import Webhook, WebhookSettings
from hedgewatch.notify.worker import DeliveryPatience
from tests.campaign.progress import Progress
from tests.campaign.report import Report
from tests.notify.alerts import Delivering, Memory, Results, outcome, running, transition
from tests.support.serving import serving

Behaviour = Literal["lives", "down", "hangs", "429", "400"]

WITHIN = 30.0
BEHAVIOURS: tuple[Behaviour, ...] = ("lives", "down", "hangs", "429", "400")
NAMES = ("a", "b", "c")
_EPOCH = 1_790_000_000.0
_LADDER = [{"after": "2m", "to": ["b"]}, {"after": "10m", "to": ["c"]}]
ROUTES = {
    "to all": RouteSettings(to=NAMES),
    "to one": RouteSettings(to=NAMES[:1]),
    "a ladder": RouteSettings.model_validate({"to": ["a"], "escalate": _LADDER}),
}


@dataclass(slots=True)
class World:
    """The other ends, all behind one server; `reached` is when a living one of a case took it."""

    pace: float
    url: str = ""
    nowhere: str = ""
    reached: dict[str, float] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> float:
        """The daemon's clock."""
        return _EPOCH + asyncio.get_running_loop().time() * self.pace

    async def handle(self, request: web.Request) -> web.StreamResponse:
        content = json.loads(await request.read())
        behaviour = request.match_info["behaviour"]
        if behaviour == "hangs":
            await asyncio.Event().wait()
        if behaviour in ("429", "400"):
            return web.Response(status=int(behaviour), headers={"Retry-After": "300"})
        assert content["status"] == "firing"
        self.reached.setdefault(request.match_info["case"], self.now())
        self.changed.set()
        return web.Response()

    def address(self, case: str, behaviour: Behaviour) -> str:
        base = self.nowhere if behaviour == "down" else self.url
        return f"{base}/{case}/{behaviour}"


@asynccontextmanager
async def world(pace: float) -> AsyncIterator[World]:
    """The other ends, and an address at which nobody answers."""
    ends = World(pace)
    with socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ends.nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        async with serving("/{case}/{behaviour}", ends.handle) as ends.url:
            yield ends


def cases(routes: Collection[str]) -> Iterator[tuple[str, tuple[Behaviour, ...]]]:
    """Every route with every subset of three receivers of which one lives."""
    for route, behaviours in product(routes, product(BEHAVIOURS, repeat=len(NAMES))):
        if "lives" in behaviours:
            yield route, behaviours


async def subsets(
    pace: float, progress: Progress, routes: Collection[str] = tuple(ROUTES)
) -> Report:
    """How long each case takes, in seconds of the daemon."""
    report, every = Report("subsets of receivers"), list(cases(routes))
    async with world(pace) as ends, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_seconds(ends, number, route, behaviours))
            for number, (route, behaviours) in enumerate(every)
        ]
        for done, task in enumerate(tasks):
            await task
            progress(done + 1, len(tasks))
    taken = [task.result() for task in tasks]
    report.count("cases", len(taken))
    report.at_most("longest way to a living receiver, s", round(max(taken), 1), WITHIN)
    return report


async def _seconds(
    ends: World, number: int, route: str, behaviours: tuple[Behaviour, ...]
) -> float:
    case = str(number)
    receivers = [
        Webhook(name, WebhookSettings(url=ends.address(case, behaviour)), ends.now)
        for name, behaviour in zip(NAMES, behaviours, strict=True)
    ]
    results = Results()
    means = DeliveryMeans(
        outbox=Memory(),
        clock=ends.now,
        patience=DeliveryPatience(
            jitter=Random(number), attempt=5.0 / ends.pace, tick=1.0 / ends.pace
        ),
        on_result=results.add,
    )
    delivering = Delivering(Dispatcher(receivers, [ROUTES[route]], means), results, means.clock)
    async with running(delivering):
        began = ends.now()
        delivering.dispatcher.submit(outcome(replace(transition(), at=began)), began)
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * WITHIN / ends.pace):
                while case not in ends.reached:
                    ends.changed.clear()
                    await ends.changed.wait()
    return ends.reached.get(case, inf) - began
