"""A recording as what happened, in order: snapshots, judged events, and where it cannot be read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from hedgewatch.core.alert_model import Outcome
from hedgewatch.core.events import Event
from hedgewatch.recording.decoding import decoded
from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.frames import EVENTS, MAGIC, OPENING, DamageError, Frame, frames

SUFFIX = ".hwrec"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Opening:
    """A segment begins with this snapshot. `follows`: nothing is missing since the one before.

    `lost` events before it were judged and not recorded.
    """

    place: str
    at: float
    follows: bool
    lost: int
    about: Mapping[str, Any]
    engine: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """An event, when the engine got it, and what it led to then."""

    event: Event
    now: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where a segment could not be read on. `cut` is the end of one that was never closed: its
    writer runs still, or was killed.
    """

    place: str
    offset: int
    what: str
    cut: bool

    def __str__(self) -> str:
        return f"{self.place}, byte {self.offset}: {self.what}"


Item = Opening | Judged | Flaw


def files_of(recording: Path) -> list[Path]:
    """The files of a recording, oldest first: the one, or all of a folder.

    RecordingError where there is none.
    """
    if recording.is_dir():
        found = sorted(recording.glob(f"*{SUFFIX}"))
        if not found:
            raise RecordingError(f"{recording} holds no recording (*{SUFFIX})")
        return found
    if not recording.is_file():
        raise RecordingError(f"{recording} does not exist")
    return [recording]


def read(recording: Path, told: Callable[[float], None] = lambda _: None) -> Iterator[Item]:
    """All that it holds. After a flaw it goes on with the next segment, if there is one. `told` is
    what part of it was read.

    RecordingError when a file cannot be opened at all.
    """
    files = files_of(recording)
    for number, path in enumerate(files):
        told(number / len(files))
        try:
            size = path.stat().st_size or 1
            with path.open("rb") as file:
                for item in _file(file, path.name):
                    told((number + file.tell() / size) / len(files))
                    yield item
        except OSError as error:
            raise RecordingError(f"{path} cannot be read: {error.strerror}") from error


def _file(file: BinaryIO, name: str) -> Iterator[Item]:
    """One segment after the other."""
    while True:
        at = file.tell()
        if at and not file.read(1):
            return
        file.seek(at)
        try:
            yield from _segment(file, f"{name}@{at}" if at else name)
        except DamageError as error:
            yield Flaw(name, error.at, str(error), error.cut)
            if not _find_segment(file, error.at if error.cut else error.at + 1):
                return


def _segment(file: BinaryIO, place: str) -> Iterator[Item]:
    begun = False
    at = file.tell()
    for frame in frames(file):
        try:
            if frame.kind == OPENING:
                yield _opening(frame, place)
                begun = True
            elif frame.kind == EVENTS and begun:
                yield from _judged(frame)
        except (RecordingError, LookupError, TypeError, ValueError) as error:
            if isinstance(error, DamageError):
                raise
            raise DamageError(str(error), at) from error
        at = frame.end


def _opening(frame: Frame, place: str) -> Opening:
    about = frame.document
    return Opening(
        place=place,
        at=float(about["at"]),
        follows=bool(about["follows"]),
        lost=int(about["lost"]),
        about={name: held for name, held in about.items() if name != "engine"},
        engine=about["engine"],
    )


def _judged(frame: Frame) -> Iterator[Judged]:
    values = iter(decoded(frame.document))
    for now, event, outcome in zip(values, values, values, strict=True):
        yield Judged(event, now, outcome)


def _find_segment(file: BinaryIO, at: int) -> bool:
    """Go to the next place where a segment begins; whether there is one."""
    file.seek(at)
    held = b""
    while chunk := file.read(_CHUNK):
        held += chunk
        found = held.find(MAGIC)
        if found >= 0:
            file.seek(at + found)
            return True
        kept = held[-len(MAGIC) :]
        at += len(held) - len(kept)
        held = kept
    return False
