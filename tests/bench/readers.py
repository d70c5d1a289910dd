"""Frame to judged: our daemon beside a bare read loop and beside ccxt's own, on the same frames."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter

from tests.bench.children import Answer, Child
from tests.bench.figures import Figure, Judged

LOOPS = ("asyncio", "uvloop")
_RATE = 1000.0
_FLOOD = 50_000
_BEFORE, _SECONDS, _AFTER = 0.2, 0.6, 0.05
"""Of pacing: unmeasured until the reader is warm, measured, and a rest that covers its answer."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of reader: its module, and the key that it holds."""

    name: str
    module: str
    key: str = "none"


BARE = Kind("bare", "tests.bench.bare")
FIVE = Kind("50 of 200 held", "tests.bench.daemon", "five")
TWENTY = Kind("every frame touches a pool", "tests.bench.daemon", "twenty")
IDLE = Kind("idle watch_mark_prices", "tests.bench.idle")
KINDS = (FIVE, BARE, TWENTY, IDLE)


@dataclass(frozen=True, slots=True)
class Standing:
    """A reader that runs, and the port of the exchange that is its own."""

    kind: Kind
    loop: str
    port: int
    child: Child


@dataclass(slots=True)
class Readers:
    """Samples by (what, kind, loop), in µs unless the name says otherwise.

    All readers of an event loop stand at once, and are measured in turns of under a second, A B C
    A B C: what else the machine does falls on all of them alike.
    """

    turns: int
    trials: int
    found: dict[tuple[str, str, str], list[float]] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)

    def rounds(self, number: int) -> None:
        """Start them anew `number` times."""
        with Child("tests.bench.server", str(len(KINDS))) as server:
            told = server.answer()
            for loop in LOOPS * number:
                with Child("tests.bench.imports") as child:
                    self._note("import MB", BARE, "", child.answer()["rss"])
                with ExitStack() as stack:
                    self._measure(server, self._start(stack, loop, told))

    def _start(self, stack: ExitStack, loop: str, told: Answer) -> list[Standing]:
        """The one whose start is timed first and alone, then the others together."""
        standing = []
        for kind, port in zip(KINDS, told["ports"], strict=True):
            began = perf_counter()
            child = stack.enter_context(Child(kind.module, loop, str(port), told["hook"], kind.key))
            standing.append(Standing(kind, loop, port, child))
            if kind is FIVE:
                self._note("start s", kind, loop, self._stands(standing[-1]) - began)
        for reader in standing:
            if reader.kind is not FIVE:
                self._stands(reader)
        return standing

    def _stands(self, reader: Standing) -> float:
        stood = reader.child.answer()
        self._note("memory MB", reader.kind, reader.loop, stood["rss"])
        return float(stood["at"])

    def _measure(self, server: Child, standing: Sequence[Standing]) -> None:
        for _ in range(self.turns):
            for reader in standing:
                self._pace(server, reader)
        flooded = [reader for reader in standing if reader.kind in (BARE, FIVE)]
        for number in range(max(self.turns // 3, 1)):
            for reader in flooded:
                self._flood(server, reader, last=100.25 + number / 100.0)
        alerted = flooded[0]
        if alerted.loop == LOOPS[0]:
            told = server.ask(do="alert", port=alerted.port, trials=self.trials)
            self.waits += told["seconds"]
        for reader in standing:
            reader.child.dismiss()

    def _pace(self, server: Child, reader: Standing) -> None:
        seconds = _BEFORE + _SECONDS + _AFTER
        server.tell({"do": "pace", "port": reader.port, "rate": _RATE, "seconds": seconds})
        reader.child.ask(do="measure", seconds=_BEFORE)
        spent = reader.child.ask(do="measure", seconds=_SECONDS)
        sent = server.answer()
        frames = sent["frames"] / sent["seconds"] * spent["wall"]
        self._note("paced", reader.kind, reader.loop, spent["cpu"] / frames * 1e6)
        self._note("handled", reader.kind, reader.loop, spent["handled"] / frames)

    def _flood(self, server: Child, reader: Standing, last: float) -> None:
        reader.child.ask(do="flood", last=last)
        server.ask(do="flood", port=reader.port, frames=_FLOOD, last=last)
        spent = reader.child.answer()
        self._note("flood", reader.kind, reader.loop, spent["cpu"] / _FLOOD * 1e6)
        self._note("flood handled", reader.kind, reader.loop, spent["handled"] / _FLOOD)
        self._note("flood memory MB", reader.kind, reader.loop, spent["rss"])

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
        yield from self._first()

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
            notes=(
                {f"judged of the frames, {ours.name}": _middle(self._of(handled, ours, loop))}
                if judged == "ratio"
                else {"the bare loop has, x": self._most(loop)}
            ),
        )

    def _most(self, loop: str) -> float:
        """The advantage of a reader that judges nothing: no other can have more on this machine."""
        return _middle(self._of("paced", IDLE, loop)) / _middle(self._of("paced", BARE, loop))

    def _alert(self) -> Figure:
        waits = [1e3 * wait for wait in self.waits]
        cuts = quantiles(waits, n=100, method="inclusive")
        return Figure(
            what="tick to first byte of the notification, p99",
            unit="ms",
            samples=[cuts[98]],
            judged="value",
            budget=20.0,
            notes={"p50, ms": cuts[49], "largest, ms": max(waits), "alerts": float(len(waits))},
        )

    def _first(self) -> Iterator[Figure]:
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
