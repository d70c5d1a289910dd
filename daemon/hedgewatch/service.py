"""`hedgewatch run`: the daemon under the signals of an operating system."""

import asyncio
import faulthandler
import os
import signal
import sys
from typing import cast

import structlog

from hedgewatch import loop
from hedgewatch.app import reload, run_daemon
from hedgewatch.assembly import Daemon
from hedgewatch.config.configuration import Configuration
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor

_STOP = (signal.SIGTERM, signal.SIGINT)

_log = structlog.get_logger()


def run_service(configuration: Configuration) -> None:
    """Run until SIGTERM or SIGINT. What SIGABRT ends, which is systemd's word to a loop that no
    longer turns, says on stderr where it stood.
    """
    faulthandler.enable()
    redactor = Redactor(secret.reveal() for secret in configuration.secrets())
    logs.configure(sys.stdout, redactor, configuration.log.format, configuration.log.level)
    loop.run(_until_told(configuration, redactor))
    if loop.importing():  # to end an interpreter below an import may abort the process
        sys.stdout.flush()
        os._exit(0)


async def _until_told(configuration: Configuration, redactor: Redactor) -> None:
    """A start that is told to stop is broken off. What runs is stopped in good order."""
    running = asyncio.get_running_loop()
    starting = cast("asyncio.Task[None]", asyncio.current_task())
    for number in _STOP:
        running.add_signal_handler(number, starting.cancel)
    try:
        async with run_daemon(configuration, sys.stdout) as daemon:
            _log.info("watching", instance=configuration.instance, url=daemon.url)
            await _obey(daemon, configuration, redactor)
            _log.info("stopping")
    except asyncio.CancelledError:
        _log.info("told_to_stop_while_starting")
    _log.info("stopped")


async def _obey(daemon: Daemon, configuration: Configuration, redactor: Redactor) -> None:
    """Reload as often as asked, until told to stop."""
    told: asyncio.Queue[signal.Signals] = asyncio.Queue()
    running = asyncio.get_running_loop()

    def learn(wanted: Configuration) -> None:
        redactor.learn(*(secret.reveal() for secret in wanted.secrets()))

    for number in (*_STOP, signal.SIGHUP):
        running.add_signal_handler(number, told.put_nowait, number)
    while await told.get() is signal.SIGHUP:
        configuration = await reload(daemon, configuration, learn)
