"""`hedgewatch top`: the status page of the running daemon on a terminal."""

import threading
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from rich.console import Console, Group
from rich.live import Live

from hedgewatch.cli.answers import WELL, failed, print_json
from hedgewatch.cli.asking import NoAnswerError, follow
from hedgewatch.cli.top_frame import News, frame
from hedgewatch.cli.top_keys import keys, moved
from hedgewatch.clock import Clock

_STREAM = "/api/v1/stream"
_AGAIN_SECONDS = 2.0
_DRAW_SECONDS = 0.5


class Follower:
    """Listens on a thread of its own, for ever, and keeps what was heard last."""

    def __init__(self, options: Namespace, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self._state: dict[str, Any] | None = None
        self._heard_at = 0.0
        self._trouble = ""
        self._left = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._follow, name="top", daemon=True).start()

    def leave(self) -> None:
        self._left.set()

    def news(self) -> News:
        """As it stands now."""
        age = 0.0 if self._state is None else max(0.0, self._clock.now() - self._heard_at)
        return News(state=self._state, age=age, trouble=self._trouble)

    def _follow(self) -> None:
        while not self._left.is_set():
            try:
                for state in states(self._options):
                    self._state, self._heard_at = state, self._clock.now()
                    self._trouble = ""
            except NoAnswerError as error:
                self._trouble = str(error)
            else:
                self._trouble = "the daemon ended the connection"
            self._left.wait(_AGAIN_SECONDS)


def perform(options: Namespace) -> int:
    """Follow it until somebody leaves; one picture where nobody sits before it, or where the
    terminal can only add lines (TERM=dumb).
    """
    console = Console(highlight=False, soft_wrap=False)
    if options.once or options.json or not console.is_terminal or console.is_dumb_terminal:
        return _once(options, console)
    follower = Follower(options, Clock())
    follower.start()
    try:
        _watch(follower, console)
    except KeyboardInterrupt:
        pass
    finally:
        follower.leave()
    return WELL


def states(options: Namespace) -> Iterator[dict[str, Any]]:
    """Everything as it stands, about once a second, while the daemon tells it."""
    return (document for event, document in follow(options, _STREAM) if event == "state")


def _once(options: Namespace, console: Console) -> int:
    try:
        state = next(states(options), None)
    except NoAnswerError as error:
        return failed(error)
    if state is None:
        return failed(NoAnswerError("the daemon ended the connection: is it being stopped?"))
    if options.json:
        print_json(state)
    else:
        for line in frame(News(state=state), console.width, None, bars_of(console)).lines:
            console.print(line)
    return WELL


def _watch(follower: Follower, console: Console) -> None:
    top = 0
    with keys() as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            width, height = console.size
            seen = frame(follower.news(), width, height, bars_of(console), top)
            live.update(Group(*seen.lines), refresh=True)
            told = pressed(_DRAW_SECONDS)
            if told == b"":
                return
            after = moved(told or b"", seen)
            if after is None:
                return
            top = after


def bars_of(console: Console) -> str:
    """Signs of a bar that the terminal can show."""
    return "█░" if console.encoding.lower().startswith("utf") else "#-"
