"""`hedgewatch run`: the daemon under the signals of an operating system."""

import asyncio
import signal
import sys

import structlog

from hedgewatch import loop
from hedgewatch.app import reload, run_daemon
from hedgewatch.config.configuration import Configuration
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor

_log = structlog.get_logger()


def run_service(configuration: Configuration) -> int:
    """Run until SIGTERM or SIGINT; 0."""
    redactor = Redactor(secret.reveal() for secret in configuration.secrets())
    logs.configure(sys.stdout, redactor, configuration.log.format, configuration.log.level)
    loop.run(_until_told(configuration, redactor))
    return 0


async def _until_told(configuration: Configuration, redactor: Redactor) -> None:
    told: asyncio.Queue[signal.Signals] = asyncio.Queue()
    running = asyncio.get_running_loop()

    def learn(wanted: Configuration) -> None:
        redactor.learn(*(secret.reveal() for secret in wanted.secrets()))

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        running.add_signal_handler(number, told.put_nowait, number)
    async with run_daemon(configuration, sys.stdout) as daemon:
        _log.info("watching", instance=configuration.instance, url=daemon.url)
        while await told.get() is signal.SIGHUP:
            configuration = await reload(daemon, configuration, learn)
        _log.info("stopping")
    _log.info("stopped")
