"""Recordings for tests: a story as the running daemon would have recorded it."""

from collections.abc import Iterable
from pathlib import Path
from threading import Event

from hedgewatch.core.alert_model import Transition
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import ClockAdvanced
from hedgewatch.recording.recorder import MOST_WAITING, Recorder
from hedgewatch.recording.ring import Ring
from hedgewatch.recording.writing import Writer
from tests.support.happenings import Happening, engine, happenings
from tests.support.stories import START

NIGHT = happenings([
    ("time", 1), ("price", 7), ("time", 2), ("wallet", 3), ("minutes", 5), ("price", 8),
    ("liquidated", 1), ("time", 9), ("open", 4), ("minutes", 6), ("read", 1), ("time", 3),
])  # fmt: skip
"""An hour and more with alerts of many kinds."""

SEGMENTS = 8

PLENTY = 10**9


def recorder_of(held: Engine, folder: Path, segment: int = PLENTY, size: int = PLENTY) -> Recorder:
    return Recorder(held, Writer(Ring(folder, 86_400.0, size)), segment)


def record(
    folder: Path, story: Iterable[Happening] = NIGHT, segment: int = PLENTY, size: int = PLENTY
) -> list[Transition]:
    """Record a story into a folder; the transitions that it led to."""
    writer = Writer(Ring(folder, 86_400.0, size))
    recorder = Recorder(engine(), writer, segment)
    recorder.start(START)
    told: list[Transition] = []
    handed = 0
    for event, now in story:
        told += recorder.handle(event, now).transitions
        handed += isinstance(event, ClockAdvanced)
        while handed - writer.progress.batches > MOST_WAITING // 2:
            Event().wait(0.001)  # a night in a second: the writer must have its turn
    recorder.stop()
    writer.stop(60.0)  # the recorder gives it half a second; a busy machine may need more
    assert recorder.trouble == ""
    return told
