"""The thread that writes: whatever the disk does, nobody waits for it.

It takes what the recorder hands over, in order. It encodes in small helpings, because it shares the
interpreter with the loop; compressing and writing let go of it. After a failure it drops what comes
until a new segment begins.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Any

from hedgewatch.core.model import Desk
from hedgewatch.core.rules import Rule
from hedgewatch.recording.encoding import Document, encoded
from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.frames import END, EVENTS, MAGIC, OPENING, Packer
from hedgewatch.recording.ring import Ring
from hedgewatch.recording.snapshot import digest

HELPING = 64
"""Events that are encoded at once: a fraction of a millisecond."""

PARTS = 3
"""Of an event in a batch: when, what, what it led to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSegment:
    """A segment is to begin, with this snapshot and what is to know of it (`Opening`)."""

    number: int
    at: float
    about: dict[str, Any]
    engine: Document
    desk: Desk
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Moments, events and outcomes, one after the other."""

    flat: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing follows."""


@dataclass(slots=True)
class Progress:
    """What the thread has done, for whoever asks: it alone writes here.

    `begun` is the number of the segment that it writes, `failed` of the last that it could not
    begin or go on with, `failure` why. `lost` events came when it had no segment to put them in.
    """

    begun: int = 0
    failed: int = 0
    failure: str = ""
    batches: int = 0
    lost: int = 0
    segment_bytes: int = 0
    ring_bytes: int = 0


@dataclass(slots=True)
class Writer:
    """Writes segments into a ring."""

    ring: Ring
    progress: Progress = field(default_factory=Progress)
    _queue: "SimpleQueue[NewSegment | Batch | Stop]" = field(default_factory=SimpleQueue)
    _number: int = 0
    _file: int = -1
    _packer: Packer = field(default_factory=Packer)
    _thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self.run, name="recording", daemon=True)
        self._thread.start()

    def put(self, work: NewSegment | Batch | Stop) -> None:
        """Hand it over. Never waits."""
        self._queue.put(work)

    def stop(self, patience: float) -> None:
        """Let it finish what it has, for so many seconds: a disk that hangs holds up no stop."""
        self.put(Stop())
        if self._thread is not None:
            self._thread.join(patience)

    def run(self) -> None:
        """Work until told to stop."""
        while True:
            work = self._queue.get()
            try:
                self._do(work)
            except OSError as error:
                self._fail(f"{self.ring.folder}: {error.strerror or error}")
            except (RecordingError, TypeError, ValueError, AttributeError, LookupError) as error:
                self._fail(str(error))
            if isinstance(work, Stop):
                return

    def _do(self, work: NewSegment | Batch | Stop) -> None:
        match work:
            case NewSegment():
                self._begin(work)
            case Batch():
                self.progress.batches += 1
                self._write_events(work.flat)
            case Stop():
                self._close()

    def _begin(self, new: NewSegment) -> None:
        self._number = new.number
        follows = bool(new.about["follows"]) and self._file >= 0
        self._close()
        self.ring.trim(new.at)
        self._file = self.ring.create(new.at)
        self._packer = Packer()
        about = new.about | {
            "at": new.at,
            "follows": follows,
            "configuration": digest(new.desk),
            "rules": digest(new.rules),
            "engine": new.engine,
        }
        self.progress.segment_bytes = 0
        self.progress.ring_bytes = self.ring.size()
        self._write(MAGIC + self._packer.frame(OPENING, about))
        self.progress.begun = new.number

    def _write_events(self, flat: Sequence[Any]) -> None:
        if self._file < 0:
            self.progress.lost += len(flat) // PARTS
            return
        step = HELPING * PARTS
        for begin in range(0, len(flat), step):
            self._write(self._packer.frame(EVENTS, encoded(list(flat[begin : begin + step]))))

    def _write(self, data: bytes) -> None:
        """All of it: what a full disk takes half of is no frame."""
        written = 0
        while written < len(data):
            written += os.write(self._file, data[written:])
        self.progress.segment_bytes += len(data)
        self.progress.ring_bytes += len(data)

    def _close(self) -> None:
        if self._file < 0:
            return
        try:
            self._write(self._packer.frame(END, {}))
        finally:
            file, self._file = self._file, -1
            os.close(file)

    def _fail(self, reason: str) -> None:
        self.progress.failure, self.progress.failed = reason, self._number
        if self._file >= 0:
            file, self._file = self._file, -1
            with suppress(OSError):  # it may fail again for the same reason
                os.close(file)
