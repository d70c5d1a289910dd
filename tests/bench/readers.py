"""Frame to judged: our daemon beside a bare read loop and beside ccxt's own, on the same frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter

from tests.bench.children import Child
from tests.bench.figures import Figure, Judged

LOOPS = ("asyncio", "uvloop")
_RATE = 1000.0
_FLOOD = 50_000
_BEFORE, _AFTER = 0.6, 0.3
"""Seconds of pacing around the measured ones, so that the reader is warm and the pace steady."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of reader: its module, the key it holds, whether it is flooded and alerted too."""

    name: str
    module: str
    key: str = "none"
    flooded: bool = False


BARE = Kind("bare", "tests.bench.bare", flooded=True)
FIVE = Kind("50 of 200 held", "tests.bench.daemon", "five", flooded=True)
TWENTY = Kind("every frame touches a pool", "tests.bench.daemon", "twenty")
IDLE = Kind("idle watch_mark_prices", "tests.bench.idle")


@dataclass(slots=True)
class Readers:
    """Samples by (what, kind, loop), one of each a round; in µs unless the name says otherwise."""

    seconds: float
    trials: int
    found: dict[tuple[str, str, str], list[float]] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)

    def rounds(self, number: int) -> None:
        """A B C A B C: what else the machine does falls on all alike."""
        with Child("tests.bench.server") as server:
            told = server.answer()
            for _ in range(number):
                self._note_import()
                for loop in LOOPS:
                    for kind in (BARE, FIVE, TWENTY, IDLE):
                        self._run(server, kind, loop, (str(told["port"]), told["hook"]))

    def _note_import(self) -> None:
        with Child("tests.bench.imports") as child:
            self._note("import MB", BARE, "", child.answer()["rss"])

    def _run(self, server: Child, kind: Kind, loop: str, where: tuple[str, str]) -> None:
        began = perf_counter()
        with Child(kind.module, loop, *where, kind.key) as reader:
            stood = reader.answer()
            self._note("start s", kind, loop, stood["at"] - began)
            self._note("memory MB", kind, loop, stood["rss"])
            self._pace(server, reader, kind, loop)
            if kind.flooded:
                self._flood(server, reader, kind, loop)
            if kind is FIVE and loop == LOOPS[0]:
                self.waits += server.ask(do="alert", trials=self.trials)["seconds"]

    def _pace(self, server: Child, reader: Child, kind: Kind, loop: str) -> None:
        server.tell({"do": "pace", "rate": _RATE, "seconds": self.seconds + _BEFORE + _AFTER})
        reader.ask(do="measure", seconds=_BEFORE)
        spent = reader.ask(do="measure", seconds=self.seconds)
        sent = server.answer()
        frames = sent["frames"] / sent["seconds"] * spent["wall"]
        self._note("paced", kind, loop, spent["cpu"] / frames * 1e6)
        self._note("handled", kind, loop, spent["handled"] / frames)

    def _flood(self, server: Child, reader: Child, kind: Kind, loop: str) -> None:
        reader.ask(do="flood")
        server.ask(do="flood", frames=_FLOOD)
        spent = reader.answer()
        self._note("flood", kind, loop, spent["cpu"] / _FLOOD * 1e6)
        self._note("flood wall", kind, loop, spent["wall"])
        self._note("flood handled", kind, loop, spent["handled"] / _FLOOD)
        self._note("flood memory MB", kind, loop, spent["rss"])

    def _note(self, what: str, kind: Kind, loop: str, value: float) -> None:
        self.found.setdefault((what, kind.name, loop), []).append(value)

    # what it says

    def figures(self) -> Iterator[Figure]:
        for loop in LOOPS:
            yield self._against("paced", FIVE, BARE, loop, "ratio", 1.25)
            yield self._against("paced", TWENTY, BARE, loop, "ratio", 1.6)
            yield self._against("paced", FIVE, IDLE, loop, "advantage", 8.0)
            yield self._against("flood", FIVE, BARE, loop, "ratio", 2.5)
        yield self._alert()
        yield from self._start()

    def _against(
        self, what: str, ours: Kind, other: Kind, loop: str, judged: Judged, budget: float
    ) -> Figure:
        name = f"{loop}: {what}, {ours.name}" if what == "paced" else f"{loop}: {what}"
        handled = "flood handled" if what == "flood" else "handled"
        return Figure(
            what=name,
            unit="us",
            samples=self._of(what, ours, loop),
            other=other.name,
            other_samples=self._of(what, other, loop),
            judged=judged,
            budget=budget,
            notes={
                f"judged of the frames, {ours.name}": _middle(self._of(handled, ours, loop)),
            }
            if judged == "ratio"
            else {},
        )

    def _alert(self) -> Figure:
        waits = [1e3 * wait for wait in self.waits]
        cuts = quantiles(waits, n=100)
        return Figure(
            what="tick to first byte of the notification, p99",
            unit="ms",
            samples=[cuts[98]],
            judged="value",
            budget=20.0,
            notes={"p50, ms": cuts[49], "largest, ms": max(waits), "alerts": float(len(waits))},
        )

    def _start(self) -> Iterator[Figure]:
        loop = LOOPS[0]
        yield Figure(
            what="process start to first judgement, 200 markets",
            unit="s",
            samples=self._of("start s", FIVE, loop),
            judged="value",
            budget=5.0,
        )
        imported = _middle(self._of("import MB", BARE, ""))
        yield Figure(
            what="resident memory above import ccxt.pro",
            unit="MB",
            samples=[megabytes - imported for megabytes in self._of("memory MB", FIVE, loop)],
            judged="value",
            budget=60.0,
            notes={
                "import ccxt.pro, MB": imported,
                "above it after a flood, MB": _middle(self._of("flood memory MB", FIVE, loop))
                - imported,
            },
        )

    def _of(self, what: str, kind: Kind, loop: str) -> Sequence[float]:
        return self.found[what, kind.name, loop]


def _middle(samples: Sequence[float]) -> float:
    return sorted(samples)[len(samples) // 2]
