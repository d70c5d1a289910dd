"""How far a long command is: a line on the terminal that goes away again."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Percent on standard error, where that is a terminal; silent elsewhere."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = -1
        self._is_seen = sys.stderr.isatty()

    def told(self, part: float) -> None:
        """So much of it is done, of 1."""
        percent = int(100.0 * part)
        if self._is_seen and percent != self._shown:
            self._shown = percent
            print(f"\r{self._what}: {percent} %\033[K", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Before anything else is printed."""
        if self._is_seen and self._shown >= 0:
            self._shown = -1
            print("\r\033[K", end="", file=sys.stderr, flush=True)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """Shown until the work is done, or failed."""
    line = Progress(what)
    try:
        yield line
    finally:
        line.clear()
