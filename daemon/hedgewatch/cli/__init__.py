"""Arguments and exit codes: 0 well; 1 a check failed, or a busy port or store; 2 what is decidable
offline is wrong (syntax, unknown names, duplicates, secrets).

Each command is a module with a `perform`, imported when it is asked for: most bring libraries
along that take up to a second.
"""

import io
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence

from hedgewatch.cli.answers import INTERRUPTED, UNREAD, wrong
from hedgewatch.cli.arguments import parse
from hedgewatch.config.problems import ConfigurationError
from hedgewatch.imports import import_for_good


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    _say_what_the_terminal_can_show()
    options = parse(sys.argv[1:] if arguments is None else arguments)
    if options.command == "run":
        _heed_signals_from_the_start()
    try:
        return _perform(options)
    except ConfigurationError as error:
        return wrong(options, error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read it has read enough: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD


def _perform(options: Namespace) -> int:
    code: int = import_for_good(f"hedgewatch.cli.{options.command}").perform(options)
    return code


def _say_what_the_terminal_can_show() -> None:
    """A sign that a terminal of Latin-1 has not is shown as `?`, and is no reason to end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors="replace")


def _heed_signals_from_the_start() -> None:
    """Until the service takes over there is nothing to reload, and nothing to put in order.

    An exception could be caught by whatever is being imported; leaving cannot.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
