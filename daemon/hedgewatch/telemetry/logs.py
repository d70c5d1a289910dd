"""One pipe for every log line, ours and the libraries': console on a terminal, JSON elsewhere.

A line is a constant event name and fields. Secrets are taken out twice: by the name of the field
before a line is made, and from its text afterwards, because exceptions quote signed addresses.
"""

import json
import logging
import math
import os
import sys
import threading
import traceback
from typing import Any, Literal, TextIO

import orjson
import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import ExceptionRenderer
from structlog.stdlib import ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

from hedgewatch.telemetry.redaction import Redactor, by_name

Format = Literal["auto", "console", "json"]

_TALKATIVE = ("aiohttp.access", "apscheduler", "asyncio", "ccxt", "markdown_it", "mqtt", "urllib3")
"""Libraries whose INFO or DEBUG is one line a job, a message or a block of a page."""


def configure(
    stream: TextIO, redactor: Redactor, fmt: Format = "auto", level: str = "info"
) -> None:
    """Send every log line of this process to `stream`, and what would end it too."""
    handler = _RedactingHandler(stream, redactor)
    handler.setFormatter(_RedactingFormatter(redactor, fmt, stream))
    root = logging.getLogger()  # noqa: TID251 (the libraries' lines come through here)
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)  # noqa: TID251 (as above)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _log_what_nobody_caught()


def _redact_by_name(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    kept = {
        name: event.pop(name)
        for name in ("exc_info", "_record", "_from_structlog")
        if name in event
    }
    return by_name(event) | kept


_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _redact_by_name,
)


class _RedactingFormatter(ProcessorFormatter):
    """Renders a line, then takes the secrets out of its text."""

    def __init__(self, redactor: Redactor, fmt: Format, stream: TextIO) -> None:
        on_terminal = stream.isatty()
        console = on_terminal if fmt == "auto" else fmt == "console"
        in_color = on_terminal and not os.environ.get("NO_COLOR")
        rendering = _console(in_color=in_color) if console else _JSON
        super().__init__(
            foreign_pre_chain=_SHARED,
            processors=[ProcessorFormatter.remove_processors_meta, *rendering],
        )
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.text(super().format(record))


class _RedactingHandler(logging.StreamHandler[TextIO]):
    """Even a line that cannot be rendered is reported without secrets: the library prints its
    arguments.
    """

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        super().__init__(stream)
        self._redactor = redactor

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the library's name)
        reason = self._redactor.text(traceback.format_exc(limit=0).strip())
        lost = {"event": "log_line_lost", "logger": record.name, "reason": reason}
        try:
            self.stream.write(json.dumps(lost) + "\n")
        except (OSError, ValueError):
            return  # the stream itself is gone: there is nowhere left to say so


def _console(*, in_color: bool) -> tuple[Processor, ...]:
    return (ConsoleRenderer(colors=in_color, exception_formatter=plain_traceback),)


def _as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    finite = _finite(event)
    try:
        return orjson.dumps(finite, default=repr, option=_OPTIONS).decode()
    except TypeError:  # what orjson refuses whole: a lone surrogate, a number of 20 digits
        return json.dumps(finite, default=repr)


def _finite(value: Any) -> Any:
    """JSON has no infinity, and orjson would make it null."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case dict():
            return {name: _finite(inner) for name, inner in value.items()}
        case list():
            return [_finite(inner) for inner in value]
        case _:
            return value


_OPTIONS = (
    orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_JSON: tuple[Processor, ...] = (
    ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    _as_json,
)


def _log_what_nobody_caught() -> None:
    """Python would print these with their text as it is."""
    log = structlog.get_logger("hedgewatch")
    sys.excepthook = lambda _kind, error, _trace: log.critical("crashed", exc_info=error)
    threading.excepthook = lambda crash: log.critical("thread_crashed", exc_info=crash.exc_value)
    sys.unraisablehook = lambda lost: log.error("unraisable", exc_info=lost.exc_value)
