"""Makes every part of a daemon and ties them together; `app` runs it.

`build_daemon` is a straight way on purpose: who is given what can be read from top to bottom.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TextIO

from hedgewatch.accounts import Accounts
from hedgewatch.boards import States
from hedgewatch.chronicle import Chronicle
from hedgewatch.clock import CLOCK_SECONDS, Clock
from hedgewatch.commands import Commands, Reach
from hedgewatch.config.configuration import Configuration
from hedgewatch.core.engine import Engine
from hedgewatch.health import Checkup, Lag, Observer
from hedgewatch.monitor import Monitor, Output
from hedgewatch.notify.delivery import Dispatcher
from hedgewatch.notify.heartbeat import Heartbeat
from hedgewatch.notify.receiver import Board
from hedgewatch.notify.settings import build
from hedgewatch.outputs import (
    Confirmation,
    Dispatch,
    LineCounts,
    Liveness,
    TransitionLog,
)
from hedgewatch.parts import (
    Heard,
    RecordingShown,
    engine_of,
    heartbeat_of,
    hub_maker,
    let_command,
    means_of,
    metrics_of,
    observer_of,
    reach_of,
    receiver_place_of,
    recorder_of,
    status_of,
)
from hedgewatch.recording.recorder import Recorder
from hedgewatch.reporting import Reporting
from hedgewatch.signals.signals import Signals, World
from hedgewatch.store import Store
from hedgewatch.tasks import Tasks
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.telemetry.stream import Stream
from hedgewatch.telemetry.systemd import ServiceManager
from hedgewatch.view import EngineView


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """The parts of a daemon, as its caller sees them; `url` is where it answers."""

    clock: Clock
    engine: Engine
    view: EngineView
    monitor: Monitor
    dispatcher: Dispatcher
    reach: Reach
    commands: Commands
    observer: Observer
    heartbeat: Heartbeat | None
    accounts: Accounts
    signals: Signals
    metrics: DaemonMetrics
    news: TransitionLog
    liveness: Liveness
    service: ServiceManager
    tasks: Tasks
    stream: Stream
    chronicle: Chronicle
    reporting: Reporting
    recorder: Recorder | None = None
    url: str = ""


def build_daemon(
    configuration: Configuration, store: Store, output: TextIO, watchers: Sequence[Output]
) -> Daemon:
    """Make every part and tie them together. Nothing runs yet."""
    clock, chance, tasks = Clock(), Random(), Tasks()  # noqa: S311  # jitter, not secrets
    service = ServiceManager.of(os.environ, os.getpid())
    metrics, engine = metrics_of(configuration, clock.now()), engine_of(configuration, clock.now())
    checkup = Checkup(clock.now, Lag(CLOCK_SECONDS, clock.now()))
    place = receiver_place_of(configuration, output, clock, chance, checkup)
    receivers = [build(settings, place) for settings in configuration.receivers]
    heartbeat = heartbeat_of(configuration, checkup, receivers, metrics, clock)
    view = EngineView(engine, status_of(configuration), heartbeat)
    chronicle = Chronicle(view, store, configuration.instance)
    heard = Heard(metrics, chronicle.looking)
    means = means_of(configuration, place, store, heard, engine)
    dispatcher = Dispatcher(receivers, configuration.routes, means)
    checkup.complete(view, dispatcher)
    liveness = Liveness(metrics, service, view, dispatcher, checkup)
    recorder = recorder_of(configuration, engine, RecordingShown(metrics, liveness, view))
    monitor = Monitor((recorder or engine).handle, clock.now, metrics.tick_judged)
    reach = reach_of(view, monitor, store, clock, means.silences)
    commands = Commands(reach)
    let_command(receivers, commands, store, clock)
    accounts = Accounts(hub_maker(monitor, clock, chance, tasks, store))
    news, stream = TransitionLog(), Stream(view, clock.now(), commands.silence_of)
    states = States(view, [each for each in receivers if isinstance(each, Board)])
    lines, confirmation = LineCounts(metrics, accounts), Confirmation(tasks.spawn, accounts)
    told = (Dispatch(dispatcher), news, liveness, lines, states, confirmation, stream)
    monitor.attach(*told, chronicle.looking, watchers=watchers)
    return Daemon(
        clock=clock, engine=engine, view=view, monitor=monitor, dispatcher=dispatcher, reach=reach,
        commands=commands, accounts=accounts, metrics=metrics, liveness=liveness, service=service,
        tasks=tasks, stream=stream, news=news, chronicle=chronicle, recorder=recorder,
        observer=observer_of(configuration, checkup, dispatcher, liveness), heartbeat=heartbeat,
        signals=Signals(World(monitor.publish, clock.now, tasks.keep, chance)),
        reporting=Reporting(store, dispatcher, clock.now, configuration.reports),
    )  # fmt: skip
