"""Notifications on a terminal, or wherever standard output goes."""

import os
import select
from collections.abc import Mapping
from textwrap import indent
from typing import Final, TextIO

from hedgewatch.core.alert_model import AlertState, Severity
from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.message import body, title
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.settings import Settings

_RED, _YELLOW, _CYAN, _GREEN, _DIM, _PLAIN = (
    "\x1b[1;31m",
    "\x1b[33m",
    "\x1b[36m",
    "\x1b[32m",
    "\x1b[2m",
    "\x1b[0m",
)
_OF_SEVERITY = {Severity.CRITICAL: _RED, Severity.WARNING: _YELLOW, Severity.INFO: _CYAN}


class ConsoleSettings(Settings):
    """Lines on standard output; `color` None means: on a terminal, unless NO_COLOR is set."""

    color: bool | None = None


class Console:
    """Writes one or two lines a notification, and never waits for who reads them.

    A stopped terminal or a full pipe would hold up the whole daemon: it counts as a failure, and
    the line comes later.
    """

    display: Final = True

    def __init__(
        self,
        name: str,
        stream: TextIO,
        settings: ConsoleSettings,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.name: Final = name
        self._stream = stream
        wanted = stream.isatty() and not environment.get("NO_COLOR")
        self._colored = wanted if settings.color is None else settings.color

    async def deliver(self, notification: Notification) -> None:
        """Write it; DeliveryError when the other end takes nothing."""
        try:
            if not _takes_text(self._stream):
                raise DeliveryError("nobody reads the console", retryable=True)
            self._stream.write(_spellable(self._lines(notification), self._stream.encoding))
            self._stream.flush()
        except (OSError, ValueError) as error:  # a closed stream is a ValueError
            gone = isinstance(error, BrokenPipeError | ValueError)
            reason = f"the console is gone: {type(error).__name__}"
            raise DeliveryError(reason, retryable=not gone) from error

    def _lines(self, notification: Notification) -> str:
        text = body(notification)
        if notification.report is not None:
            return f"{title(notification)}\n{indent(text, '    ')}\n"
        first, _, rest = text.partition("\n")
        when = rfc3339(notification.transition.at)
        lines = (
            f"{self._paint(when, _DIM)} {self._paint(title(notification), _color(notification))}\n"
        )
        details = " | ".join(filter(None, [first, *rest.split("\n")]))
        return f"{lines}    {details}\n" if details else lines

    def _paint(self, text: str, color: str) -> str:
        return f"{color}{text}{_PLAIN}" if self._colored else text


def _spellable(text: str, encoding: str | None) -> str:
    """The text as the stream's alphabet can spell it: an old terminal knows no ∞."""
    known = encoding or "utf-8"
    try:
        text.encode(known)
    except UnicodeEncodeError:
        return text.replace("∞", "inf").encode(known, "replace").decode(known)
    return text


def _color(notification: Notification) -> str:
    transition = notification.transition
    if transition.is_live:
        return _OF_SEVERITY[transition.severity]
    return _GREEN if transition.state is AlertState.RESOLVED else _DIM


def _takes_text(stream: TextIO) -> bool:
    """Whether a page of text can be written without waiting; a message is shorter than that."""
    try:
        descriptor = stream.fileno()
    except OSError:
        return True  # text in memory
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(0))
