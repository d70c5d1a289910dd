"""How far a long run is: on a terminal only, and on one line."""

import sys
from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Takes what is done, and of how much."""


def on_terminal(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r  {done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def nowhere(_done: int, _of: int) -> None:
    """For tests."""
