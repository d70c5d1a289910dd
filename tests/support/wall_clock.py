"""A wall clock that a test steps, for one process: libfaketime answers for CLOCK_REALTIME alone."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.servers import find_program

_LIBRARIES = ("lib/*/faketime", "lib64/faketime", "lib/faketime")


class WallClock:
    """What `environment` is given to shows the time of this machine, and so many seconds more."""

    def __init__(self, folder: Path) -> None:
        self._told = folder / "faketime"
        self.show(0)

    def show(self, ahead: int) -> None:
        """Within a second."""
        told = self._told.with_suffix(".new")
        told.write_text(f"{ahead:+d}\n")
        told.replace(self._told)

    @property
    def environment(self) -> Mapping[str, str]:
        """Clocks that count from the boot, and times of files, stay as they are (faketime(1))."""
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._told),
            "FAKETIME_CACHE_DURATION": "1",  # seconds; else the file is read at each look
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else whoever waits for the interpreter spins
            "NO_FAKE_STAT": "1",
        }


def _library() -> Path:
    prefix = Path(find_program("faketime")).parents[1]
    for pattern in _LIBRARIES:
        for found in prefix.glob(f"{pattern}/libfaketimeMT.so.1"):
            return found
    pytest.fail(f"libfaketimeMT.so.1 is not in {prefix}/lib: reinstall faketime", pytrace=False)
