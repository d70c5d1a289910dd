"""Keys of a terminal: how they come, and where they move a window."""

import os
import re
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from hedgewatch.cli.top_lines import Window

_LEAVE = frozenset({b"q", b"Q", b"\x04"})
_KEY = re.compile(rb"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|.", re.DOTALL)
"""A key that is no sign comes as a sequence: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html."""
_MOST_BYTES = 64


def _line(step: int) -> Callable[[Window], int]:
    return lambda seen: seen.top + step


def _page(step: int) -> Callable[[Window], int]:
    """A line of before stays in sight."""
    return lambda seen: seen.top + step * max(1, seen.page - 1)


def _next_part(seen: Window) -> int:
    """The part that begins below the first line, else the first one."""
    return next((at for at in seen.parts if seen.top < at <= seen.most), 0)


_MOVES: Mapping[bytes, Callable[[Window], int]] = {
    b"j": _line(1), b"\x1b[B": _line(1), b"\x1bOB": _line(1), b"\r": _line(1), b"\n": _line(1),
    b"k": _line(-1), b"\x1b[A": _line(-1), b"\x1bOA": _line(-1),
    b" ": _page(1), b"f": _page(1), b"\x1b[6~": _page(1),
    b"b": _page(-1), b"\x1b[5~": _page(-1),
    b"g": lambda _: 0, b"\x1b[H": lambda _: 0, b"\x1bOH": lambda _: 0, b"\x1b[1~": lambda _: 0,
    b"G": lambda seen: seen.most, b"\x1b[F": lambda seen: seen.most,
    b"\x1bOF": lambda seen: seen.most, b"\x1b[4~": lambda seen: seen.most,
    b"\t": _next_part,
}  # fmt: skip


def moved(pressed: bytes, seen: Window) -> int | None:
    """The line that stands first after these keys; None when one of them leaves."""
    top = seen.top
    for key in _KEY.findall(pressed):
        if key in _LEAVE:
            return None
        if key in _MOVES:
            top = min(max(0, _MOVES[key](replace(seen, top=top))), seen.most)
    return top


class Pressed:
    """What is pressed within some seconds, None when nothing was; empty once nobody can press."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __call__(self, seconds: float) -> bytes | None:
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        return os.read(self._descriptor, _MOST_BYTES) if ready else None


@contextmanager
def keys() -> Iterator[Pressed]:
    """Keys come one by one and are not shown, until the block ends."""
    descriptor = sys.stdin.fileno()
    if not sys.stdin.isatty():
        yield Pressed(descriptor)
        return
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield Pressed(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
