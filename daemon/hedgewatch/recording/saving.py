"""What the ring holds, and a copy of the last of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.frames import closing, whole_frames
from hedgewatch.recording.ring import Ring, began


@dataclass(frozen=True, slots=True)
class Holding:
    """What a ring holds: from when to when, in how many segments and bytes."""

    segments: int
    size: int
    begun_at: float
    ended_at: float


def holding(ring: Ring) -> Holding:
    """RecordingError when it is empty."""
    files = ring.files()
    if not files:
        raise RecordingError(f"{ring.folder} holds no recording yet")
    ended = files[-1].stat().st_mtime
    return Holding(len(files), ring.size(), began(files[0]), ended)


def save(ring: Ring, out: Path, last: float) -> Holding:
    """Copy the last so many seconds, whole segments of them, to a file that did not exist.

    Of the segment that is being written, what stands of it now: there the copy is closed.
    """
    held = holding(ring)
    files = ring.files()
    later = [file for file in files[1:] if began(file) > held.ended_at - last]
    chosen = files[len(files) - len(later) - 1 :]
    try:
        target = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RecordingError(f"{out} exists: name another file") from None
    except OSError as error:
        raise RecordingError(f"{out} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(target, "wb") as copy:
            for file in chosen:
                _copy(file, copy, close=file == chosen[-1])
            size = copy.tell()
    except OSError as error:
        out.unlink(missing_ok=True)
        raise RecordingError(f"{error.filename or out}: {error.strerror}: try again") from error
    return Holding(len(chosen), size, began(chosen[0]), held.ended_at)


def _copy(file: Path, copy: BinaryIO, *, close: bool) -> None:
    """The whole frames of a segment. One in which something is wrong is never closed."""
    with file.open("rb") as segment:
        whole = whole_frames(segment)
        segment.seek(0)
        copy.write(segment.read(whole.end))
    if close and whole.cut and whole.end:
        copy.write(closing())
