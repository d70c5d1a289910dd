"""The folder of the ring: one file a segment, the oldest removed when there is too much."""

import errno
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from hedgewatch.recording.reading import SUFFIX

_OURS = re.compile(rf"\d{{8}}T\d{{6}}\.\d{{3}}Z-\d+{re.escape(SUFFIX)}")
_STAMP = "%Y%m%dT%H%M%S"
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Ring:
    """Keeps no more than `size_limit` bytes, and nothing that ended over `keep` seconds ago. Of a
    disk that gets full it leaves `reserve` bytes to others: alerts must survive, this need not.
    """

    folder: Path
    keep: float
    size_limit: int
    reserve: int = 100 * 10**6

    def create(self, at: float) -> int:
        """A new file, that only its owner may read, for a segment that begins now."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._free() < self.reserve:
            left = f"less than {self.reserve / 1e6:.0f} MB are left on the disk, for the store"
            raise OSError(errno.ENOSPC, left)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        for number in count():
            try:
                return os.open(self.folder / _name(at, number), flags, 0o600)
            except FileExistsError:
                continue
        raise AssertionError

    def trim(self, now: float) -> None:
        """Remove what is too old, then the oldest of what is too much."""
        files = self.files()
        ends = [*map(began, files), now][1:]
        total = sum(file.stat().st_size for file in files)
        for file, end in zip(files, ends, strict=True):
            fits = total <= self.size_limit and self._free() >= self.reserve
            if fits and end >= now - self.keep:
                return
            total -= file.stat().st_size
            file.unlink()

    def _free(self) -> int:
        held = os.statvfs(self.folder)
        return held.f_bavail * held.f_frsize

    def files(self) -> list[Path]:
        """The oldest first."""
        return sorted(file for file in self.folder.glob(f"*{SUFFIX}") if _OURS.fullmatch(file.name))

    def size(self) -> int:
        """Bytes of all."""
        return sum(file.stat().st_size for file in self.files())


def began(file: Path) -> float:
    """When the segment of a file of the ring began (epoch seconds)."""
    stamp, _, rest = file.name.partition(".")
    moment = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    return moment.timestamp() + float(rest[:3]) / _MILLISECONDS


def _name(at: float, number: int) -> str:
    """Sorted by name they are sorted by time."""
    moment = datetime.fromtimestamp(int(at), UTC)
    thousandths = int(at * _MILLISECONDS) % _MILLISECONDS
    return f"{moment:{_STAMP}}.{thousandths:03d}Z-{number}{SUFFIX}"
