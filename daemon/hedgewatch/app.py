"""The composition root: runs and stops everything, and takes the configuration anew.

`run_daemon` is a straight way on purpose: what begins, in which order, and what ends it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import replace
from functools import partial
from typing import TextIO

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from hedgewatch.assembly import Daemon, build_daemon
from hedgewatch.clock import CLOCK_SECONDS
from hedgewatch.commands import end_silences
from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.shipped import shipped_runbooks
from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.core.alerts.own import Recovery
from hedgewatch.core.events import ClockAdvanced, ClockStepped, RulesReplaced
from hedgewatch.core.remembering import facts_now, remember
from hedgewatch.jobs import Housekeeping, Workplace, keep_pace, scheduler
from hedgewatch.monitor import Output
from hedgewatch.reporting import CannotReportError
from hedgewatch.store import Store
from hedgewatch.tasks import Tasks
from hedgewatch.telemetry.http import Equipment, application, serve
from hedgewatch.telemetry.http_reports import report_routes
from hedgewatch.telemetry.web_settings import WebSettings

_CLOCK_STEP_SECONDS = 2.0
_DRAIN_SECONDS = 5.0
_START_SECONDS = 60.0
_FACTS_SECONDS = 60.0
_NEED_A_RESTART = (
    *("instance", "store", "recording", "http", "web", "log", "receivers", "heartbeat"),
)

_log = structlog.get_logger()


@asynccontextmanager
async def run_daemon(
    configuration: Configuration, output: TextIO, watchers: Sequence[Output] = ()
) -> AsyncIterator[Daemon]:
    """Everything, from the store to the sockets, until the context ends.

    `watchers` are told of every judged event. Raises StoreError and CannotListenError before
    anything is started; an ExceptionGroup when a task of ours dies.
    """
    async with AsyncExitStack() as stack:
        store = await Store.open(configuration.store)
        stack.push_async_callback(store.close)
        stack.push_async_exit(partial(_note_the_end, store))
        records, waiting = await store.load()
        daemon = build_daemon(configuration, store, output, watchers)
        recovery, known = await store.recovery(daemon.clock.now()), await store.known()
        await _recall(daemon, store)
        daemon.service.extend(_START_SECONDS)
        url = await stack.enter_async_context(_server(daemon, configuration))
        daemon = replace(daemon, url=url)

        stack.push_async_callback(_end_keeping, daemon)
        messengers = await stack.enter_async_context(Tasks())
        daemon.dispatcher.restore(records, waiting, daemon.clock.now(), known)
        daemon.dispatcher.start(messengers.keep)
        stack.push_async_callback(daemon.dispatcher.drain, _DRAIN_SECONDS)
        await stack.enter_async_context(daemon.tasks)  # what dies here leaves delivery alive
        _take_up(daemon, records, recovery)
        _begin_recording(daemon)
        daemon.tasks.keep("monitor", daemon.monitor.run())
        jobs = _jobs(daemon, store)
        daemon.tasks.keep("clock", _tick(daemon, jobs))
        _begin_keeping(daemon, store)
        _begin_beating(daemon)

        stack.push_async_callback(daemon.accounts.close)
        await _watch(daemon, configuration)
        stack.enter_context(_at_work(jobs))

        with _settled(daemon):
            yield daemon


async def _note_the_end(
    store: Store, kind: type[BaseException] | None, _error: object, _trace: object
) -> None:
    """To be told to stop is a good end, however early; to fail is none."""
    if kind is None or issubclass(kind, asyncio.CancelledError):
        await store.end_well()


async def _recall(daemon: Daemon, store: Store) -> None:
    """What the last run stored beside its alerts."""
    await daemon.reach.shelf.load(daemon.clock.now())
    remember(daemon.engine.book, await store.facts.known(), daemon.clock.now())


def _server(daemon: Daemon, configuration: Configuration) -> AbstractAsyncContextManager[str]:
    token = configuration.http.token
    secret = None if token is None else token.read()
    equipment = Equipment(
        runbooks=shipped_runbooks(),
        stream=daemon.stream,
        web=configuration.web or WebSettings(),
        routes=report_routes(daemon.reporting.made, CannotReportError),
        told_to=daemon.dispatcher.told_to,
    )
    http = configuration.http
    app = application(daemon.view, daemon.metrics, http, secret, daemon.commands, equipment)
    return serve(app, http, configuration.web)


async def _end_keeping(daemon: Daemon) -> None:
    """When nothing is judged any more."""
    await daemon.chronicle.finish()
    if daemon.recorder is not None:
        daemon.recorder.stop()


def _take_up(daemon: Daemon, records: Sequence[AlertRecord], recovery: Recovery) -> None:
    """The alerts of before."""
    restored = daemon.engine.restore(records, daemon.clock.now(), recovery)
    daemon.monitor.tell(ClockAdvanced(), restored)


def _begin_recording(daemon: Daemon) -> None:
    """With the engine as it stands, its stored alerts taken up."""
    if daemon.recorder is not None:
        daemon.view.recording = "on"
        daemon.recorder.start(daemon.clock.now())


def _jobs(daemon: Daemon, store: Store) -> AsyncIOScheduler:
    """The periodic jobs; nothing runs yet."""
    return scheduler(
        Workplace(
            accounts=daemon.accounts.watches,
            markets=daemon.accounts.markets,
            own=Housekeeping(store, daemon.clock.now, report=daemon.reporting.make_due),
            spawn=daemon.tasks.spawn,
            runs=daemon.metrics.jobs,
        )
    )


async def _tick(daemon: Daemon, jobs: AsyncIOScheduler) -> None:
    """Time passes: so that `for:` elapses in a quiet market, and ages grow.

    After a step of the wall clock the sockets are made anew: ccxt keeps time by that clock, and so
    does APScheduler.
    """
    while True:
        await asyncio.sleep(CLOCK_SECONDS)
        daemon.observer.lag.turned(daemon.clock.now())
        stepped = daemon.clock.step()
        if abs(stepped) > _CLOCK_STEP_SECONDS:
            _log.warning("clock_stepped", seconds=stepped)
            daemon.monitor.publish(ClockStepped(stepped))
            keep_pace(jobs, daemon.clock.wall())
            for watch in daemon.accounts.lines():
                reason = f"the clock of this machine stepped by {stepped:.1f} s"
                doubted = watch.reconnect(reason)
                daemon.tasks.spawn(f"reconnect:{watch.name}", doubted)
        daemon.monitor.publish(daemon.observer.look(daemon.clock.now()))
        daemon.monitor.publish(ClockAdvanced())


def _begin_keeping(daemon: Daemon, store: Store) -> None:
    daemon.tasks.keep("silences", end_silences(daemon.reach))
    daemon.tasks.keep("facts", _keep_facts(daemon, store))
    daemon.tasks.keep("chronicle", daemon.chronicle.run())


async def _keep_facts(daemon: Daemon, store: Store) -> None:
    """So that what venues change while we are down is found at the next start."""
    while True:
        await asyncio.sleep(_FACTS_SECONDS)
        await store.facts.keep(facts_now(daemon.engine.book))


def _begin_beating(daemon: Daemon) -> None:
    if daemon.heartbeat is not None:
        daemon.tasks.keep("heartbeat", daemon.heartbeat.run())


async def _watch(daemon: Daemon, configuration: Configuration) -> None:
    """Exactly what the configuration names; what stays as it was goes on."""
    daemon.signals.watch(configuration.signals, configuration.calendars)
    await daemon.accounts.watch(configuration)


@contextmanager
def _at_work(jobs: AsyncIOScheduler) -> Iterator[None]:
    jobs.start()
    try:
        yield
    finally:
        jobs.shutdown(wait=False)


@contextmanager
def _settled(daemon: Daemon) -> Iterator[None]:
    """While it is up, and before it begins to leave."""
    daemon.service.ready()
    daemon.news.settled = True
    yield
    daemon.news.settled = False
    daemon.service.stopping()


async def reload(
    daemon: Daemon, running: Configuration, learn: Callable[[Configuration], None]
) -> Configuration:
    """Take the configuration anew, whole or not at all; what now holds.

    `learn` is told of it before anything of it is used.
    """
    daemon.service.reloading(daemon.clock.monotonic_microseconds())
    try:
        wanted = await asyncio.to_thread(load, running.path)
    except ConfigurationError as error:
        for problem in error.problems:
            _log.error("configuration_refused", problem=str(problem))
        daemon.metrics.configuration_refused()
        daemon.liveness.trouble = "the configuration was refused, the old one holds: see the log"
        daemon.service.ready()
        return running
    learn(wanted)
    holds = _without_what_needs_a_restart(wanted, running)
    daemon.monitor.publish(RulesReplaced(holds.rules, holds.desk()))
    daemon.dispatcher.reroute(holds.routes, holds.calendar)
    daemon.reporting.settings = holds.reports
    await _watch(daemon, holds)
    daemon.metrics.configuration_accepted(daemon.clock.now())
    daemon.liveness.trouble = ""
    daemon.service.ready()
    _log.info("configuration_accepted", rules=len(holds.rules))
    return holds


def _without_what_needs_a_restart(wanted: Configuration, running: Configuration) -> Configuration:
    """New routes may lead to receivers that do not run yet: they wait for them."""
    kept = {
        name: getattr(running, name)
        for name in _NEED_A_RESTART
        if getattr(wanted, name) != getattr(running, name)
    }
    for name in kept:
        _log.warning("needs_a_restart", setting=name)
    if "receivers" in kept:
        kept["routes"] = running.routes
    return replace(wanted, **kept)
