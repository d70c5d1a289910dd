"""What recording costs: a quiet tick, paced as they come and with the thread that writes at work; a
snapshot, which holds the loop up; and bytes.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from select import select
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, perf_counter_ns

from hedgewatch.core.alert_model import Outcome
from hedgewatch.core.events import ClockAdvanced, Event
from hedgewatch.recording.recorder import Recorder
from hedgewatch.recording.ring import Ring
from hedgewatch.recording.snapshot import snapshot
from hedgewatch.recording.writing import Writer
from tests.bench.desk import ticks, told
from tests.support.stories import Story

Found = dict[str, list[float]]
Handle = Callable[[Event, float], Outcome]

_CLOCK = 500
"""Ticks between two of the clock: half a second of them."""


def measure(rounds: int, size: int) -> Found:
    """Rounds are interleaved. Times in µs, snapshots in ms."""
    found: Found = {}
    plain, recorded, large = told(1, 20), told(1, 20), told(5, 50)
    with TemporaryDirectory() as folder:
        writer = Writer(Ring(Path(folder), 86_400.0, 10**9))
        recorder = Recorder(recorded.engine, writer, 10**9)
        recorder.start(recorded.now)
        select([], [], [], 0.5)  # its first snapshot is written
        empty = writer.progress.segment_bytes
        for _ in range(rounds):
            _note(found, "plain", _paced(plain, plain.engine.handle, size))
            _note(found, "recorded", _paced(recorded, recorder.handle, size))
            found.setdefault("snapshot", []).append(_snapshot(large))
        recorder.stop()
        found["bytes a tick"] = [(writer.progress.segment_bytes - empty) / (rounds * size)]
        found["bytes of a snapshot"] = [float(empty)]
    return found


def _note(found: Found, name: str, nanoseconds: list[int]) -> None:
    found.setdefault(name, []).append(median(nanoseconds) / 1000.0)
    found.setdefault(f"{name} p99", []).append(quantiles(nanoseconds, n=100)[98] / 1000.0)


def _paced(story: Story, handle: Handle, size: int) -> list[int]:
    """A thousand a second, and the clock."""
    times = []
    began, since = perf_counter(), story.now
    for number, event in enumerate(ticks(size, since=since), start=1):
        select([], [], [], max(0.0, began + number / 1000.0 - perf_counter()))
        before = perf_counter_ns()
        handle(event, event.venue_time)
        times.append(perf_counter_ns() - before)
        if number % _CLOCK == 0:
            handle(ClockAdvanced(), event.venue_time)
    story.now = since + size / 1000.0
    return times


def _snapshot(story: Story) -> float:
    before = perf_counter_ns()
    snapshot(story.engine)
    return (perf_counter_ns() - before) / 1e6


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
