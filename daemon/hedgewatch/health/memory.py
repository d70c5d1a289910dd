"""How much of the memory that it may use the process uses."""

import os
from pathlib import Path

_KILOBYTE = 1024


class Memory:
    """The limit is looked up once: of the control groups above, or of the machine."""

    def __init__(self, proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> None:
        self._resident = proc / "self" / "statm"
        self._limit = _limit(proc, groups)

    def share(self) -> float | None:
        """Resident memory ÷ limit; None where either is not told."""
        try:
            pages = int(self._resident.read_text(encoding="ascii").split()[1])
        except (OSError, ValueError, IndexError):
            return None
        return pages * os.sysconf("SC_PAGESIZE") / self._limit if self._limit else None


def _limit(proc: Path, groups: Path) -> int:
    """The least of all that apply, in bytes; 0 when none is told."""
    return min(filter(None, (*_of_groups(proc, groups), _of_machine(proc))), default=0)


def _of_groups(proc: Path, groups: Path) -> list[int]:
    own = _read(proc / "self" / "cgroup").strip().rpartition("::/")[2]
    folder = groups / own
    places = (folder, *folder.parents)
    above = [place for place in places if place == groups or groups in place.parents]
    return [_number(_read(place / "memory.max")) for place in above]


def _of_machine(proc: Path) -> int:
    words = _read(proc / "meminfo").split()
    return _number(words[1]) * _KILOBYTE if words[:1] == ["MemTotal:"] else 0


def _number(text: str) -> int:
    return int(text) if text.strip().isdigit() else 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
