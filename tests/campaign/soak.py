"""The real daemon for hours amid faults: memory, descriptors and threads stay as they were."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic  # noqa: TID251 - it measures the outside of a process

from hedgewatch.sim.faults import POISONS
from tests.campaign.progress import Progress
from tests.campaign.report import Report
from tests.daemon.house import House, housed

_READY_SECONDS = 60.0
_CONVERGED_SECONDS = 60.0
_FIRST_PART = 1 / 3
"""Of the time, in which caches, connections and the statistics of the first minutes may grow."""

_MEGABYTES_OF_NOISE = 3.0
_MEGABYTES_AN_HOUR = 2.0
_DESCRIPTORS_OF_NOISE = 4
_KINDS = ("market", "private", "all", "poison", "silence", "listen key", "no positions", "move")


@dataclass(frozen=True, slots=True)
class Sample:
    """What the kernel says of the process at a moment."""

    at: float
    megabytes: float
    descriptors: int
    threads: int


@dataclass(slots=True)
class Soak:
    """One house under fire."""

    house: House
    chance: Random
    pause: float
    faults: int = 0
    samples: list[Sample] = field(default_factory=list)

    async def run(self, seconds: float, progress: Progress) -> Report:
        daemon = self.house.daemon
        await daemon.start()
        await daemon.until_ready(_READY_SECONDS)
        began = monotonic()
        while (passed := monotonic() - began) < seconds:
            progress(int(passed), int(seconds))
            self._strike(self.chance.choice(_KINDS))
            await asyncio.sleep(self.chance.uniform(0.5, 1.5) * self.pause)
            self.samples.append(sample(self._pid(), monotonic() - began))
        progress(int(seconds), int(seconds))
        self.house.exchange.faults.restore()
        converged = await self._seconds_to_the_truth()
        metrics = await daemon.metrics()
        opened = sum(value for _, value in metrics.series("reconnects_total"))
        return self._report(seconds, opened, converged)

    def _pid(self) -> int:
        assert self.house.daemon.process is not None
        assert self.house.daemon.process.poll() is None, self.house.daemon.last_lines()
        return self.house.daemon.process.pid

    def _strike(self, kind: str) -> None:
        faults, world = self.house.exchange.faults, self.house.exchange.world
        self.faults += 1
        match kind:
            case "poison":
                faults.poison(self.chance.choice(sorted(POISONS)))
            case "silence":
                faults.silence(2.0)
            case "listen key":
                faults.expire_listen_key(announce=self.chance.random() < 0.5)
            case "no positions":
                faults.positions_empty(1)
            case "move":
                world.set_mark("AIXUSDT", self.chance.randint(900, 1400))
                world.set_position("AIXUSDT", -self.chance.randint(100, 300), 1000)
            case _:
                faults.cut_sockets(kind)

    async def _seconds_to_the_truth(self) -> float:
        world = self.house.exchange.world
        world.set_position("AIXUSDT", -123, 1000)
        began = monotonic()
        await self.house.daemon.until(
            lambda seen: seen.value("position_contracts", symbol="AIX/USDT:USDT") == -123,
            _CONVERGED_SECONDS,
            "the position is what the venue has",
        )
        return monotonic() - began

    def _report(self, seconds: float, opened: float, converged: float) -> Report:
        report = Report(f"soak, {seconds / 60.0:g} min")
        report.count("faults", self.faults)
        report.count("connections made anew", opened)
        hold_the_footprint(report, self.samples, seconds)
        report.at_most("seconds to the truth after the last fault", round(converged, 1), 60.0)
        report.must_be("requests that could trade", len(self.house.exchange.violations), 0)
        return report


def hold_the_footprint(report: Report, samples: Sequence[Sample], seconds: float) -> None:
    """What may not grow: the last third is held against the middle one."""
    later = [one for one in samples if one.at > seconds * _FIRST_PART]
    middle = len(later) // 2
    before, after = later[:middle], later[middle:]
    grown = median(s.megabytes for s in after) - median(s.megabytes for s in before)
    most = _MEGABYTES_OF_NOISE + _MEGABYTES_AN_HOUR * seconds / 3600.0
    descriptors = max(s.descriptors for s in after) - max(s.descriptors for s in before)
    report.count("resident memory at the end, MB", round(later[-1].megabytes, 1))
    report.at_most("memory grown in the last third, MB", round(grown, 2), most)
    report.at_most("descriptors grown", descriptors, _DESCRIPTORS_OF_NOISE)
    report.at_most("threads grown", max(s.threads for s in after) - before[0].threads, 2)


async def soak(folder: Path, seed: int, minutes: float, progress: Progress) -> Report:
    """A daemon, an exchange, a broker and a webhook, for so many minutes."""
    async with housed(folder) as house:
        return await Soak(house, Random(seed), pause=2.0).run(60.0 * minutes, progress)


def sample(pid: int, at: float) -> Sample:
    status = Path(f"/proc/{pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return Sample(
        at=at,
        megabytes=int(fields["VmRSS"].split()[0]) / 1024.0,
        descriptors=sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        threads=int(fields["Threads"]),
    )
