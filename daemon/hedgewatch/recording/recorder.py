"""The part of the recording that lives in the loop: it notes what was judged and hands it on.

To note an event costs a tick a fraction of a microsecond. Twice a second, with the clock, what was
noted goes to the thread that writes. A new segment begins with a snapshot of the engine, which the
loop makes itself, because nobody else may read the engine: that is what holds it up, for some
milliseconds in ten minutes.
"""

from collections.abc import Callable
from typing import Any

import structlog

from hedgewatch import __version__
from hedgewatch.core.alert_model import NOTHING, Outcome
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import ClockAdvanced, Event
from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.frames import FORMAT
from hedgewatch.recording.snapshot import snapshot
from hedgewatch.recording.writing import PARTS, Batch, NewSegment, Writer

SEGMENT_SECONDS = 600.0
AGAIN_AFTER = 60.0
"""Seconds after which a recording that failed is tried again."""

MOST_WAITING = 240
"""Batches that may wait for the disk, of half a second each: two minutes."""

_STOP_SECONDS = 0.5

_log = structlog.get_logger()


class Recorder:
    """Records what an engine is told, and what it decides.

    `trouble` is why nothing is recorded now, "" while all is well. `on_change` hears of the
    recorder whenever something was handed over.
    """

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        segment_bytes: int,
        on_change: Callable[["Recorder"], None] = lambda _: None,
    ) -> None:
        self.trouble = ""
        self._engine = engine
        self._writer = writer
        self._segment_bytes = segment_bytes
        self._on_change = on_change
        self._noted: list[Any] = []
        self._number = 0
        self._is_open = False
        self._begun_at = 0.0
        self._handed = 0
        self._dropped = 0
        self._told_lost = 0

    @property
    def lost(self) -> int:
        """Events that were judged and not recorded."""
        return self._dropped + self._writer.progress.lost

    @property
    def ring_bytes(self) -> int:
        """Bytes that the ring holds on disk."""
        return self._writer.progress.ring_bytes

    def start(self, now: float) -> None:
        """Begin with the engine as it stands."""
        self._writer.start()
        self._begin(now)

    def handle(self, event: Event, now: float) -> Outcome:
        """Let the engine judge it, and note what it was, when, and what came of it.

        What the engine dies of is noted too: it is what one wants to judge again.
        """
        self._noted += (now, event)
        outcome = self._engine.handle(event, now)
        self._noted.append(outcome)
        if type(event) is ClockAdvanced:
            self._hand_over(now)
        return outcome

    def stop(self) -> None:
        """Hand over what was noted, and close the segment."""
        if len(self._noted) % PARTS:
            self._noted.append(NOTHING)  # nothing came of it: the engine died
        if self._is_open:
            self._writer.put(Batch(self._noted))
        self._writer.stop(_STOP_SECONDS)

    def _hand_over(self, now: float) -> None:
        noted, self._noted = self._noted, []
        self._look_at_the_writer()
        if not self._is_open:
            self._dropped += len(noted) // PARTS
        else:
            self._writer.put(Batch(noted))
            self._handed += 1
        if self._is_time_to_begin(now):
            self._begin(now)
        self._on_change(self)

    def _look_at_the_writer(self) -> None:
        progress = self._writer.progress
        if not self._is_open:
            return
        if progress.failed == self._number:
            self._stop_recording(progress.failure)
        elif self._handed - progress.batches > MOST_WAITING:
            self._stop_recording("the disk does not keep up")
        elif self.trouble and progress.begun == self._number:
            self.trouble = ""
            _log.info("recording_resumed", lost=self.lost)

    def _stop_recording(self, reason: str) -> None:
        self._is_open = False
        if reason != self.trouble:
            _log.error("recording_stopped", reason=reason)
        self.trouble = reason

    def _is_time_to_begin(self, now: float) -> bool:
        """When a segment is long enough; of one that failed, after a while and with nothing that
        still waits for the disk.
        """
        age, progress = now - self._begun_at, self._writer.progress
        if not self._is_open:
            return age >= AGAIN_AFTER and self._handed == progress.batches
        mine = progress.begun == self._number
        return age >= SEGMENT_SECONDS or (mine and progress.segment_bytes >= self._segment_bytes)

    def _begin(self, now: float) -> None:
        self._begun_at = now
        self._number += 1
        lost = self.lost
        about = {
            "format": FORMAT,
            "program": __version__,
            "follows": self._is_open,
            "lost": lost - self._told_lost,
        }
        book, rules = self._engine.book, self._engine.judge.rulebook.rules
        try:
            document = snapshot(self._engine)
        except RecordingError as error:
            self._stop_recording(str(error))
            return
        self._told_lost = lost
        self._is_open = True
        self._writer.put(
            NewSegment(
                number=self._number,
                at=now,
                about=about,
                engine=document,
                desk=book.desk,
                rules=rules,
            )
        )
