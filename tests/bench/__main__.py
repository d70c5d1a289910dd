"""`python -m tests.bench [--quick] [--json]`: what a tick costs, as ratios measured in one run."""

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from tests.bench.children import Child, ChildFailedError
from tests.bench.figures import Figure, table
from tests.bench.readers import Readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to measure: `turns` within each of the `rounds`, which start everything anew."""

    rounds: int
    engine_rounds: int
    engine_ticks: int
    turns: int
    alerts: int
    scrapes: int


FULL = Effort(rounds=2, engine_rounds=5, engine_ticks=3000, turns=9, alerts=100, scrapes=100)
QUICK = Effort(rounds=1, engine_rounds=3, engine_ticks=600, turns=2, alerts=40, scrapes=30)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, and rougher")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    began = perf_counter()
    try:
        figures = measure(QUICK if options.quick else FULL)
    except ChildFailedError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    seconds = perf_counter() - began
    python = platform.python_version()
    if options.json:
        found = [figure.as_json() for figure in figures]
        print(json.dumps({"python": python, "seconds": seconds, "figures": found}, indent=2))
    else:
        print(table(figures))
        print(f"CPython {python}, {seconds:.0f} s. Absolute times drift on shared machines.")
    return 0


def measure(effort: Effort) -> list[Figure]:
    return [*engine(effort), *rules(effort), *recording(effort), *readers(effort), *scrape(effort)]


def readers(effort: Effort) -> list[Figure]:
    """Frame to judged, alerts, start and memory: real processes on one exchange."""
    measured = Readers(effort.turns, effort.alerts)
    measured.rounds(effort.rounds)
    return list(measured.figures())


def _measured_apart(program: str, effort: Effort) -> Any:
    with Child(program, str(effort.engine_rounds), str(effort.engine_ticks)) as child:
        return child.answer()


def rules(effort: Effort) -> list[Figure]:
    """Many of them, in a process of their own."""
    found = _measured_apart("tests.bench.rules", effort)
    return [
        _loaded("2,000 rules on 200 subjects, loaded and judged", "", found),
        _loaded("  the same, no two of them alike", "own ", found),
        Figure(
            what="engine.handle, 2,000 rules, ten on each touched row",
            unit="us",
            samples=found["all"],
            other="the rules on these rows alone",
            other_samples=found["touched"],
            judged="ratio",
            budget=1.1,
        ),
        Figure(what="a second of 2,000 windows", unit="ms", samples=found["clock"]),
    ]


def _loaded(what: str, kind: str, found: dict[str, list[float]]) -> Figure:
    load, judge = found[f"{kind}load"], found[f"{kind}judge"]
    return Figure(
        what=what,
        unit="s",
        samples=[loading + judging for loading, judging in zip(load, judge, strict=True)],
        judged="value",
        budget=2.0,
        notes={"the judging, s": sorted(judge)[len(judge) // 2]},
    )


def scrape(effort: Effort) -> list[Figure]:
    """Two books, scaled to 10,000 series."""
    with Child("tests.bench.scrape", str(effort.scrapes)) as child:
        found = child.answer()
    return [
        _scraped("scrape of 10,000 series", found["plain"]),
        _scraped("  all told and moved, a fifth of them scenarios", found["whole"]),
    ]


def _scraped(what: str, found: dict[str, list[float]]) -> Figure:
    scale = 10_000.0 / found["series"][0]
    return Figure(
        what=what,
        unit="ms",
        samples=[milliseconds * scale for milliseconds in found["scrapes"]],
        judged="value",
        budget=10.0,
        notes={"the first one, ms": found["first"][0] * scale, "series": found["series"][0]},
    )


def engine(effort: Effort) -> list[Figure]:
    """Quiet ticks, in a process of their own."""
    found = _measured_apart("tests.bench.engine", effort)
    one, rows = found["one pool"], found["rows"][0]
    floor = [hundred / 100.0 for hundred in found["floor"]]
    notes = {name: sorted(found[name])[len(one) // 2] for name in found if name.endswith("p99")}
    return [
        Figure(what="floor: one float of a parsed message kept", unit="us", samples=floor),
        Figure(
            what="engine.handle, 1 pool x 10, 2 hedges, 20 rules",
            unit="us",
            samples=one,
            judged="value",
            budget=20.0,
            notes={
                "p99 of single ticks, us": notes["one pool p99"],
                "floors": sorted(one)[len(one) // 2] / sorted(floor)[len(floor) // 2],
            },
        ),
        Figure(what="  of it: recompute alone", unit="us", samples=found["recompute"]),
        Figure(what="  of it: judge alone", unit="us", samples=found["judge"]),
        Figure(what="  the same without rules", unit="us", samples=found["one pool without rules"]),
        Figure(
            what="engine.handle, 5 pools share the symbol",
            unit="us",
            samples=found["five pools"],
            judged="value",
            budget=80.0,
        ),
        Figure(
            what=f"engine.handle, 200 pools x 10, 50 rules, a row of {rows:.0f}",
            unit="us",
            samples=[total / rows for total in found["200 pools"]],
            judged="value",
            budget=2.0,
            notes={
                "the whole tick, us": sorted(found["200 pools"])[len(one) // 2],
                "a position row, us": sorted(found["200 pools"])[len(one) // 2] / 2000.0,
            },
        ),
        *(
            Figure(what=f"the clock, {pools}", unit="us", samples=found[f"clock of {pools}"])
            for pools in ("1 pool", "200 pools")
        ),
        _mixed("one coin pool of 3 legs", "coin pool", found),
        _mixed("one multi-assets account of 10 positions", "whole account", found),
    ]


def recording(effort: Effort) -> list[Figure]:
    """A tick with and without the recorder, and the snapshot that a segment begins with."""
    found = _measured_apart("tests.bench.recording", effort)
    middle = len(found["plain"]) // 2
    return [
        Figure(
            what="a recorded tick, paced 1000/s",
            unit="us",
            samples=found["recorded"],
            other="not recorded",
            other_samples=found["plain"],
            judged="ratio",
            budget=1.15,
            notes={
                "p99, us": sorted(found["recorded p99"])[middle],
                "p99 not recorded, us": sorted(found["plain p99"])[middle],
                "bytes on disk": found["bytes a tick"][0],
            },
        ),
        Figure(
            what="snapshot of 50 positions, 50 rules, each 10 min",
            unit="ms",
            samples=found["snapshot"],
            judged="value",
            budget=50.0,
            notes={"bytes on disk, of 10 positions": found["bytes of a snapshot"][0]},
        ),
    ]


def _mixed(what: str, name: str, found: dict[str, list[float]]) -> Figure:
    """What the general solver takes, against the plain pool without rules; nothing bounds it."""
    return Figure(
        what=f"engine.handle, {what}",
        unit="us",
        samples=found[name],
        other="a plain pool",
        other_samples=found["plain pool"],
    )


if __name__ == "__main__":
    sys.exit(main())
