"""The dead-man's switch: after each kind of failure the sign of life stops within 30 s, and while
all is well it keeps coming. The real program, in real time.
"""

import asyncio
import signal
import sqlite3
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from tests.campaign.progress import Progress
from tests.campaign.report import Report
from tests.daemon.house import House, housed

WITHIN = 30.0
_PERIOD = 5.0
_QUIET = 2.5 * _PERIOD
_LONGEST = WITHIN + 2 * _QUIET
_LOOK_EVERY = 0.1
_FEW_RULES = """\
groups:
  - name: few
    rules:
      - alert: MarginDanger
        on: pool
        expr: margin_ratio > 15%
        labels: {severity: critical}
        annotations: {summary: "near"}
"""
"""Nobody tells of blindness, nor of a store that fails."""

Undo = Callable[[], object]


async def kill(house: House) -> Undo:
    await house.daemon.stop(signal.SIGKILL)
    return lambda: None


async def hang(house: House) -> Undo:
    house.daemon.tell(signal.SIGSTOP)
    return lambda: house.daemon.tell(signal.SIGCONT)


async def blind(house: House) -> Undo:
    house.exchange.faults.silence()
    house.exchange.faults.rest_outage()
    return lambda: None


async def stuck(house: House) -> Undo:
    """The webhook refuses, the broker hangs, and there is something to tell."""
    broker = house.broker.process
    assert broker is not None
    broker.send_signal(signal.SIGSTOP)
    house.sink.answers = [(503, {})] * 1000
    house.exchange.world.set_mark("AIXUSDT", 1300)
    return lambda: broker.send_signal(signal.SIGCONT)


async def unwritable(house: House) -> Undo:
    """Somebody else holds the file, and there is something to write."""
    database = sqlite3.connect(house.folder / "state.db", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    house.exchange.world.set_mark("AIXUSDT", 1300)
    return database.close


FAILURES: dict[str, Callable[[House], Awaitable[Undo]]] = {
    "kill": kill, "hang": hang, "blind": blind, "stuck": stuck, "unwritable": unwritable,
}  # fmt: skip


@dataclass(slots=True)
class Snitch:
    """Whoever gets the signs of life."""

    house: House
    got: int = 0
    at: float = 0.0

    def look(self) -> None:
        if len(self.house.snitch.bodies) > self.got:
            self.got, self.at = len(self.house.snitch.bodies), _now()

    async def until(self, done: Callable[[], bool], within: float) -> bool:
        end = _now() + within
        while _now() < end:
            self.look()
            if done():
                return True
            await asyncio.sleep(_LOOK_EVERY)
        return False


async def silence(
    folder: Path, progress: Progress, failures: Collection[str] = tuple(FAILURES)
) -> Report:
    """Each failure on a daemon of its own; the report."""
    report = Report("dead-man's switch: seconds until the last sign of life")
    for number, name in enumerate(failures):
        progress(number, len(failures))
        place = folder / name
        place.mkdir()
        async with housed(place) as house:
            report.at_most(name, await _last_beat(house, FAILURES[name]), WITHIN)
    progress(len(failures), len(failures))
    return report


async def _last_beat(house: House, fail: Callable[[House], Awaitable[Undo]]) -> float:
    """How long after the failure the last sign of life came; infinite when they go on."""
    (house.folder / "few.yaml").write_text(_FEW_RULES)
    house.daemon.document["rules"] = ["few.yaml"]
    house.daemon.write()
    await house.daemon.start()
    await house.daemon.until_ready()
    snitch = Snitch(house)
    assert await snitch.until(lambda: snitch.got >= 2, 3 * _PERIOD), "no sign of life"
    began, before = _now(), snitch.got
    undo = await fail(house)
    stopped = await snitch.until(lambda: _now() - max(snitch.at, began) > _QUIET, _LONGEST)
    undo()
    if not stopped:
        return float("inf")
    return round(snitch.at - began, 1) if snitch.got > before else 0.0


def _now() -> float:
    return asyncio.get_running_loop().time()
